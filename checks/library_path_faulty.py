from collections.abc import Iterator

from envdoctor.facts import SearchPath
from envdoctor.findings import Finding, Fix, Severity, check

NAME = "LD_LIBRARY_PATH"


@check("ENV004", Severity.NOTE, cause="env-variable", because_of=("DRV009",))
def library_path_faulty(search_paths: tuple[SearchPath, ...]) -> Iterator[Finding]:
    """LD_LIBRARY_PATH holds folders that do not exist, or a toolkit's stubs.

    A folder that does not exist is passed over silently: a misspelt one (`extras/CPUTI` for
    `extras/CUPTI`), or one of a toolkit that was removed. The folder `stubs` holds a libcuda without
    content, which must never be loaded at run time.

    How to mend it: correct or remove the entries; wheels of PyTorch need nothing on this variable.

    Source: ld.so(8); https://docs.nvidia.com/cuda/cuda-installation-guide-linux/ (environment setup).
    """
    entries = [(place, path) for place, path in enumerate(search_paths) if path.variable == NAME and path.entry]
    stubs = [
        (place, path) for place, path in entries if path.entry.rstrip("/").endswith("/stubs") and path.exists is True
    ]
    if stubs:
        yield Finding(
            what=f"{NAME} holds a toolkit's stubs: {', '.join(path.entry for _, path in stubs)}.",
            why="Programs that start with it may load a libcuda without content instead of the driver's.",
            fix=Fix(f"Take the folder out of {NAME}; for linking, LIBRARY_PATH is its place.", (f"echo ${NAME}",)),
            severity=Severity.WARNING,
            cause="driver-stub-on-path",
            evidence={f"search_paths.{place}.entry": path.entry for place, path in stubs},
        )
    missing = [(place, path) for place, path in entries if path.exists is False]
    if missing:
        misspelt = [path.entry for _, path in missing if "CPUTI" in path.entry]
        yield Finding(
            what=f"{NAME} holds {len(missing)} of {len(entries)} folders that do not exist: "
            f"{', '.join(path.entry for _, path in missing)}.",
            why="They are passed over silently"
            + (", so the library that is meant is not found (CPUTI should read CUPTI)." if misspelt else "."),
            fix=Fix("Correct or remove them where the variable is set (~/.bashrc).", (f"echo ${NAME}",)),
            severity=Severity.WARNING if misspelt else Severity.NOTE,
            evidence={f"search_paths.{place}.entry": path.entry for place, path in missing},
        )
