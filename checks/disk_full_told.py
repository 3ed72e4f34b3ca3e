import re
from collections.abc import Iterator

from envdoctor.facts import Message
from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.rules.told import told

INSTALLING = ("pip-running", "download-fails", "no-version-fits")
SHARED = re.compile(r"/shm/|/torch_\d")
"""Shared memory is a matter of its own."""


@check("SYS071", Severity.ERROR, cause="filesystem")
def disk_full_told(messages: tuple[Message, ...]) -> Iterator[Finding]:
    """A file system is full, or a quota is used up.

    Installing PyTorch with CUDA takes about 6 GB, and pip unpacks in the temporary folder first, which may be
    a small file system of its own although the disk has room. Checkpoints that do not fit are cut short
    ("unexpected pos").

    How to mend it: make room, or put TMPDIR and the caches on a file system that has some.

    Source: https://docs.python.org/3/library/tempfile.html#tempfile.gettempdir; https://pip.pypa.io/en/stable/topics/caching/.
    """
    one = told(messages, "disk-full")
    if one is None or SHARED.search(one.value("where") or ""):
        return
    installing = told(messages, *INSTALLING) is not None
    yield Finding(
        what=f"A file system is full: {one.quote}.",
        why="What is unpacked, downloaded or written does not fit where it is put: often the temporary folder, not "
        "the disk.",
        fix=Fix(
            "See which file system is full, clear the caches, and put temporary files where there is room.",
            ("df -h . /tmp ~", "python -m pip cache purge", "mkdir -p ~/tmp && export TMPDIR=~/tmp"),
        ),
        verify="df -h . /tmp ~",
        cause="install-blocked" if installing else "filesystem",
        evidence=one.evidence,
        confidence=one.confidence,
    )
