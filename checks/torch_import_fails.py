import re
from collections.abc import Iterator, Mapping

from envdoctor.compat import number
from envdoctor.facts import Failure, Python, Torch, TorchRun, Unknown
from envdoctor.findings import Finding, Fix, Risk, Severity, check
from envdoctor.rules.import_errors import Reason, explain
from envdoctor.rules.import_signatures import CUDA_LIBRARIES, REINSTALL, UNSHADOW
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
PARTLY = re.compile(r"cannot import name '\w+' from partially initialized module 'torch(?:\.[\w.]+)?'")
MADE_FOR_OTHERS = "Its compiled part is made for"
EMPTY_NUMPY = re.compile(r"module 'numpy' has no attribute '(?:ndarray|array|dtype|generic)'")
NUMPY_ANEW = Fix(
    "Install NumPy anew.",
    ("python -m pip install --force-reinstall --no-deps numpy",),
    Risk.CHANGES_ENVIRONMENT,
)
DAMAGED_FILE = re.compile(r"(/.+?)/(lib[^/:]+?\.so[.\d]*): ")
OF_CUDA = re.compile(rf"(lib(?:cudnn|{CUDA_LIBRARIES})\S*): cannot open shared object")
BY_LIBRARY = ("cuda-lib-shadowing", "cudnn-mismatch", "glibc-too-old", "multiple-installs-or-shadowing")
"""Causes that a library in the wrong place has."""
LONGEST = 240
"""Characters of an exception in a headline; the evidence has all of it."""


