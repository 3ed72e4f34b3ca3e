from collections.abc import Iterator

from envdoctor.facts import Message
from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.rules.told import told


@check(
    "RUN057",
    Severity.ERROR,
    cause="dataset-problem",
    because_of=(
        "RUN055",
        "RUN056",
    ),
)
def data_not_found(messages: tuple[Message, ...]) -> Iterator[Finding]:
    """The program finds no samples where it looks for them.

    Most readers want one folder per class below the root (root/class/picture.jpg), or a folder for pictures and
    another for labels. Pictures that lie flat, another suffix, or a path relative to another working directory
    give "Found 0 images" or a sampler of 0.

    How to mend it: lay the folders out as the reader expects, and give the root as an absolute path.

    Source: https://pytorch.org/vision/stable/generated/torchvision.datasets.ImageFolder.html.
    """
    found = told(messages, "data-not-found")
    if found is None:
        return
    yield Finding(
        what=f"No samples are found where the program looks for them: {found.quote}.",
        why="The folders are laid out otherwise than the reader expects, or the path points elsewhere.",
        fix=Fix(
            "Look at the path that the message names, from the program's working directory. ImageFolder "
            "wants root/class/picture.jpg: put pictures into a sub-folder per class (one is enough where "
            "classes do not matter). See that the file names' endings are among the reader's.",
            ("python -c \"from torchvision.datasets import ImageFolder; print(len(ImageFolder('./data')))\"",),
        ),
        verify="python -c \"from torchvision.datasets import ImageFolder; print(len(ImageFolder('./data')))\"",
        confidence=found.confidence,
        evidence=found.evidence,
    )
