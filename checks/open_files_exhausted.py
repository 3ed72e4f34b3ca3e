from collections.abc import Iterator

from envdoctor.facts import Message, Platform, Unknown
from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.rules.judging import container_of
from envdoctor.rules.told import told


@check("SYS051", Severity.ERROR, cause="limits", because_of=("SYS003",))
def open_files_exhausted(messages: tuple[Message, ...], platform: Platform | Unknown) -> Iterator[Finding]:
    """The limit on open files ended the run.

    Workers of a DataLoader hand tensors over as open files, one or more for each; a list of kept batches keeps
    them open. At the usual limit of 1024 the run ends with "Too many open files", "received 0 items of
    ancdata", or a worker that cannot be reached.

    How to mend it: raise the limit, or share through the file system; do not keep tensors that came from
    workers.

    Source: https://pytorch.org/docs/stable/multiprocessing.html (sharing strategies).
    """
    # Outside of a container /dev/shm is large, and an object that cannot be opened means that no file can.
    signs = ("open-files",) if container_of(platform) else ("open-files", "shm-object-missing")
    found = told(messages, *signs)
    if found is None:
        return
    yield Finding(
        what=f"The limit on open files is too low for the run: {found.quote}.",
        why="Each tensor that a worker hands over is an open file, until it is released.",
        fix=Fix(
            "Raise the limit in the shell that starts the program, or share tensors through the file "
            'system: torch.multiprocessing.set_sharing_strategy("file_system"). Copy what you keep of a '
            "batch.",
            (
                "ulimit -n 65536",
                "docker run --ulimit nofile=65536:65536 IMAGE",
            ),
        ),
        verify="ulimit -n",
        confidence=found.confidence,
        evidence=found.evidence,
    )
