from collections.abc import Iterator

from envdoctor.facts import Message, Python, Unknown
from envdoctor.findings import Finding, Fix, Risk, Severity, check
from envdoctor.rules.pip import pip
from envdoctor.rules.told import told


@check("LIB054", Severity.ERROR, cause="numpy-abi", because_of=("LIB003",))
def numpy_told(
    messages: tuple[Message, ...], packages: dict[str, str] | Unknown, python: Python | None | Unknown
) -> Iterator[Finding]:
    """NumPy and a compiled package are of different NumPy generations.

    Packages that were compiled for NumPy 1 (PyTorch before 2.3, on Windows before 2.4.1, and extensions of that
    time) do not run with NumPy 2; the reverse happens to what was compiled or saved with NumPy 2 and meets
    NumPy 1.

    How to mend it: install `numpy<2`, or newer releases of PyTorch and of the package that the traceback names.

    Source: https://numpy.org/doc/stable/numpy_2_0_migration_guide.html; https://github.com/pytorch/pytorch/issues/135013.
    """
    one = told(messages, "numpy-generation")
    if one is None:
        return
    numpy = None if isinstance(packages, Unknown) else packages.get("numpy")
    back = (numpy is not None and numpy.startswith("1.")) or "numpy._core" in one.message.text
    yield Finding(
        what=f"A compiled package and NumPy{f' {numpy}' if numpy else ''} do not fit: {one.quote}.",
        why="It was compiled for the other generation of NumPy, whose binary interface differs.",
        fix=Fix(
            "Install a newer NumPy." if back else "Go back to NumPy 1, or update the package that was compiled for it.",
            (pip(python, "install", '"numpy>=2"' if back else '"numpy<2"'),),
            Risk.CHANGES_ENVIRONMENT,
        ),
        verify="python -c 'import torch; print(torch.ones(1).numpy())'",
        evidence=one.evidence | ({"packages.numpy": numpy} if numpy else {}),
        confidence=one.confidence,
    )
