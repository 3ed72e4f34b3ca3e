import shlex
from collections.abc import Iterator

from envdoctor.facts import Interpreter, Python, Torch, Unknown
from envdoctor.findings import INSTALL, Finding, Fix, Risk, Severity, check
from envdoctor.rules.leftovers import remains_of


@check("TOR001", Severity.ERROR, cause="torch-missing", because_of=("PYT002", "PYT003", "SYS005"))
def torch_missing(
    torch: Torch | None, python: Python | None, pythons: tuple[Interpreter, ...] | Unknown
) -> Iterator[Finding]:
    """PyTorch is not installed in the examined Python.

    `import torch` raises ModuleNotFoundError. Often PyTorch is installed, but in another environment
    than the one that runs: the editor, the notebook or the shell uses another interpreter. The other
    Pythons of this machine are looked through for one, by their files.

    How to mend it: install the versions that fit this machine, or activate the environment that has
    them and let envdoctor examine that one with `--python`.

    Source: https://pytorch.org/get-started/locally/.
    """
    if torch is not None or python is None:
        return
    half = remains_of("torch", python.leftovers)
    others = _with_torch(pythons)
    version = f" (Python {python.version})" if isinstance(python.version, str) else ""
    yield Finding(
        what=f"PyTorch is not installed in {python.executable}{version}.",
        why=_why(half, list(others.values())),
        fix=Fix(_cure(half, list(others.values())), (INSTALL,), Risk.CHANGES_ENVIRONMENT),
        evidence={"torch": None, "python.executable": python.executable}
        | ({"python.leftovers": list(half)} if half else {})
        | {f"{path}.{name}": getattr(one, name) for path, one in others.items() for name in ("executable", "torch")},
        verify="envdoctor check",
    )


def _with_torch(pythons: tuple[Interpreter, ...] | Unknown) -> dict[str, Interpreter]:
    """Return path of the fact → interpreter, for the others whose files hold a torch; at most three, the nearest."""
    if isinstance(pythons, Unknown):
        return {}
    found = {
        f"pythons.{place}": one
        for place, one in enumerate(pythons)
        if isinstance(one.torch, str) and one.torch and not one.examined
    }
    return dict(list(found.items())[:3])


def _why(half: tuple[str, ...], others: list[Interpreter]) -> str:
    if half:
        return f"An installation was interrupted and left only remains ({half[0]})."
    if not others:
        return "`import torch` finds nothing there. If you installed it, it went into another Python."
    places = " and ".join(
        f"{one.executable} has PyTorch {one.torch}{f' ({one.found_by[0]})' if one.found_by else ''}" for one in others
    )
    return f"`import torch` finds nothing there. It is installed elsewhere, by the files that lie there: {places}."


def _cure(half: tuple[str, ...], others: list[Interpreter]) -> str:
    if others:
        command = f"envdoctor check --python {shlex.quote(others[0].executable)}"
        return f"Use the Python that has it, after examining it: {command}. Or install the versions that fit this one."
    if half:
        return "Install the versions that fit this machine."
    return (
        "Install the versions that fit this machine, or examine the Python that has it: envdoctor check --python PATH."
    )
