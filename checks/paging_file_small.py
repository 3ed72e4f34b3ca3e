from collections.abc import Iterator

from envdoctor.facts import Host, Message, Unknown
from envdoctor.findings import Finding, Fix, Risk, Severity, check
from envdoctor.rules.told import told


@check("SYS055", Severity.ERROR, cause="paging-file")
def paging_file_small(messages: tuple[Message, ...], host: Host | Unknown) -> Iterator[Finding]:
    """Windows refuses memory because its paging file is too small.

    Windows promises memory only as far as main memory and paging file reach. Each worker process loads the CUDA
    libraries of PyTorch and so is promised some gigabytes that it never uses; with several workers the promise
    ends with error 1455.

    How to mend it: enlarge the paging file, or use fewer workers.

    Source: https://learn.microsoft.com/windows/win32/debug/system-error-codes--1300-1699- (1455);
    https://github.com/pytorch/pytorch/issues/62101.
    """
    windows = isinstance(host, Host) and host.os == "windows"
    found = told(messages, "paging-file", *(("host-memory-out",) if windows else ()))
    if found is None:
        return
    yield Finding(
        what=f"Windows cannot promise more memory: {found.quote}.",
        why="Each process that loads PyTorch's CUDA libraries is promised gigabytes, and main memory with the "
        "paging file reaches no further.",
        fix=Fix(
            "Use fewer workers (num_workers=0 first), close programs, and enlarge the paging file: System "
            "> About > Advanced system settings > Performance > Advanced > Virtual memory; then restart.",
            ("SystemPropertiesPerformance.exe",),
            Risk.NEEDS_ROOT,
        ),
        verify="powershell Get-CimInstance Win32_PageFileUsage",
        confidence=found.confidence,
        evidence=found.evidence,
    )
