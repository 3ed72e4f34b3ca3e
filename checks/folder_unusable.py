from collections.abc import Iterator

from envdoctor.facts import Disk, Host
from envdoctor.findings import Finding, Fix, Severity, check

MB = 1_000_000
LOW_BYTES = 100 * MB
"""Kernel caches of torch.compile and Triton take tens of MB; a wheel of PyTorch is unpacked in some GB."""
NEEDED = ("home", "temporary", "cache")
VARIABLES = {"home": "HOME", "temporary": "TMPDIR", "cache": "XDG_CACHE_HOME"}
USES = {
    "home": "PyTorch keeps downloads and caches there; they fail or are made anew at each start.",
    "cache": "PyTorch, Triton and pip keep compiled kernels and downloads there; they fail or are made anew.",
    "temporary": "Without it DataLoader workers do not start, torch.compile fails, and pip cannot install anything.",
}


@check("SYS004", Severity.WARNING, cause="filesystem")
def folder_unusable(disks: tuple[Disk, ...], host: Host) -> Iterator[Finding]:
    """A folder that PyTorch or pip needs cannot be written, or has no room.

    The temporary folder is needed by the workers of a DataLoader, by torch.compile and by every
    installation, so a machine without one is broken; without a writable home or cache most things work, and
    some fail late ("Read-only file system", "No space left on device").

    How to mend it: make room, or name another folder by TMPDIR, XDG_CACHE_HOME or HOME.

    Source: https://docs.python.org/3/library/tempfile.html#tempfile.gettempdir;
    https://docs.pytorch.org/docs/stable/hub.html (where downloads are kept).
    """
    for place, disk in enumerate(disks):
        if disk.purpose not in NEEDED or not disk.path:
            continue
        if disk.writable is False or disk.writable is None:
            yield _not_writable(place, disk, host)
        elif isinstance(disk.free_bytes, int) and disk.free_bytes < LOW_BYTES:
            yield Finding(
                what=f"{disk.free_bytes / MB:.0f} MB are free in the {disk.purpose} folder ({disk.path}).",
                why=USES[disk.purpose],
                fix=_fix(disk, host),
                evidence={f"disks.{place}.free_bytes": disk.free_bytes, f"disks.{place}.path": disk.path},
            )


def _not_writable(place: int, disk: Disk, host: Host) -> Finding:
    state = "does not exist" if disk.writable is None else "cannot be written"
    return Finding(
        what=f"The {disk.purpose} folder ({disk.path}) {state}.",
        why=USES[disk.purpose],
        fix=_fix(disk, host),
        severity=Severity.ERROR if disk.purpose == "temporary" else Severity.WARNING,
        evidence={f"disks.{place}.writable": disk.writable, f"disks.{place}.path": disk.path},
    )


def _fix(disk: Disk, host: Host) -> Fix:
    variable = VARIABLES[disk.purpose]
    text = f"Make room there or make it writable, or set {variable} to a folder with room."
    if host.os == "windows":
        return Fix(text.replace("TMPDIR", "TEMP"))
    return Fix(text, (f"df -h '{disk.path}'", f"export {variable}=/path/with/room"))
