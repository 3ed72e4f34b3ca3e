"""Whose machine it is: the names that must not stand in a report that leaves it."""

from __future__ import annotations

import getpass
import os
import re
import socket
from collections.abc import Container
from pathlib import Path

import msgspec

from envdoctor.facts import Fact

SHORTEST = 3
"""Names with fewer letters stand in every other word."""

COMMON = frozenset(
    """
    a admin administrator ai alpine amazon amd anaconda apple arch arm aws azure bash bench bin box build builder ci
    centos client cloud cluster code colab compute conda container cpu cuda cudnn data debian default deep deeplearning
    desktop dev developer devbox device dist docker driver error etc example fedora gcc gcp geforce git gitlab github
    google gpu gpus guest h100 hip home host hostname ieee image intel jenkins jovyan jupyter kali kaggle kernel
    kubernetes lab lambda laptop learning lib library linux local localhost localdomain login mac machine main master
    memory mini miniconda mint ml model network new nobody node none note null nvidia opt oracle package packages path
    pc pip platform process proc program python pytorch quadro quantum redhat research rhel rocky rocm root rtx run
    runner science sdk server shell site slurm spark station student suse sys system team temp tensor tensorrt tesla
    test tester tests titan tmp tool toolkit torch torchaudio torchvision train training triton ubuntu unknown user
    username users usr uv v100 var venv version vm volta vscode wheel windows worker work workstation wsl
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
        user: str | None = getpass.getuser()
    except (OSError, KeyError, ImportError):  # a container's user without an entry
        user = None
    home = Path("~").expanduser()
    homes = {str(home), os.path.realpath(home)}
    return Identity(
        homes=tuple(sorted(folder for folder in homes if _is_a_home(folder))),
        user=user,
        host=socket.gethostname() or None,
    )


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
    return len(word) < SHORTEST or word in COMMON or word in packages or word in _field_words() or _is_number(word)


def _is_number(word: str) -> bool:
    return re.fullmatch(r"[\d.]+|cu\d+|sm_?\d+|py\d+", word) is not None


def _field_words() -> frozenset[str]:
    """Return the words that the names of facts are made of."""
    return frozenset(
        part for kind in Fact.__subclasses__() for name in kind.__struct_fields__ for part in name.split("_")
    )
