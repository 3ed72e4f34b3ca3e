from collections.abc import Iterator

from envdoctor.facts import Python, Torch
from envdoctor.findings import INSTALL, Finding, Fix, Risk, Severity, check
from envdoctor.leftovers import remains_of


@check("TOR001", Severity.ERROR, cause="torch-missing", because_of=("PYT002", "PYT003", "SYS005"))
def torch_missing(torch: Torch | None, python: Python | None) -> Iterator[Finding]:
    """PyTorch is not installed in the examined Python.

    `import torch` raises ModuleNotFoundError. Often PyTorch is installed, but in another environment
    than the one that runs: the editor, the notebook or the shell uses another interpreter.

    How to mend it: install the versions that fit this machine, or activate the environment that has
    them and let envdoctor examine that one with `--python`.

    Source: https://pytorch.org/get-started/locally/.
    """
    if torch is not None or python is None:
        return
    half = remains_of("torch", python.leftovers)
    version = f" (Python {python.version})" if isinstance(python.version, str) else ""
    yield Finding(
        what=f"PyTorch is not installed in {python.executable}{version}.",
        why=(
            f"An installation was interrupted and left only remains ({half[0]})."
            if half
            else "`import torch` finds nothing there. If you installed it, it went into another Python."
        ),
        fix=Fix(
            "Install the versions that fit this machine"
            + ("." if half else ", or examine the Python that has it: envdoctor check --python PATH."),
            (INSTALL,),
            Risk.CHANGES_ENVIRONMENT,
        ),
        evidence={"torch": None, "python.executable": python.executable}
        | ({"python.leftovers": list(half)} if half else {}),
        verify="envdoctor check",
    )
