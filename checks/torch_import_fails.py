import re
from collections.abc import Iterator

from envdoctor.compat import number
from envdoctor.facts import Failure, Python, Torch, TorchRun, Unknown
from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.rules.import_errors import Reason, explain
from envdoctor.rules.import_signatures import REINSTALL
from envdoctor.rules.judging import torch_name
from envdoctor.rules.leftovers import remains_of

STAGES = ("find torch", "import torch", "describe torch", "NumPy", "compute on the CPU")
ENDS = {
    "signal": "It was killed inside PyTorch's native code: its files are damaged or do not fit this machine.",
    "hang": "It never came back: a file system, a lock or a driver that does not answer, or a damaged installation.",
    "exit": "Something that is imported ends the whole process: a damaged or foreign package, or one that gives up.",
    "exception": "Its files are incomplete or do not fit together.",
}
PACKAGES = re.compile(r"[/\\](site|dist)-packages[/\\]")
LOST_EXTENSION = re.compile(
    r"PyTorch C extensions|the `torch/_C` folder|No module named 'torch\._C'|name '\w+' from 'torch\._C'"
)
BUILT_FOR = re.compile(r"(?:cpython-|cp)(\d{2,3})[a-z]*-")
LONGEST = 240
"""Characters of an exception in a headline; the evidence has all of it."""


@check(
    "TOR002",
    Severity.ERROR,
    cause="torch-broken",
    because_of=("PYT003", "ENV005", "SYS005", "TOR008", "TOR010", "LIB003"),
)
def torch_import_fails(
    torch: Torch | None, torch_run: TorchRun | None, python: Python | None | Unknown
) -> Iterator[Finding]:
    """PyTorch is installed, and importing it crashes, hangs, ends the process or raises.

    Every program that uses it dies at the same place. The finding names the stage, how it ended and
    the last lines that were printed; where they name the culprit (a library, a variable, a file of the
    same name), that is the cause.

    How to mend it: mend the culprit if there is one; otherwise remove PyTorch and install the versions
    that fit this machine, ideally in a new environment.

    Source: https://docs.python.org/3/library/faulthandler.html for the stack in the last lines.
    """
    if torch is None or torch_run is None or torch_run.failure is None:
        return
    failure = torch_run.failure
    if failure.stage not in STAGES:
        return
    reason = _reason(failure, torch, torch_run, python if isinstance(python, Python) else None)
    doing = "`import torch`" if failure.stage in STAGES[:2] else f"Using it on the CPU (stage {failure.stage!r})"
    yield Finding(
        what=f"{doing} {_ended(failure)}{f' ({torch_name(torch)})' if isinstance(torch.version, str) else ''}.",
        why=reason.why,
        fix=reason.fix,
        cause=reason.cause,
        evidence={
            "torch_run.failure.stage": failure.stage,
            "torch_run.failure.detail": failure.detail,
            "torch_run.failure.last_lines": list(failure.last_lines[-4:]),
        },
    )


def _reason(failure: Failure, torch: Torch, run: TorchRun, python: Python | None) -> Reason:
    named = next((path for path in python.shadowing if _names(failure, path)), None) if python is not None else None
    if named is not None:
        return _shadowed(named)
    known = _wrong_extension(failure, torch, python) or explain(failure)
    if known is not None:
        return known
    if run.shadows:
        return _shadowed(run.shadows[0])
    if python is not None and python.shadowing and failure.kind == "exit":
        return _shadowed(python.shadowing[0])  # nobody else has a reason to end the process
    versions = python.duplicates.get("torch", ()) if python is not None else ()
    remains = remains_of("torch", python.leftovers) if python is not None else ()
    if versions or (isinstance(torch.version, Unknown) and remains):
        return Reason(
            "multiple-installs-or-shadowing" if versions else "torch-broken",
            f"Files of several installations are mixed: {', '.join(versions) or remains[0]}.",
            REINSTALL,
        )
    return Reason("torch-broken", ENDS.get(failure.kind, ENDS["exception"]), REINSTALL)


def _names(failure: Failure, path: str) -> bool:
    """Say whether a failure names a file, or the module that it is taken for."""
    if any(path in line for line in (failure.detail, *failure.last_lines)):
        return True
    module = re.escape(re.split(r"[/\\]", path)[-1].partition(".")[0])
    told = rf"module '{module}' has no attribute|from '{module}[.']|No module named '{module}\..*not a package"
    return re.search(told, failure.detail) is not None


def _wrong_extension(failure: Failure, torch: Torch, python: Python | None) -> Reason | None:
    """Explain an installed torch whose compiled part Python does not find: it then takes a folder of type stubs."""
    said = "\n".join((failure.detail, *failure.last_lines))
    installed = isinstance(torch.path, str) and PACKAGES.search(torch.path)
    if not installed or isinstance(torch.extensions, Unknown) or not LOST_EXTENSION.search(said):
        return None
    built = {found[1] for name in torch.extensions if (found := BUILT_FOR.search(name))}
    mine = number(python.version)[:2] if python is not None and isinstance(python.version, str) else ()
    others = sorted(text for text in built if mine and (int(text[0]), int(text[1:])) != mine)
    if others and len(others) == len(built):
        made = " and ".join(f"{text[0]}.{text[1:]}" for text in others)
        why = f"Its compiled part is made for Python {made}; this is {'.'.join(map(str, mine))}."
        return Reason("torch-broken", f"{why} It was copied or reached from another environment.", REINSTALL)
    if torch.extensions:
        return None
    return Reason("torch-broken", "Its compiled part, torch/_C, is missing: files were removed.", REINSTALL)


def _shadowed(path: str) -> Reason:
    return Reason(
        "multiple-installs-or-shadowing",
        f"{path} has the name of a module that Python or PyTorch needs, and is taken instead.",
        Fix(f"Rename {path}, or start Python in another folder."),
    )


def _ended(failure: Failure) -> str:
    lines = failure.detail.splitlines() or [""]
    detail = lines[0] if len(lines[0]) <= LONGEST else f"{lines[0][:LONGEST]}…"
    return {
        "signal": f"crashes with {detail}",
        "hang": f"hangs: {detail}",
        "exit": f"ends the process without a word: {detail}",
    }.get(failure.kind, f"raises {detail}")
