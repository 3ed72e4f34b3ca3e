from collections.abc import Iterator

from envdoctor.facts import Host, Limits
from envdoctor.findings import Finding, Fix, Severity, check

LOW = 1024
"""What Linux gives by default. It is little for many workers, and so common that it is no finding."""


@check("SYS003", Severity.WARNING, cause="limits")
def open_files_low(limits: Limits | None, host: Host) -> Iterator[Finding]:
    """The shell or the container allows fewer open files than usual.

    On Linux each tensor that a DataLoader worker hands over is an open file in the receiver until it is
    used. With many workers, long lists of tensors or distributed training the run ends with "Too many
    open files" or "received 0 items of ancdata".

    How to mend it: raise the limit in the shell, the service or the container; or let PyTorch share by
    name: torch.multiprocessing.set_sharing_strategy("file_system").

    Source: https://docs.pytorch.org/docs/stable/multiprocessing.html#sharing-strategies.
    """
    if limits is None or host.os != "linux" or not isinstance(limits.open_files, int) or limits.open_files >= LOW:
        return
    yield Finding(
        what=f"This process may open {limits.open_files} files; {LOW} are usual.",
        why="DataLoader workers hand tensors over as open files, so a run ends with 'Too many open files'.",
        fix=Fix("Raise the limit for this shell, to the most that it may have.", ('ulimit -n "$(ulimit -Hn)"',)),
        evidence={"limits.open_files": limits.open_files},
    )
