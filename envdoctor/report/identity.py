"""Whose machine it is: the names that must not stand in a report that leaves it."""

from __future__ import annotations

import builtins
import contextlib
import functools
import keyword
import os
import re
import sys
from collections.abc import Container, Iterator
from pathlib import Path
from types import CodeType, ModuleType

import msgspec

from envdoctor.facts import Fact

OURS = (
    "envdoctor_checks",
    "envdoctor.rules",
    "envdoctor.probes",
    "envdoctor.pins",
    "envdoctor.bench",
    "envdoctor.facts",
)
SHORTEST = 3
"""Names with fewer letters stand in every other word."""

COMMON = frozenset(
    """
    a ada admin administrator ai alpine amazon amd anaconda apple arch arm aws azure bash bench bin box build
    builder ci centos client cloud cluster code colab compute conda container cpu cuda cudnn data debian default
    deep deeplearning desktop dev developer devbox credentials device dist docker driver email error etc example
    fedora file folder gcc gcp geforce git gitlab github google gpu grace gpus guest h100 hip home host hostname
    ieee image intel jenkins jovyan jupyter kali kaggle kernel key kubernetes lab lambda laptop learning lib library
    linux local localhost localdomain login mac machine main master memory mini miniconda mint ml model network new
    nobody node none note null nvidia opt oracle package packages path pc pip platform process proc program python
    pytorch quadro quantum redhat research rhel rocky rocm root rtx run runner science sdk serial server shell site
    slurm spark station student suse sys system team temp tensor tensorrt tesla test tester tests titan tmp token
    tool toolkit torch torchaudio torchvision train training triton ubuntu unknown user username users usr uuid uv
    v100 var venv version vm volta vscode wheel windows worker work workstation wsl
    """.split()  # noqa: SIM905  # a list of one word a line would be longer than the module
)
"""Names that say nothing about anybody, and that a report needs for other things."""


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """The names of one person on one machine. What is not known is left out."""

    homes: tuple[str, ...] = ()
    """Home folders, absolute."""
    user: str | None = None
    host: str | None = None


def this_identity() -> Identity:
    """Ask the system who runs this. Looks up no name in a network; never raises."""
    try:
        import getpass  # noqa: PLC0415  # a report for one's own eyes does not ask

        user: str | None = getpass.getuser()
    except (OSError, KeyError, ImportError):  # a container's user without an entry
        user = None
    home = Path("~").expanduser()
    homes = {str(home), os.path.realpath(home)}
    return Identity(
        homes=tuple(sorted(folder for folder in homes if _is_a_home(folder))),
        user=user,
        host=_host(),
    )


def _host() -> str | None:
    if hasattr(os, "uname"):
        return os.uname().nodename or None
    import socket  # noqa: PLC0415  # takes its time

    return socket.gethostname() or None


def _is_a_home(folder: str) -> bool:
    """Say whether a folder is somebody's: a user without one has `/`, which begins every path."""
    return bool(re.fullmatch(r"(?:[A-Za-z]:)?[\\/].*\w.*", folder)) and folder not in ("/tmp", "/var", "/nonexistent")  # noqa: S108


def is_common(name: str, packages: Container[str] = ()) -> bool:
    """Say whether a name is a word that stands in reports anyway: removing it would blank them.

    Args:
        name: of a user or of a machine.
        packages: names of installed packages.
    """
    word = name.lower()
    return (
        len(word) < SHORTEST
        or word in COMMON
        or word in packages
        or word in _field_words()
        or word in own_words()
        or _is_number(word)
    )


@functools.cache
def own_words() -> frozenset[str]:
    """Return the words that stand in envdoctor's own sentences, in Python's vocabulary and in the names of GPUs."""
    from envdoctor import data  # noqa: PLC0415  # only where something is made private
    from envdoctor.registry import BrokenPlugin, import_now, load_checks  # noqa: PLC0415  # same

    with contextlib.suppress(BrokenPlugin):  # then its words are not known
        import_now(load_checks().values())
    texts = [text for name, module in list(sys.modules.items()) if name.startswith(OURS) for text in _texts(module)]
    texts += [gpu.name for gpu in data.gpus()]
    texts += [row.architecture for row in data.capabilities().values()]
    texts += [*sys.stdlib_module_names, *keyword.kwlist, *dir(builtins)]
    return frozenset(word for text in texts for word in re.findall(r"[a-z]{3,}", text.lower()))


def _texts(module: ModuleType) -> Iterator[str]:
    """Yield the texts in the functions of a module, and its documentation."""
    yield module.__doc__ or ""
    for value in list(vars(module).values()):
        function = getattr(value, "judge", value)
        code = getattr(function, "__code__", None)
        if isinstance(code, CodeType):
            yield getattr(value, "doc", "") or ""
            yield from (constant for constant in code.co_consts if isinstance(constant, str))


def _is_number(word: str) -> bool:
    return re.fullmatch(r"[\d.]+|cu\d+|sm_?\d+|py\d+", word) is not None


def _field_words() -> frozenset[str]:
    """Return the words that the names of facts are made of."""
    return frozenset(
        part for kind in Fact.__subclasses__() for name in kind.__struct_fields__ for part in name.split("_")
    )
