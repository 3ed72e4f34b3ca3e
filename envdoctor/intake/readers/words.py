"""What people say in their own words: where it runs, and on which card. The weakest of all sources.

Only names that mean one thing are taken: "in docker" says that there is a container; "GPU" says nothing.
"""

from __future__ import annotations

import bisect
import itertools
import re
from collections.abc import Iterable, Iterator

from envdoctor.data import gpu_by_name
from envdoctor.facts import Unknown
from envdoctor.intake.claims import Claims
from envdoctor.intake.clean import Line

BY = "words"
MOST = 200
"""Places of one kind of word that are looked at."""
PLACES = (
    (
        "container",
        "docker",
        re.compile(r"\bnvidia-docker|\bdocker\b|\bdockerfile\b|\bdevcontainer|\bNGC\b", re.IGNORECASE),
    ),
    ("container", "podman", re.compile(r"\bpodman\b", re.IGNORECASE)),
    ("container", "kubernetes", re.compile(r"\bkubernetes\b|\bk8s\b|\bkubeflow\b|\bkubectl\b", re.IGNORECASE)),
    ("container", "apptainer", re.compile(r"\b(?:singularity|apptainer)\b", re.IGNORECASE)),
    ("container", "lxc", re.compile(r"\bLXC\b|\bLXD\b")),
    ("vm", "vmware", re.compile(r"\bvmware\b|\besxi\b|\bvsphere\b", re.IGNORECASE)),
    ("vm", "virtualbox", re.compile(r"\bvirtual ?box\b", re.IGNORECASE)),
    ("vm", "hyper-v", re.compile(r"\bhyper-?v\b", re.IGNORECASE)),
    ("vm", "kvm", re.compile(r"\bproxmox\b|\bKVM\b|\bqemu\b|\blibvirt\b", re.IGNORECASE)),
    ("vm", "parallels", re.compile(r"\bparallels\b", re.IGNORECASE)),
    ("vm", "colab", re.compile(r"\bcolab\b", re.IGNORECASE)),
    ("vm", "kaggle", re.compile(r"\bkaggle\b", re.IGNORECASE)),
    ("vm", "aws", re.compile(r"\b(?:EC2|sagemaker)\b", re.IGNORECASE)),
)
SAID = re.compile(r"^[ \t]*[-*] (container|virtual machine|platform): (\S.*)$", re.MULTILINE)
WSL = re.compile(r"\bWSL ?-?([12])?\b|\bwindows subsystem for linux(?: ?([12]))?", re.IGNORECASE)
SYSTEMS = re.compile(
    r"\b(Ubuntu|Debian|CentOS|Fedora|Arch(?: Linux)?|Manjaro|openSUSE|SUSE|SLES|RHEL|Red Hat|Rocky|AlmaLinux|Pop!?_OS"
    r"|Linux Mint|NixOS|Gentoo|Alpine|Amazon Linux|Windows(?: Server)?|macOS|Mac ?OS X|OS X)"
    r"(?: (?:Linux )?v?(\d+(?:\.\d+)*))?",
)
CARD = re.compile(
    r"\b(?:NVIDIA )?(?:GeForce )?(?:"
    r"(?:RTX|GTX) ?(?:PRO )?(?:A?\d{3,4})(?: ?(?:Ti|SUPER|Ada|Blackwell)){0,2}|GT ?\d{3,4}[A-Z]?"
    r"|MX ?\d{3}|TITAN (?:X[p]?|V|RTX|Black|Z)|Quadro (?:RTX )?[A-Z]?\d{3,4}"
    r"|Tesla [A-Z]\d{1,3}[a-z]?|(?<![\w-])(?:A|H|B|GH|GB|L|V|P|T)(?:10|30|40s?|100|200|300|800|4)(?![\w.-])"
    r"|Jetson (?:AGX )?(?:Orin|Xavier|Nano|Thor|TX2|TX1)|GB10)\b",
)
OTHER = re.compile(
    r"\b(?P<amd>(?:AMD )?Radeon\b[\w ]{0,20}|\bRX ?\d{3,4}(?: ?XTX?)?\b|Instinct MI\d+|\bMI\d{3}X?\b|gfx\d{3,4}\b)"
    r"|\b(?P<intel>Intel (?:Iris|UHD|HD|Arc|integrated)[\w ]{0,20})"
    r"|\b(?P<apple>Apple M\d|\bM[1-5](?: (?:Pro|Max|Ultra))?\b(?= (?:Mac|chip)))",
)
INTERPRETER = re.compile(r"\b[Pp]ython ?v?(3\.\d{1,2}(?:\.\d{1,2})?|2\.7(?:\.\d{1,2})?)\b")
DRIVER = re.compile(
    r"\bdriver(?: version)?(?: (?:is|was|of|v))?[ :=]{1,3}(\d{3}\.\d{2,3}(?:\.\d{2})?)\b"
    r"(?! ?(?:or|and) (?:newer|later))",
    re.IGNORECASE,
)
WISHED = re.compile(r"\b(?:requires?|needs?|supports?|only|>=|for)\b", re.IGNORECASE)


def read(lines: Iterable[Line], claims: Claims) -> None:
    """Note container, virtual machine, WSL, system, cards and Python that the text names."""
    page = _Joined(tuple(lines))
    _places(page, claims)
    for line, found in page.search(CARD):
        model = gpu_by_name(found[0])
        if model is not None and not isinstance(model, Unknown):
            claims.add("card.words", found[0], BY, line)
    for line, found in page.search(OTHER):
        claims.add(f"{found.lastgroup}.words", found[0].strip(), BY, line)
    for line, found in page.search(DRIVER):
        if not WISHED.search(line.text):
            claims.add("driver.version", found[1], BY, line)
    for line, found in page.search(INTERPRETER):
        if not line.output and not WISHED.search(line.text):
            claims.add("python.version", found[1], BY, line)


def _places(page: _Joined, claims: Claims) -> None:
    for line, found in page.search(SAID):
        claims.add({"virtual machine": "vm"}.get(found[1], found[1]), found[2].strip(), BY, line)
    for kind, name, pattern in PLACES:
        for line, _ in page.search(pattern):
            claims.add(f"{kind}.words", name, BY, line)
    for line, found in page.search(WSL):
        claims.add("wsl", int(found[1] or found[2] or 0), BY, line)
    for line, found in page.search(SYSTEMS):
        claims.add("system.words", " ".join(part for part in found.groups() if part), BY, line)


class _Joined:
    """All lines as one string: one search in it is far cheaper than one in each line."""

    def __init__(self, lines: tuple[Line, ...]) -> None:
        self._lines = lines
        self._text = "\n".join(line.text for line in lines)
        self._starts = list(itertools.accumulate((len(line.text) + 1 for line in lines), initial=0))

    def search(self, pattern: re.Pattern[str]) -> Iterator[tuple[Line, re.Match[str]]]:
        for found in itertools.islice(pattern.finditer(self._text), MOST):
            yield self._lines[bisect.bisect_right(self._starts, found.start()) - 1], found
