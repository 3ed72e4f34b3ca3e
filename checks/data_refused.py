from collections.abc import Iterator

from envdoctor.facts import Message
from envdoctor.findings import Finding, Fix, Risk, Severity, check
from envdoctor.rules.told import told


@check("RUN055", Severity.ERROR, cause="dataset-problem", because_of=("RUN056",))
def data_refused(messages: tuple[Message, ...]) -> Iterator[Finding]:
    """The data set cannot be downloaded.

    The server refuses, is gone, asks for a login, or a proxy stands in between. Sites of old data sets move
    (MNIST's did several times), and newer releases of the library name mirrors. Nothing is wrong with PyTorch
    or the GPU.

    How to mend it: fetch the file by hand to where the library looks for it, or update the library.

    Source: https://pytorch.org/vision/stable/datasets.html; https://github.com/pytorch/vision/issues/1938.
    """
    found = told(messages, "data-refused")
    if found is None:
        return
    yield Finding(
        what=f"The data cannot be downloaded: {found.quote}.",
        why="The server of the data set refuses or does not answer; the machine's installation is not at fault.",
        fix=Fix(
            "Open the address in a browser. Update torchvision or the library that downloads (newer ones "
            "name mirrors), log in where the data set asks for it, or put the file where the library "
            "looks and leave out download=True. Behind a proxy set HTTPS_PROXY.",
            ("python -m pip install --upgrade torchvision",),
            Risk.CHANGES_ENVIRONMENT,
        ),
        verify="curl -I ADDRESS",
        confidence=found.confidence,
        evidence=found.evidence,
    )