@check(
    "TOR002",
    Severity.ERROR,
    cause="torch-broken",
    because_of=("PYT003", "ENV005", "SYS005", "TOR008", "TOR010", "LIB003"),
)
def torch_import_fails(
    torch: Torch | None | Unknown,
    torch_run: TorchRun | None,
    python: Python | None | Unknown,
    environment: dict[str, str] | Unknown,
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
    # Something that cannot even be looked for was there to be imported, and failed.
    seen = Torch() if isinstance(torch, Unknown) else torch
    known_python = python if isinstance(python, Python) else None
    reason = _reason(failure, seen, torch_run, known_python)
    reason = _by_variable(reason, failure, seen, environment if isinstance(environment, dict) else {})
    doing = "`import torch`" if failure.stage in STAGES[:2] else f"Using it on the CPU (stage {failure.stage!r})"
    yield Finding(
        what=f"{doing} {_ended(failure)}{f' ({torch_name(seen)})' if isinstance(seen.version, str) else ''}.",
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
    known = _wrong_extension(failure, torch, python) or _own_part_missing(failure, torch, python) or explain(failure)
    if known is not None:
        return known
    # Where the process was ended, nobody else has a reason to.
    hiding = run.shadows or (python.shadowing if python is not None and failure.kind == "exit" else ())
    if hiding:
        return _shadowed(hiding[0])
    if EMPTY_NUMPY.search(failure.detail):  # nothing else has taken its name
        return Reason("numpy-abi", "NumPy is there in part alone: files were removed.", NUMPY_ANEW)
    versions = python.duplicates.get("torch", ()) if python is not None else ()
    remains = remains_of("torch", python.leftovers) if python is not None else ()
    if versions or (isinstance(torch.version, Unknown) and remains):
        return Reason(
            "multiple-installs-or-shadowing" if versions else "torch-broken",
            f"Files of several installations are mixed: {', '.join(versions) or remains[0]}.",
            REINSTALL,
        )
    return Reason("torch-broken", ENDS.get(failure.kind, ENDS["exception"]), REINSTALL)


def _by_variable(reason: Reason, failure: Failure, torch: Torch, environment: Mapping[str, str]) -> Reason:
    """Name the variable that brought the culprit: a library that is preloaded, or packages of another Python."""
    for path in re.split(r"[ :]", environment.get("LD_PRELOAD", "")):
        library = path.rpartition("/")[2].partition(".so")[0]
        if library and reason.cause in BY_LIBRARY and _speaks_of(failure, library):
            return Reason(
                "env-variable",
                f"LD_PRELOAD puts {path} before PyTorch's own {library}, and that does not fit.",
                Fix("Unset the variable.", ("unset LD_PRELOAD",)),
            )
    found = DAMAGED_FILE.search(failure.detail)
    if found and reason.cause == "torch-broken" and _is_on_library_path(found[1], environment):
        cuda = re.match(rf"lib(?:{CUDA_LIBRARIES})\b", found[2])
        return Reason(
            "cuda-lib-shadowing" if cuda else "env-variable",
            f"LD_LIBRARY_PATH puts {found[1]} first, and the {found[2]} there cannot be loaded.",
            UNSHADOW,
        )
    foreign = OF_CUDA.search(failure.detail) if torch.build == "cpu" else None
    if foreign and environment.get("LD_LIBRARY_PATH"):
        return Reason(
            "multiple-installs-or-shadowing",
            f"A CPU build needs no {foreign[1]}: LD_LIBRARY_PATH puts the libraries of another PyTorch first.",
            UNSHADOW,
        )
    entry = _python_path_of(torch, environment)
    if entry is not None and reason.why.startswith(MADE_FOR_OTHERS):
        return Reason(
            "multiple-installs-or-shadowing",
            f"{reason.why} PYTHONPATH names its folder {entry}, and comes before this Python's own packages.",
            Fix("Unset the variable, or take that folder out of it.", ("unset PYTHONPATH",)),
        )
    return reason


def _speaks_of(failure: Failure, library: str) -> bool:
    said = "\n".join((failure.detail, *failure.last_lines))
    return library in said or (library == "libstdc++" and re.search(r"GLIBCXX_|CXXABI_", said) is not None)


def _is_on_library_path(folder: str, environment: Mapping[str, str]) -> bool:
    """Say whether LD_LIBRARY_PATH alone leads to a folder: one of a package may stand there, and is not its fault."""
    entries = {entry.rstrip("/") for entry in environment.get("LD_LIBRARY_PATH", "").split(":") if entry}
    return folder.rstrip("/") in entries and not PACKAGES.search(f"{folder}/")


def _python_path_of(torch: Torch, environment: Mapping[str, str]) -> str | None:
    """Return the entry of PYTHONPATH below which this torch lies, or None."""
    path = torch.path if isinstance(torch.path, str) else ""
    entries = [entry.rstrip("/") for entry in environment.get("PYTHONPATH", "").split(":")]
    return next((entry for entry in entries if entry and path.startswith(f"{entry}/")), None)


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
        why = f"{MADE_FOR_OTHERS} Python {made}; this is {'.'.join(map(str, mine))}."
        return Reason("torch-broken", f"{why} It was copied or reached from another environment.", REINSTALL)
    if torch.extensions:
        return None
    return Reason("torch-broken", "Its compiled part, torch/_C, is missing: files were removed.", REINSTALL)


def _own_part_missing(failure: Failure, torch: Torch, python: Python | None) -> Reason | None:
    """Explain what Python takes for a circular import of an installed torch, though no file hides any module."""
    installed = isinstance(torch.path, str) and PACKAGES.search(torch.path)
    if not installed or python is None or python.shadowing or not PARTLY.search(failure.detail):
        return None
    return Reason("torch-broken", "A part of it that it imports itself is missing: files were removed.", REINSTALL)


def _shadowed(path: str) -> Reason:
    return Reason(
        "multiple-installs-or-shadowing",
        f"{path} has the name of a module that Python or PyTorch needs, and is taken instead.",
        Fix(f"Rename {path}, or start Python in another folder."),
    )


def _ended(failure: Failure) -> str:
    lines = [line for line in failure.detail.splitlines() if line.strip()] or [""]
    # Some messages begin with an empty line, and then the first has the exception's name alone.
    first = (
        f"{lines[0].rstrip()} {lines[1].strip()}" if lines[0].rstrip().endswith("Error:") and lines[1:] else lines[0]
    )
    detail = first if len(first) <= LONGEST else f"{first[:LONGEST]}…"
    return {
        "signal": f"crashes with {detail}",
        "hang": f"hangs: {detail}",
        "exit": f"ends the process without a word: {detail}",
    }.get(failure.kind, f"raises {detail}")
