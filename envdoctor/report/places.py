"""Folders outside site-packages: their names tell of clients, projects and people, and are numbered instead.

What a diagnosis needs stays: the folders of the system, of CUDA, of conda and of virtual environments, the
names of libraries, of Python's own modules and of installed packages, and everything below site-packages.
One name gets one number in a report, so that equal folders stay equal, and a path in one place is still the
beginning of a path in another.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Collection

from envdoctor.late import late
from envdoctor.report.identity import COMMON

PLACE = late(
    r"(?:(?<![\w.~<>/\\:%)\]}-])|(?<=\\[nrt])|(?<=-[A-Za-z])|(?<=[^A-Za-z]:)(?!//)|(?<=[A-Za-z0-9]:)(?!//|\\\\)|(?<=file://))"
    r"(?:(?:~|(?:(?<![A-Za-z0-9])|(?<=\\[nrt])|(?<=-[A-Za-z]))[A-Za-z]:)(?=[/\\])|(?=/)|(?=\\\\[\w.$-]))"
    r"(?:[/\\]{1,4}(?:[^\s/\\:*?\"'<>|;,()\[\]{}`=&]|<[a-z]{1,12}(?:-\d{1,6})?>)+)+"
)
"""An absolute path, one below home, one on a drive, or one on a server of Windows."""
PARTS = late(r"([/\\]{1,4})")
PLACEHOLDER = late(r"<[a-z]{1,12}(?:-\d{1,6})?>")

SYSTEM = frozenset(
    {"usr", "lib", "lib32", "lib64", "bin", "sbin", "etc", "proc", "sys", "dev", "boot", "run", "nix", "snap"}
)
"""What the operating system brings; below `local` anybody may have put something."""
WINDOWS = frozenset({"windows", "system", "system32"})
WHOLE = late(
    r"(?:site|dist)-packages|cuda(?:[-_]?\d[\w.-]*)?|nvidia(?:-\d[\w.]*)?|hpc_sdk|rocm(?:-\d[\w.]*)?|python\d[\d.]*t?|wsl|ld\.so[\w.-]*"
)
"""Below such a folder everything belongs to a product."""
KEPT = late(
    r"""
    \.?(?:venvs?|env|virtualenvs?|envs?|local|cache|config|conda|mamba|micromamba|pyenv|rye|uv|asdf|cargo|nvm|npm|ssh|
      jupyter|ipython|triton|nv|vscode|vscode-server|poetry|pypoetry|pipx|linuxbrew|keras|huggingface|torch|git|tox|nox)
    |(?:mini|ana)conda\d?|(?:mini|mamba)forge\d?(?:-pypy3)?|pkgs|versions|installs|pythons|interpreters
    |scripts|include|share|libs?\d*|s?bin|x86_64-[\w-]+|aarch64-[\w-]+|[a-z]+-\d[\w.]*-[\w-]+\.dist-info
    |program|programdata|programs|files|appdata|roaming|windowsapps|library|applications|frameworks|python\.framework
    |workspaces?|workdir|content|code|projects?|repos?|src|source|git|github|demo|example|examples|notebooks?|scripts?
    |app|apps|data|datasets?|models?|checkpoints?|weights|logs?|output|outputs?|results?|runs?|experiments?|test|tests
    |sound|broken|venv-\d+|mnt|media|srv|scratch|work|shm|volumes?|nfs|cluster|storage|software|modules?|easybuild|spack
    |lmod|hub|torch_extensions|torchinductor[\w-]*|pytest-(?:of-|\d+)?|__pycache__|extensions?|cpython-[\w.-]+|pypy[\w.-]*
    |wheel|wheels|dist|build|kernels|libcuda|stubs|compat|targets|extras|cupti|nvvm|tmp[a-z0-9_]{8}
    |python(?:\d(?:\.\d+)*)?w?t?(?:\.exe)?|pip[\d.]*(?:\.exe)?|(?:nvcc|gcc|g\+\+|clang|cc|c\+\+|cl|ld|uv|conda|nvidia-smi)[\w.+-]*
    |lib[\w.+-]+\.(?:so(?:\.[\d.]+)?|a|dylib)|[\w.-]+\.(?:dll|pyd|lib)|[\w]+\.cpython-[\w.-]+|[\w]+\.(?:abi3\.)?so
    |envdoctor[\w.-]*|python\d+\.zip|pyvenv\.cfg|sitecustomize\.py|usercustomize\.py|site\.py|pyproject\.toml|setup\.py|requirements\.txt
    """,
    re.VERBOSE,
)
"""Names that say nothing about anybody."""
LONGEST = 64
MOST_ODD = 50
_MODULES = frozenset(sys.stdlib_module_names)


class Places:
    """Numbers the names of folders and files as they come."""

    def __init__(self, packages: Collection[str], count: Callable[[str], None]) -> None:
        self._packages = frozenset(name.replace("-", "_").lower() for name in packages)
        self._numbers: dict[str, int] = {}
        self._count = count
        self._odd: list[str] = []

    def know(self, path: str) -> None:
        """Take note of a path with blanks or marks in it, whose end could not be seen in the middle of a text."""
        if not PLACE.fullmatch(path) and len(path) > 1 and len(self._odd) < MOST_ODD:
            self._odd.append(path)
            self._odd.sort(key=len, reverse=True)

    def clean(self, text: str) -> str:
        """Return a text in which the telling parts of paths are numbered."""
        if "/" not in text and "\\" not in text:
            return text
        for path in self._odd:
            if path in text:
                text = text.replace(path, self._split(path))
        return PLACE.sub(lambda match: self._split(match[0]), text)

    def _split(self, path: str) -> str:
        first, *rest = PARTS.split(path)
        separators, names = rest[::2], rest[1::2]
        if not any(names):
            return path
        # A sentence's end belongs to no name.
        ending = re.search(r"[.!?#$%]*\Z", names[-1])
        tail = ending[0] if ending and len(names[-1]) > len(ending[0]) else ""
        names[-1] = names[-1][: len(names[-1]) - len(tail)]
        if len(names) == 1 and len(names[0]) <= 3:  # noqa: PLR2004  # " /s", "/MD"
            return path
        cleaned = list(self._names(names, is_system=not first and separators[0] == "/"))
        if separators[0].startswith("\\\\") and not first and not PLACEHOLDER.fullmatch(names[0]):
            cleaned[0] = self._server(names[0])
        if cleaned == names:
            return path
        self._count("path")
        return first + "".join(map("".join, zip(separators, cleaned, strict=True))) + tail

    def _server(self, name: str) -> str:
        return name if name.lower() in ("wsl$", "wsl.localhost", "localhost") else "<host>"

    def _names(self, names: list[str], *, is_system: bool) -> list[str]:
        cleaned: list[str] = []
        whole = False
        system = (is_system and names[0].lower() in SYSTEM) or names[0].lower() in WINDOWS
        for index, name in enumerate(names):
            small = name.lower()
            whole = whole or WHOLE.fullmatch(small) is not None
            # Of what the system brings, `/usr/local` and `/usr/src` are where people put things.
            system = system and not (index == 1 and small in ("local", "src"))
            keep = whole or system or self._says_nothing(name)
            cleaned.append(name if keep else self._numbered(name, last=index == len(names) - 1))
        return cleaned

    def _says_nothing(self, name: str) -> bool:
        small = name.lower()
        bare = PLACEHOLDER.sub("", small)
        if not bare.strip("-_.") or (bare != small and re.fullmatch(r"\.[a-z]{1,5}", bare)):
            return True
        stem = bare.removesuffix(".py").removesuffix(".pyc")
        return len(name) <= LONGEST and (
            len(bare) == 1
            or stem in COMMON
            or stem in _MODULES
            or stem.replace("-", "_") in self._packages
            or re.fullmatch(r"v?\d{1,4}(?:\.\d{1,4}){0,3}", bare) is not None
            or KEPT.fullmatch(bare) is not None
        )

    def _numbered(self, name: str, *, last: bool) -> str:
        stem, point, ending = name.rpartition(".")
        if last and point and stem and re.fullmatch(r"[A-Za-z]{1,5}", ending):
            return f"<file-{self._number(stem)}>.{ending}"
        return f"<folder-{self._number(name)}>"

    def _number(self, name: str) -> int:
        return self._numbers.setdefault(name, len(self._numbers) + 1)
