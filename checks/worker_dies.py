from collections.abc import Iterator

from envdoctor.facts import Message
from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.rules.told import told


@check(
    "RUN061",
    Severity.ERROR,
    cause="dataloader-spawn",
    because_of=(
        "RUN058",
        "RUN059",
        "RUN060",
        "SYS051",
        "SYS052",
        "SYS054",
        "SYS055",
        "RUN056",
        "RUN057",
    ),
)
def worker_dies(messages: tuple[Message, ...]) -> Iterator[Finding]:
    """A worker of the DataLoader dies without saying why.

    The message names the process only; what ended it stands further up, or nowhere: an exception in the data
    set, too little memory, a missing main guard on Windows, or a library (OpenCV, HDF5, libjpeg) that does not
    bear fork.

    How to mend it: run once with num_workers=0: the same fault then shows its traceback.

    Source: https://pytorch.org/docs/stable/data.html (multi-process data loading).
    """
    found = told(messages, "worker-dies")
    if found is None:
        return
    yield Finding(
        what=f"A worker process of the DataLoader ended early: {found.quote}.",
        why="Its own message is lost; without workers the same fault shows where it happens.",
        fix=Fix(
            "Run once with num_workers=0 and read the traceback. If it then works: guard the main part of "
            'the script (Windows), call cv2.setNumThreads(0), or use multiprocessing_context="spawn".'
        ),
        verify="python train.py",
        confidence=found.confidence,
        evidence=found.evidence,
    )
