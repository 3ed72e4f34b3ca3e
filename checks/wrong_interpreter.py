from collections.abc import Iterator

from envdoctor.facts import Interpreter, Python, Torch
from envdoctor.findings import Finding, Fix, Severity, check

EDITOR, KERNEL = "editor settings", "Jupyter kernel "
ON_PATH = ("python on PATH", "python3 on PATH")


@check("PYT004", Severity.NOTE, cause="multiple-installs-or-shadowing", because_of=("TOR001",))
def wrong_interpreter(
    torch: Torch | None, python: Python | None, pythons: tuple[Interpreter, ...]
) -> Iterator[Finding]:
    """The editor, the notebook or the shell uses another Python, and only one of them has PyTorch.

    The same program then works in one window and raises ModuleNotFoundError in the next. Only judged
    where the Pythons of the machine were listed, and by their files alone. A Python without PyTorch
    that nobody points at is no fault, and neither is a second kernel beside one that has PyTorch.

    How to mend it: select the Python that has PyTorch in the editor, give the notebook a kernel of its
    environment (`python -m ipykernel install`), or activate the environment.

    Source: https://code.visualstudio.com/docs/python/environments;
    https://ipython.readthedocs.io/en/stable/install/kernel_install.html.
    """
    if python is None:
        return
    here = torch is not None
    others = {f"pythons.{place}": one for place, one in enumerate(pythons) if not one.examined}
    for path, one in others.items():
        if EDITOR in one.found_by and _differs(one, has_torch=here):
            yield _finding("The editor is set to", path, one, python, has_torch=here)
    kernels = [one for one in pythons if any(way.startswith(KERNEL) for way in one.found_by)]
    if kernels and all(not one.examined and _differs(one, has_torch=here) for one in kernels):
        path = next(path for path, one in others.items() if one is kernels[0])
        name = next(way for way in kernels[0].found_by if way.startswith(KERNEL))
        yield _finding(f"The {name} starts", path, kernels[0], python, has_torch=here)
    yield from _on_path(pythons)


def _differs(one: Interpreter, *, has_torch: bool) -> bool:
    """Say whether the files of a Python are known to have torch where the examined one has none, or the reverse."""
    return isinstance(one.torch, str) != has_torch if one.torch is None or isinstance(one.torch, str) else False


def _has(one: Interpreter) -> str:
    return f"has PyTorch {one.torch}" if isinstance(one.torch, str) else "has no PyTorch in its site-packages"


def _finding(begin: str, path: str, one: Interpreter, python: Python, *, has_torch: bool) -> Finding:
    better = python.executable if has_torch else one.executable
    return Finding(
        what=f"{begin} {one.executable}, which {_has(one)}; {python.executable}, which is examined here, "
        f"{'has it' if has_torch else 'has none'}.",
        why="What works in one of the two raises ModuleNotFoundError in the other.",
        fix=Fix(f"Use the same Python in both places: {better} is the one that has PyTorch."),
        evidence={f"{path}.executable": one.executable, f"{path}.torch": one.torch},
    )


def _on_path(pythons: tuple[Interpreter, ...]) -> Iterator[Finding]:
    """Compare what typing `python` and typing `python3` start."""
    found = [next(((place, one) for place, one in enumerate(pythons) if way in one.found_by), None) for way in ON_PATH]
    if found[0] is None or found[1] is None or found[0][0] == found[1][0]:
        return
    (first, python), (second, python3) = found[0], found[1]
    if not _differs(python3, has_torch=isinstance(python.torch, str)) or not isinstance(python.torch, str | None):
        return
    yield Finding(
        what=f"`python` starts {python.executable}, which {_has(python)}; `python3` starts {python3.executable}, "
        f"which {_has(python3)}.",
        why="Instructions use both names. What works with one of them raises ModuleNotFoundError with the other.",
        fix=Fix("Activate the environment that has PyTorch: then both names start its Python."),
        evidence={
            f"pythons.{place}.{name}": getattr(one, name)
            for place, one in ((first, python), (second, python3))
            for name in ("executable", "torch")
        },
    )
