from collections.abc import Iterator

from envdoctor.facts import CannotTellError, Contract, Disk, Unknown, known
from envdoctor.findings import Finding, Severity, check
from envdoctor.rules.contract import size, violation


@check("PRJ011", Severity.ERROR, cause="project-contract")
def disk_breaks_contract(contract: Contract | None, disks: tuple[Disk, ...] | Unknown) -> Iterator[Finding]:
    """A disk has less room than the project needs.

    Data sets, caches of models and installations fill disks; a full one fails in the middle of the work.

    How to mend it: free some room, or move the folder (HF_HOME, TORCH_HOME, TMPDIR) to a larger disk.

    Source: the project's file, which `--against` names; the need is the project's; the room is what the
    system tells of the file system.
    """
    if contract is None or not contract.disk:
        return
    there = {disk.purpose: disk for disk in known(disks, "disks")}
    unknown = ""
    for purpose, needed in contract.disk.items():
        disk = there.get(purpose)
        free = disk.free_bytes if disk is not None else None
        if disk is None or not isinstance(free, int):
            unknown = purpose
        elif free < needed:
            yield violation(
                contract,
                f"The disk of the {purpose} folder ({disk.path}) has {size(free)} free",
                size(needed),
                "Free some room, or move the folder to a larger disk.",
                evidence={f"contract.disk.{purpose}": needed},
            )
    if unknown:
        raise CannotTellError(f"the room in the {unknown} folder is unknown")
