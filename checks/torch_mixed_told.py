from collections.abc import Iterator

from envdoctor.facts import Message
from envdoctor.findings import INSTALL, Finding, Fix, Risk, Severity, check
from envdoctor.rules.loading import loader_told
from envdoctor.rules.told import told


@check("TOR054", Severity.ERROR, cause="multiple-installs-or-shadowing", because_of=("TOR002", "TOR008"))
def torch_mixed_told(messages: tuple[Message, ...]) -> Iterator[Finding]:
    """Python imports something else than the PyTorch that was installed, or parts of two.

    A file or folder named torch.py, random.py or typing.py in the working folder is imported instead of the
    library; files of two releases lie over each other after an update; a libtorch on LD_LIBRARY_PATH comes
    before the one of the wheel.

    How to mend it: rename your file, start Python in another folder, or uninstall torch until nothing is left
    and install it once.

    Source: https://docs.python.org/3/tutorial/modules.html#the-module-search-path.
    """
    one = told(messages, "torch-is-no-torch") or loader_told(messages, "multiple-installs-or-shadowing")
    if one is None:
        return
    shadow = one.message.sign == "torch-is-no-torch"
    name = one.value("module") or "torch"
    yield Finding(
        what=f"What is imported is not the {name} that was installed: {one.quote}."
        if shadow
        else f"Parts of two PyTorches meet: {one.quote}.",
        why="Python searches the folder of the script and the working folder first: a file or folder of that name "
        "there wins."
        if shadow
        else "A library of one release asks another for a function that it does not have.",
        fix=Fix(
            f"See which file is taken for {name}, and rename it; without such a file, install PyTorch anew.",
            (f"python -c 'import {name}; print({name})'",),
        )
        if shadow
        else Fix(
            "Uninstall torch until pip finds none, take other copies off LD_LIBRARY_PATH, and install it once.",
            ("python -m pip uninstall -y torch", INSTALL),
            Risk.CHANGES_ENVIRONMENT,
        ),
        verify="python -c 'import torch; print(torch.__file__, torch.__version__)'",
        evidence=one.evidence,
        confidence=one.confidence,
    )
