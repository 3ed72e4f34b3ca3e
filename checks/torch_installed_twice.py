import re
from collections.abc import Iterator, Mapping

from envdoctor.compat import number
from envdoctor.facts import Companion, Python, Torch, TorchRun, Unknown
from envdoctor.findings import INSTALL, Finding, Fix, Risk, Severity, check
from envdoctor.rules.import_errors import explain
from envdoctor.rules.judging import torch_name
from envdoctor.rules.leftovers import remains_of
from envdoctor.rules.pip import pip

USERS = re.compile(r"/\.local/lib/python|[/\\]Roaming[/\\]Python[/\\]|/Library/Python/\d")
VARIANT = re.compile(r"\+(cpu|cu\d+|rocm\d+(?:\.\d+)*|xpu)\b", re.ASCII)
RELEASE = 3
"""Numbers of a release. What follows, a date or a commit, differs between a build and its metadata."""


@check("TOR010", Severity.WARNING, cause="multiple-installs-or-shadowing", because_of=("TOR008",))
def torch_installed_twice(
    *,
    torch: Torch | None,
    python: Python | None,
    torch_run: TorchRun | None | Unknown,
    torchvision: Companion | None | Unknown,
    torchaudio: Companion | None | Unknown,
) -> Iterator[Finding]:
    """Two versions of PyTorch, or the remains of one, lie in the examined Python.

    Mixing pip, conda and the user's site-packages leaves two sets of metadata, or files of one release
    under the metadata of another; what `pip list` shows need not be what runs. An interrupted
    `pip install` leaves folders that begin with a tilde (`~orch`): harmless, but large. The user's
    site-packages (`pip install --user`) come before those of a conda environment, and hide its PyTorch.

    How to mend it: uninstall until nothing is left, then install once.

    Source: https://pip.pypa.io/en/stable/ (temporary folders of an interrupted uninstall).
    """
    if torch is None or python is None:
        return
    versions = python.duplicates.get("torch", ())
    remains = remains_of("torch", python.leftovers)
    if versions and _is_the_users(torch, python):
        yield _hidden(versions, torch, torch_run)
    elif versions:
        said = f"PyTorch is installed more than once in this Python: {', '.join(versions)}."
        companions = {"torchvision": torchvision, "torchaudio": torchaudio}
        yield _mixed(said, torch, python, _stranded(companions, torch, versions), fails=_fails(torch_run))
    elif _contradicts(torch):
        yield _mixed(
            f"The files of PyTorch are of {torch.version}; pip's list says {torch.metadata_version}.", torch, python
        )
    elif remains:
        yield Finding(
            what=f"Remains of an interrupted removal of PyTorch lie in this Python: {remains[0]}.",
            why='Nothing loads them. They take room, and pip warns of an "invalid distribution" at every call.',
            fix=Fix("Delete these folders, and nothing else there.", risk=Risk.CHANGES_ENVIRONMENT),
            severity=Severity.NOTE,
            evidence={"python.leftovers": list(remains)},
        )


def _is_the_users(torch: Torch, python: Python) -> bool:
    """Say whether the torch that runs lies in the user's site-packages, which belong to no environment."""
    path, prefix = torch.path, python.prefix
    if not isinstance(path, str) or not isinstance(prefix, str) or path.startswith(f"{prefix.rstrip('/')}/"):
        return False
    return USERS.search(path) is not None


def _hidden(versions: tuple[str, ...], torch: Torch, run: TorchRun | None | Unknown) -> Finding:
    failed = isinstance(run, TorchRun) and run.failure is not None
    others = ", ".join(version for version in versions if version != torch.metadata_version) or "another one"
    name = torch_name(torch)
    return Finding(
        what=f"{name} of the user's site-packages ({torch.path}) hides this environment's PyTorch {others}.",
        why="They come before the environment's own on Python's search path"
        + (", and what lies there does not work." if failed else "; the two can be mixed at the next installation."),
        fix=Fix(
            "Switch them off for this environment; or uninstall that PyTorch.",
            ("export PYTHONNOUSERSITE=1",),
        ),
        severity=Severity.ERROR if failed else Severity.WARNING,
        evidence={"torch.path": torch.path, "python.duplicates": {"torch": list(versions)}},
    )


def _contradicts(torch: Torch) -> bool:
    """Say whether files and metadata are of different releases. Where the files lie is TOR008's business."""
    installed, version = torch.metadata_version, torch.version
    if not isinstance(installed, str) or not isinstance(version, str) or "+git" in version:
        return False  # a checkout changes its version without being installed anew
    path, folder = torch.path, torch.metadata_folder
    if isinstance(path, str) and isinstance(folder, str) and not path.startswith(folder.rstrip("/\\")):
        return False
    return number(installed)[:RELEASE] != number(version)[:RELEASE] or _variants_differ(installed, version)


def _variants_differ(installed: str, version: str) -> bool:
    """Say whether metadata and files name two variants; wheels of PyPI name none in their metadata."""
    one, other = (VARIANT.search(text) for text in (installed, version))
    return one is not None and other is not None and one[1] != other[1]


def _stranded(companions: Mapping[str, Companion | None | Unknown], torch: Torch, versions: tuple[str, ...]) -> str:
    """Return a sentence about a package that was installed for the PyTorch that does not run, or ""."""
    mine = number(torch.version)[:RELEASE] if isinstance(torch.version, str) else ()
    others = [version for version in versions if mine and number(version)[:RELEASE] != mine]
    for name, one in companions.items():
        wanted = one.requires_torch if isinstance(one, Companion) and isinstance(one.requires_torch, str) else ""
        exact = re.fullmatch(r"== *(\d+(?:\.\d+)*)", wanted, re.ASCII)
        if exact and any(number(version)[:RELEASE] == number(exact[1])[:RELEASE] for version in others):
            return f" {name} is made for {exact[1]}, which is not the one that runs."
    return ""


def _fails(run: TorchRun | None | Unknown) -> bool:
    """Say whether the import fails, and nothing more exact is known of it than that files are missing or unfit."""
    if not isinstance(run, TorchRun) or run.failure is None or run.failure.stage != "import torch":
        return False
    reason = explain(run.failure)
    return reason is None or reason.cause == "torch-broken"


def _mixed(what: str, torch: Torch, python: Python, stranded: str = "", *, fails: bool = False) -> Finding:
    remove = pip(python, "uninstall -y", "torch")
    evidence = {
        "python.duplicates": dict(python.duplicates),
        "torch.version": torch.version,
        "torch.metadata_version": torch.metadata_version,
    }
    return Finding(
        what=what,
        why=f"{torch_name(torch)} is what runs. What `pip list` shows, and what other packages were chosen for, need "
        f"not be the same; files of both can be loaded together.{stranded}",
        fix=Fix(
            "Uninstall torch until pip says that it is not installed, then install it once; or make a new environment.",
            (remove, remove, INSTALL),
            Risk.CHANGES_ENVIRONMENT,
        ),
        severity=Severity.ERROR if stranded or fails else None,
        evidence={path: value for path, value in evidence.items() if value and not isinstance(value, Unknown)},
    )
