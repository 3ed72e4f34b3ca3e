from collections.abc import Iterator

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
LONGEST = 240
"""Characters of an exception in a headline; the evidence has all of it."""


@check(
    "TOR002",
    Severity.ERROR,
    cause="torch-broken",
    because_of=("PYT003", "ENV005", "SYS005", "TOR008", "LIB003"),
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
    reason = _reason(failure, torch, python if isinstance(python, Python) else None)
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


def _reason(failure: Failure, torch: Torch, python: Python | None) -> Reason:
    if python is not None and python.shadowing and failure.kind == "exception":
        named = next((path for path in python.shadowing if _mentions(failure, path)), None)
        if named is not None:
            return _shadowed(named)
    known = explain(failure)
    if known is not None:
        return known
    versions = python.duplicates.get("torch", ()) if python is not None else ()
    remains = remains_of("torch", python.leftovers) if python is not None else ()
    if versions or (isinstance(torch.version, Unknown) and remains):
        return Reason(
            "multiple-installs-or-shadowing" if versions else "torch-broken",
            f"Files of several installations are mixed: {', '.join(versions) or remains[0]}.",
            REINSTALL,
        )
    return Reason("torch-broken", ENDS.get(failure.kind, ENDS["exception"]), REINSTALL)


def _mentions(failure: Failure, path: str) -> bool:
    return any(path in line for line in (failure.detail, *failure.last_lines))


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
