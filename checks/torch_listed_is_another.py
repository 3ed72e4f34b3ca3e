import re
from collections.abc import Iterator

from envdoctor.compat import number
from envdoctor.facts import Message, Torch
from envdoctor.findings import INSTALL, Finding, Fix, Risk, Severity, check
from envdoctor.rules.told import told

HURT = (
    "cuda-not-seen",
    "not-compiled-with-cuda",
    "torchvision-operator-missing",
    "companion-cuda-differs",
    "symbol-undefined",
    "torch-is-no-torch",
    "torchaudio-fails",
)
"""Messages of what breaks when another PyTorch runs than the one that was installed."""


@check("TOR055", Severity.ERROR, cause="multiple-installs-or-shadowing")
def torch_listed_is_another(
    messages: tuple[Message, ...], torch: Torch | None, packages: dict[str, str]
) -> Iterator[Finding]:
    """The PyTorch that runs is another release than the one that pip or conda lists.

    A second copy lies in the user's site-packages, in the system's Python or in a conda environment below, and
    comes first on the search path; or pip and conda both installed one. Extensions and torchvision then fit the
    list and not what runs.

    How to mend it: see which file is imported, uninstall all copies, and install once; PYTHONNOUSERSITE=1 keeps
    the user's site-packages out.

    Source: https://docs.python.org/3/library/site.html; torch/utils/collect_env.py, which lists both.
    """
    version = torch.version if isinstance(torch, Torch) and isinstance(torch.version, str) else None
    listed = packages.get("torch")
    conda = packages.get("pytorch")
    other = next((one for one in (listed, conda) if version and one and _differs(version, one)), None)
    if version is None or other is None:
        return
    path = "packages.torch" if other == listed else "packages.pytorch"
    hurt = told(messages, *HURT)
    yield Finding(
        what=f"The PyTorch that runs is {version}; installed, by the list, is {other}.",
        why="Two copies are there, and Python imports the one that comes first on its search path.",
        fix=Fix(
            "See which file is imported, uninstall every copy, and install once.",
            ("python -c 'import torch; print(torch.__file__)'", "python -m pip uninstall -y torch", INSTALL),
            Risk.CHANGES_ENVIRONMENT,
        ),
        severity=Severity.ERROR if hurt else Severity.WARNING,
        verify="python -m pip show torch && python -c 'import torch; print(torch.__file__, torch.__version__)'",
        evidence={"torch.version": version, path: other} | (hurt.evidence if hurt else {}),
    )


def _differs(version: str, listed: str) -> bool:
    """Say whether both are releases, and of different numbers. Builds from source have numbers of their own."""
    plain = re.compile(r"\d+\.\d+(\.\d+)?(\+\w+)?$")
    if not plain.match(version) or not plain.match(listed):
        return False
    return number(version)[:3] != number(listed)[:3]
