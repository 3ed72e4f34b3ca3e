import re
from collections.abc import Iterator

from envdoctor.compat import number
from envdoctor.facts import Python, Torch, Unknown, known
from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.rules.judging import torch_name

PACKAGES = re.compile(r"[/\\](site|dist)-packages[/\\]")
SOURCE_BUILD = re.compile(r"\+git|a0\+|\.dev\d+\+git")
RELEASE = 3


@check("TOR008", Severity.ERROR, cause="multiple-installs-or-shadowing")
def torch_shadowed(torch: Torch | None, python: Python | None) -> Iterator[Finding]:
    """Something else named torch comes before the PyTorch that is installed.

    Python takes the first `torch` on its search path: a file `torch.py` or a folder `torch` in the
    working directory, a folder on `PYTHONPATH`, the user's site-packages. `pip list` shows the
    installed one, and another one runs.

    How to mend it: rename the local file or folder, or take the entry out of `PYTHONPATH`.

    Source: https://docs.python.org/3/library/sys_path_init.html.
    """
    if torch is None or python is None:
        return
    path, folder = known(torch.path, "torch.path"), torch.metadata_folder
    if path is None or not _is_shadow(path, folder if isinstance(folder, str) else None, torch):
        return
    installed = f"; the installed one is {torch.metadata_version} in {folder}" if isinstance(folder, str) else ""
    here = torch_name(torch) if isinstance(torch.version, str) else "no PyTorch"
    yield Finding(
        what=f"`import torch` takes {path} ({here}){installed}.",
        why="The first torch on Python's search path wins, and it is not the one that pip shows.",
        fix=Fix(f"Rename or move {path}, start Python in another folder, or take its folder out of PYTHONPATH."),
        evidence={"torch.path": path}
        | ({"torch.metadata_folder": folder, "torch.metadata_version": torch.metadata_version} if installed else {}),
    )


def _is_shadow(path: str, folder: str | None, torch: Torch) -> bool:
    if path.endswith(".py"):
        return True
    if isinstance(torch.version, Unknown):
        # Without torch/version.py it is no PyTorch. Where packages are installed, it is the rest of one: TOR002's.
        return not PACKAGES.search(path)
    if folder is None or _plain(path).startswith(f"{_plain(folder).rstrip('/')}/"):
        return False
    if SOURCE_BUILD.search(torch.version) or not isinstance(torch.metadata_version, str):
        return False  # installed in place from its source: the metadata points there
    return number(torch.version)[:RELEASE] != number(torch.metadata_version)[:RELEASE]


def _plain(path: str) -> str:
    """Make paths comparable; Windows does not tell capitals apart."""
    return path.replace("\\", "/").lower() if re.match(r"[A-Za-z]:", path) else path
