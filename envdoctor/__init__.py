"""A doctor for PyTorch/CUDA machines: what is wrong, why, how to mend it, and the proof.

From Python: `envdoctor.check()` returns the report that `envdoctor check` prints.
"""

from __future__ import annotations

TYPE_CHECKING = False  # what type checkers take for True; `typing` itself takes time to import
if TYPE_CHECKING:
    from collections.abc import Iterable

    from envdoctor.report.model import Report

__all__ = ["__version__", "check"]
__version__ = "0.1.0"


def check(
    python: str | None = None,
    *,
    select: Iterable[str] | None = None,
    ignore: Iterable[str] = (),
    timeout: float = 30.0,
    import_torch: bool = True,
    gpu_test: bool = True,
) -> Report:
    """Look at this machine and return what is wrong, why, and how to mend it.

    Nothing is imported into this process: PyTorch is tried in a child, which may crash or hang.

    Args:
        python: the interpreter or environment to examine; None: the one that runs this.
        select: codes, groups or names of checks ("DRV", "TOR001"); None: all.
        ignore: those that are left out.
        timeout: seconds that looking may take.
        import_torch: False looks at files alone.
        gpu_test: False computes nothing on the GPUs.

    Returns:
        The report: `verdict`, `headline`, `primary`, `findings`, `facts`, … as in the JSON. It holds private data;
        as a page in a notebook it shows itself without. `envdoctor.report.private.make_private` takes it out,
        `envdoctor.report.render` writes the report in any format.

    Raises:
        ValueError: `python` names no interpreter, no check is called so, or `timeout` is no time.
    """
    from envdoctor.api import check as look  # noqa: PLC0415  # `import envdoctor` must cost nothing

    return look(python, select=select, ignore=ignore, timeout=timeout, import_torch=import_torch, gpu_test=gpu_test)
