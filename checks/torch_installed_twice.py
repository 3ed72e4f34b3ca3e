from collections.abc import Iterator

from envdoctor.compat import number
from envdoctor.facts import Python, Torch, Unknown
from envdoctor.findings import INSTALL, Finding, Fix, Risk, Severity, check
from envdoctor.rules.judging import torch_name
from envdoctor.rules.leftovers import remains_of
from envdoctor.rules.pip import pip

RELEASE = 3
"""Numbers of a release. What follows, a date or a commit, differs between a build and its metadata."""


@check("TOR010", Severity.WARNING, cause="multiple-installs-or-shadowing", because_of=("TOR008",))
def torch_installed_twice(torch: Torch | None, python: Python | None) -> Iterator[Finding]:
    """Two versions of PyTorch, or the remains of one, lie in the examined Python.

    Mixing pip, conda and the user's site-packages leaves two sets of metadata, or files of one release
    under the metadata of another; what `pip list` shows need not be what runs. An interrupted
    `pip install` leaves folders that begin with a tilde (`~orch`): harmless, but large.

    How to mend it: uninstall until nothing is left, then install once.

    Source: https://pip.pypa.io/en/stable/ (temporary folders of an interrupted uninstall).
    """
    if torch is None or python is None:
        return
    versions = python.duplicates.get("torch", ())
    remains = remains_of("torch", python.leftovers)
    if versions:
        yield _mixed(f"PyTorch is installed more than once in this Python: {', '.join(versions)}.", torch, python)
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


def _contradicts(torch: Torch) -> bool:
    """Say whether files and metadata are of different releases. Where the files lie is TOR008's business."""
    installed, version = torch.metadata_version, torch.version
    if not isinstance(installed, str) or not isinstance(version, str) or "+git" in version:
        return False  # a checkout changes its version without being installed anew
    path, folder = torch.path, torch.metadata_folder
    if isinstance(path, str) and isinstance(folder, str) and not path.startswith(folder.rstrip("/\\")):
        return False
    return number(installed)[:RELEASE] != number(version)[:RELEASE]


def _mixed(what: str, torch: Torch, python: Python) -> Finding:
    remove = pip(python, "uninstall -y", "torch")
    evidence = {
        "python.duplicates": dict(python.duplicates),
        "torch.version": torch.version,
        "torch.metadata_version": torch.metadata_version,
    }
    return Finding(
        what=what,
        why=f"{torch_name(torch)} is what runs. What `pip list` shows, and what other packages were chosen for, need "
        "not be the same; files of both can be loaded together.",
        fix=Fix(
            "Uninstall torch until pip says that it is not installed, then install it once; or make a new environment.",
            (remove, remove, INSTALL),
            Risk.CHANGES_ENVIRONMENT,
        ),
        evidence={path: value for path, value in evidence.items() if value and not isinstance(value, Unknown)},
    )
