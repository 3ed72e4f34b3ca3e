from collections.abc import Iterator

from envdoctor.facts import Message
from envdoctor.findings import Finding, Fix, Risk, Severity, check
from envdoctor.rules.told import told


@check("SYS057", Severity.ERROR, cause="mps-or-macos")
def mac_architectures_mixed(messages: tuple[Message, ...]) -> Iterator[Finding]:
    """Programs for Intel and for Apple silicon are mixed on a Mac.

    A process runs either natively (arm64) or translated by Rosetta (x86_64), and loads libraries of its own
    kind only. A Python or Homebrew from an Intel Mac that was migrated installs x86_64 wheels: slow, without
    MPS, and without any new release of PyTorch.

    How to mend it: install an arm64 Python and make the environment anew.

    Source: https://developer.apple.com/documentation/apple-silicon/about-the-rosetta-translation-environment;
    https://github.com/pytorch/pytorch/issues/146236.
    """
    found = told(messages, "mac-other-architecture")
    if found is None:
        return
    yield Finding(
        what=f"Python or a library is for the other processor architecture: {found.quote}.",
        why="A process loads libraries of its own architecture only, and a translated one has no MPS.",
        fix=Fix(
            "See what Python itself is. Install an arm64 Python (python.org, Homebrew in /opt/homebrew, "
            "Miniforge for arm64), make a new environment with it, and install PyTorch there. Switch off "
            '"Open using Rosetta" for the Terminal.',
            (
                'python3 -c "import platform; print(platform.machine())"',
                "arch",
            ),
            Risk.CHANGES_ENVIRONMENT,
        ),
        verify='python3 -c "import platform; print(platform.machine())"',
        confidence=found.confidence,
        evidence=found.evidence,
    )
