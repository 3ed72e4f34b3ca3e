from collections.abc import Iterator

from envdoctor.facts import Message
from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.rules.told import told


@check("RUN056", Severity.ERROR, cause="dataset-problem")
def data_damaged(messages: tuple[Message, ...]) -> Iterator[Finding]:
    """A data file is damaged, incomplete or not there.

    A download that broke off leaves a file that looks like the archive. The library then says that it is
    corrupted, is no zip file, or lacks an attribute; a single damaged picture ends a worker in the middle of an
    epoch. A page with an error message that was saved under the archive's name does the same.

    How to mend it: delete the file and fetch it again; compare the checksum; leave damaged samples out.

    Source: https://pytorch.org/vision/stable/datasets.html (download=True);
    torchvision.datasets.utils.check_integrity.
    """
    found = told(messages, "data-damaged")
    if found is None:
        return
    yield Finding(
        what=f"A data file is damaged or incomplete: {found.quote}.",
        why="The file is not what the library expects: a download broke off, or a sample is damaged.",
        fix=Fix(
            "Delete the file (and what was unpacked of it), fetch it again with download=True, and "
            "compare size and checksum. If one sample is damaged, find it by opening all with "
            "num_workers=0, and leave it out.",
            ("ls -l ./data",),
        ),
        verify="python -c \"import torchvision; torchvision.datasets.CIFAR10('./data', download=True)\"",
        confidence=found.confidence,
        evidence=found.evidence,
    )
