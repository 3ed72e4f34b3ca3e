from collections.abc import Iterator

from envdoctor.facts import Python, Unknown
from envdoctor.findings import Finding, Fix, Risk, Severity, check
from envdoctor.rules.pip import pip


@check("LIB005", Severity.NOTE, cause="noise")
def pynvml_deprecated(packages: dict[str, str], python: Python | None | Unknown) -> Iterator[Finding]:
    """The package pynvml is installed; its successor is nvidia-ml-py.

    Both bring a module of the name `pynvml`. PyTorch warns "The pynvml package is deprecated" at every
    start; harmless, but it hides other messages, and an old copy may not know a new driver.

    How to mend it: uninstall pynvml, then install nvidia-ml-py (in this order: they share a file). A
    package that requires pynvml keeps it; then leave it.

    Source: the notice of the package pynvml on PyPI, and torch/cuda/__init__.py.
    """
    if "pynvml" not in packages:
        return
    yield Finding(
        what=f"The package pynvml {packages['pynvml']} is deprecated; nvidia-ml-py replaces it.",
        why="Both install the module pynvml, and PyTorch warns about the old one at every start.",
        fix=Fix(
            "Replace it, unless another package requires it.",
            (pip(python, "uninstall -y", "pynvml"), pip(python, "install --force-reinstall", "nvidia-ml-py")),
            Risk.CHANGES_ENVIRONMENT,
        ),
        evidence={"packages.pynvml": packages["pynvml"]},
    )
