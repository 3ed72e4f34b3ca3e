"""Finds in the sources every text that a person reads.

Most are f-strings. Of each, one text of the catalogue is made, with numbered holes where values stand; a choice
between two words within one ("GPU{'s' if n != 1 else ''}") makes a text for each, so that no ending stays behind.
What is text for people is decided by rules; what the rules get wrong stands in `EXCLUDED`, with the reason.
"""

from __future__ import annotations

import ast
import inspect
import itertools
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
from jinja2 import Environment, nodes

HOLE = "\0"
MOST = 12
"""Texts that are made of one expression; with more choices in it, they become holes."""
SHORT = 60
"""Characters of a constant that is taken into the text that names it."""

SKIPPED = {
    # Folder or file → why nothing in it is translated.
    "envdoctor/probes/patient": "runs in the examined Python and speaks JSON",
    "envdoctor/probes/native": "code of another language",
    "envdoctor/bench/worker": "runs in the examined Python and speaks JSON",
    "envdoctor/intake/signs": "patterns of what other programs print",
    "envdoctor/intake/complaints": "patterns of what people write",
    "envdoctor/intake/readers": "patterns of what other programs print",
    "envdoctor/data": "tables for machines",
    "envdoctor/schema.py": "JSON",
    "envdoctor/facts.py": "JSON",
    "envdoctor/check_index.py": "a cache",
    "envdoctor/report/json.py": "JSON",
    "envdoctor/report/junit.py": "JUnit stays English",
    "envdoctor/report/github.py": "annotations stay English",
    "envdoctor/report/collect_env.py": "the words of another program",
    "envdoctor/report/private.py": "patterns",
    "envdoctor/report/places.py": "patterns",
    "envdoctor/report/shapes.py": "patterns",
    "envdoctor/report/shape.py": "patterns",
    "envdoctor/report/tokens.py": "patterns",
    "envdoctor/report/hosts.py": "patterns",
    "envdoctor/report/identity.py": "patterns",
    "envdoctor/report/known.py": "patterns",
    "envdoctor/report/personal.py": "patterns",
    "envdoctor/report/spellings.py": "patterns",
    "envdoctor/report/svg.py": "markup",
    "envdoctor/report/language.py": "names of languages",
    "envdoctor/report/speech.py": "patterns",
    "envdoctor/report/holes.py": "patterns",
    "envdoctor/report/punctuation.py": "patterns",
    "envdoctor/compare/json.py": "JSON",
    "envdoctor/bench/json.py": "JSON",
    "envdoctor/bench/csv.py": "CSV",
    "envdoctor/setup/json.py": "JSON",
    "envdoctor/pins/formats/conda.py": "a file for machines",
    "envdoctor/pins/formats/devcontainer.py": "a file for machines",
    "envdoctor/pins/formats/dockerfile.py": "a file for machines",
    "envdoctor/pins/formats/json.py": "JSON",
    "envdoctor/pins/formats/pylock.py": "a file for machines",
    "envdoctor/pins/formats/requirements.py": "a file for machines",
    "envdoctor/pins/formats/uv.py": "a file for machines",
}
LABELS = (
    "envdoctor/report/",
    "envdoctor/compare/",
    "envdoctor/bench/text.py",
    "envdoctor/bench/words.py",
    "envdoctor/bench/table.py",
    "envdoctor/setup/text.py",
    "envdoctor/pins/formats/text.py",
)
"""Where a single word may be a label."""
EXCLUDED = {
    # Text → why it is none of ours to translate.
    **dict.fromkeys(
        ("Apptainer", "Docker", "Firecracker", "Kubernetes", "Parallels", "Podman", "Qemu", "Triton", "Python"),
        "names of programs",
    ),
    "Image format on the examined": "a piece of a pattern",
    "environment variable RANK expected": "a piece of what PyTorch says",
    "M{1} (uv venv --python {2} makes one).": "its beginning is cut off a sentence; the whole one stands in EXTRA",
    **dict.fromkeys(("center left", "upper left"), "places within a drawing"),
    **dict.fromkeys(("linux mint", "oracle linux", "red hat"), "names of distributions"),
    **dict.fromkeys(("Azure", "Intel", "Xen", "NumPy", "torchaudio", "torchvision"), "names"),
    **dict.fromkeys(("didn't help", "didnt help", "does not help", "no effect"), "patterns of what people write"),
    **dict.fromkeys(
        ("operator torchvision::nms does not exist", "GPU is lost", "GPU requires restart", "out of memory",
         "can't allocate", "undefined symbol", "CUDA unknown error", "Driver/library version mismatch",
         "couldn't find libnvidia-ml.so", "cannot enable executable stack", "loaded the `torch/_C` folder",
         "you should not try to import numpy from", "driver is a stub library", "Found no NVIDIA driver",
         "forward compatibility was attempted", "system not yet initialized", "No devices were found",
         "unsupported display driver / cuda driver combination", "GPU access blocked by the operating system",
         "couldn't communicate with the NVIDIA driver", "Failed to initialize NVML",
         "Unable to determine the device handle", "version https://git-lfs"),
        "patterns of what other programs print",
    ),
    **dict.fromkeys(("compute on device", "describe torch"), "names of stages, for machines"),
    **dict.fromkeys(
        ('{1} "numpy{2}"', "{1} -m pip install", "{1} -m pip uninstall -y torch torchvision", "export {1}=...",
         "setuptools wheel packaging ninja", "apptainer exec --nv IMAGE nvidia-smi",
         "ssh gpu01 envdoctor check --json | envdoctor diff good.lock.json -"),
        "commands",
    ),
    **dict.fromkeys(("Cirrus GD 5446 (emulated)", "QXL paravirtual graphic card"), "names of adapters"),
}  # fmt: skip
EXTRA = (
    # Values of the code that people are shown as words.
    "error", "warning", "note", "likely", "broken", "attention", "healthy", "unknown", "none", "yes", "no", "nothing",
    "fine", "not there", "examined", "changes environment", "needs root", "reboot", "is", "answered",
    "timed out", "not asked", "python on PATH", "python3 on PATH", "nvcc on PATH",
    "Python of unknown version", "torch of unknown version", "the usual Python",
    # What click says of wrong arguments.
    "No such option: {1}", "No such option {1}.", "No such command {1}.", "Invalid value for {1}: {2}",
    "Usage:", "Options", "Positional arguments", "Show this message and exit.", "Show the version and exit.",
    "[default: {1}]", "Missing argument {1}.", "Option {1} requires an argument.",
    "Got unexpected extra argument ({1})", "Got unexpected extra arguments ({1})",
    "Did you mean {1}?", "{1} is not one of {2}.", "see {1} --help",
    # Headers and legends that are single words or no words at all.
    "Images/s", "Step, p95", "Times reference", "batch", "net", "width", "epoch", "arithmetic", "dispatch", "loader",
    "transfer", "unexplained", "GPU memory", "training loss", "validation loss", "Language",
    # Texts that are put together in more ways than the rules can follow.
    "WSL 2 has {1}.", "WSL 2 has no {1} and no {2}.", "a C++ compiler",
    "An extension of PyTorch could not be built now: {1} is not there.",
    "An extension of PyTorch could not be built now: {1} are not there.",
    "PYTORCH_CUDA_ALLOC_CONF is malformed: {1} (it is `{2}`).",
    "no {1} and no {2}", "no {1}", "The editor is set to {1}", "The {1} starts {2}",
    "Make an environment with Python {1} to {2} for {3} (uv venv --python {4} makes one).",
    "Commands", "any", "and", "or",
    # Endings, words in a hole, and choices within a text that mean another sentence.
    "No such option {1}", "No such command {1}",
    "Option {1} requires an argument", "Missing argument {1}", "Got unexpected extra argument {1}",
    "Got unexpected extra arguments {1}", "see envdoctor {1} --help",
    "{1} is not in the range {2}", "`import torch` raises {1} ({2}).",
    "`import torch` raises {1}: {2} ({3}).", "`import torch` raises {1}.", "`import torch` crashes with {1} ({2}).",
    "`import torch` crashes with {1}.", "`import torch` hangs: {1} ({2}).", "`import torch` hangs: {1}.",
    "`import torch` ends the process without a word: {1} ({2}).",
    "`import torch` ends the process without a word: {1}.", "Using it on the CPU (stage {1}) raises {2} ({3}).",
    "Using it on the CPU (stage {1}) crashes with {2} ({3}).", "Using it on the CPU (stage {1}) hangs: {2} ({3}).",
    "Using it on the CPU (stage {1}) ends the process without a word: {2} ({3}).", "{1} is {2}",
    "The NVIDIA driver is {1}", "The examined Python is {1}", "There is {1} of memory",
    "{1} is {2}, which does not exist.", "{1} is {2}, where there is no bin/nvcc.",
    "{1} is {2}, the folder of the programs instead of the one above it.",
    "{1} is {2}, a program instead of a folder.", "{1} is {2}, a list instead of one folder.", "has PyTorch {1}",
    "an NVIDIA GPU", "an NVIDIA GPU at {1}", "{1} at 0000:{2}", "a C compiler", "a DLL", "a container",
    "the CUDA toolkit", "CUDA's headers", "CUDA's libraries to link with", "CPU build", "GNU's", "Intel's", "LLVM's",
    "temporary", "home", "cache", "working",
    "Update WSL, in PowerShell on Windows. If Windows has no NVIDIA GPU, use a CPU build of PyTorch.",
    "/dev/shm has {1} MiB.",  # noqa: S108  # the name of the thing, not a place to write
    "MIG is switched on for {1} without an instance, and CUDA finds no device.",
    "{1}, not `{2}`", "GPU {1} ({2} of {3} GiB, {4})", ": {1} of {2} MHz", "product differs from the CPU's by {1}",
    "convolution differs from the CPU's by {1}", "{1} products {2}", "memory bandwidth {1}",
    "{1} products {2} (expected: {3} and more)", "memory bandwidth {1} (expected: {2} and more)",
    "The NVIDIA driver is too old for this program: it knows CUDA {1}: {2}.",
    'CUDA_VISIBLE_DEVICES is "{1}" and hides all AMD GPUs.',
    "Only this group or these experiments: ladder, sync.*, …", "Of a SCRIPT's training to watch. [20]", "FAIL: {1}",
    "PASS: {1}", "FAIL: the worker ended at stage {1}: {2}", "{1} ok in {2} s", "{1} in {2} s", "Source: {1}",
    "Sources: {1}", "Reads: {1}", "For {1}.", "{1}; {2} needs torch{3}.",
)  # fmt: skip
STYLES = frozenset(("bold", "dim", "red", "green", "yellow", "magenta", "cyan", "underline"))
INNER_ERRORS = frozenset(("AssertionError", "KeyError", "LookupError", "RuntimeError", "TypeError", "ValueError"))
"""Errors that tell a programmer something."""
NO_TEXTS = frozenset(
    (
        "compile", "search", "match", "fullmatch", "sub", "subn", "finditer", "findall", "Sign", "Look", "startswith",
        "endswith", "split", "rsplit", "partition", "rpartition", "find", "index", "removeprefix", "removesuffix",
        "replace", "strptime", "encode", "decode", "run", "Popen", "getattr", "setattr", "hasattr", "import_module",
        "joinpath", "Path", "get", "Literal", "cast", "filterwarnings", "known", "maketrans", "fromkeys", "strip",
        "lstrip", "rstrip", "Choice", "command", "commands",
    )
)  # fmt: skip
"""Functions whose arguments are patterns, names and commands."""
COMMANDS = re.compile(
    r"(?:sudo|printf|blacklist|kubectl|pip|python3?|conda|apt(?:-get)?|dnf|docker|nvidia-\w+(?= -)|"
    r"export|set|unset|env|uv|git|curl|wget|winget|"
    r"brew|ls|cat|grep|echo|rm|mkdir|ln|ldd|ldconfig|modprobe|systemctl|wsl|xcode-select|powershell|\$env:\w+|envdoctor|numactl|"
    r"mount|ulimit|module|find|lsmod|dmesg|journalctl|lspci|chmod|usermod|rocm-smi|mamba|micromamba|dkms|kill|watch|du|"
    r"df|rocminfo|softwareupdate|srun|sbatch|podman|torchrun|update-\w+|mokutil|head|tail|which|type|command|ccache|"
    r"setx|where|reg|Get-\w+|Set-\w+|New-\w+)\s+[-\w./\"'$>{\0*]"
)
"""How a line for a shell begins."""
PATTERN = re.compile(
    r"\\[dswbSWDBAZ.\[(]|\(\?|\[\^|\.\*|\)\?|\|\(|\]\+|\)\+|%\([a-z]+\)s|\w\|\w|</?(?:a|p|li|td|tr|th|div|span|svg|g|text|rect|sub|details|summary|iframe|code)\\b[^>]*>|\x1b|;[a-z]+\("
)


LABEL = r"(?:[^\w\s{}`*<>/\\.,;()'\"-]+ )?[A-Z][a-z]{2,}[?:.]?"
"""A word by itself, perhaps with a sign before it."""


PROGRAM = re.compile(r"^(?:import \w|from \w[\w.]* import |def \w+\()", re.MULTILINE)
"""How a program in Python is known."""
NO_BEGINNING = re.compile(
    r"Sources?: |default-src|application/|<iframe|width: |envdoctor: \{1\}$|import \w+\.|return find_spec|except \w+:|"
    r":root|td \{|SecureBoot-"
)
"""How addresses of sources, style sheets, policies and pieces of programs begin."""


WORD = 5
"""Letters of a word that makes a text by itself: "{1} on {2}" would fit nearly everything."""


class Text(msgspec.Struct, frozen=True, order=True):
    """A text of the catalogue."""

    rank: int
    """What people see first is translated first."""
    place: str
    msgid: str


def texts(top: Path) -> list[Text]:
    """Return the texts of all sources below the top of the project, each once, in the order of their importance."""
    found: dict[str, Text] = {}
    for msgid in EXTRA:
        found[msgid] = Text(0, "", msgid)
    for path in sources(top):
        place = path.relative_to(top).as_posix()
        for rank, msgid in _of_file(path, place):
            one = Text(rank, place, msgid)
            if msgid not in EXCLUDED and (msgid not in found or one < found[msgid]):
                found[msgid] = one
    return sorted(found.values())


def sources(top: Path) -> Iterator[Path]:
    """Yield the files that may hold texts for people."""
    for folder in ("envdoctor", "checks"):
        for path in sorted((top / folder).rglob("*")):
            place = path.relative_to(top).as_posix()
            if path.suffix in (".py", ".html") and not any(f"{place}/".startswith(f"{one}/") for one in SKIPPED):
                yield path


def _of_file(path: Path, place: str) -> Iterator[tuple[int, str]]:
    source = path.read_text(encoding="utf-8")
    if path.suffix == ".html":
        yield from ((0, msgid) for msgid in of_template(source))
        return
    finder = Finder(labels=place.startswith(LABELS))
    finder.visit(ast.parse(source))
    rank = _rank(place)
    yield from ((rank, msgid) for msgid in finder.found)
    # Pages of `explain` are read one by one, on demand.
    yield from ((3 if place.startswith("checks/") else rank, msgid) for msgid in finder.pages)


def _rank(place: str) -> int:
    if place.startswith(("envdoctor/report/", "envdoctor/cli/", "envdoctor/judge", "envdoctor/causes")):
        return 0
    return 1 if place.startswith(("checks/", "envdoctor/rules/", "envdoctor/findings")) else 2


def of_template(source: str) -> Iterator[str]:
    """Yield what a template of Jinja hands to `_`."""
    for call in Environment(autoescape=True).parse(source).find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == "_" and call.args:
            yield numbered(_of_node(call.args[0]))


def _of_node(node: nodes.Expr) -> str:
    if isinstance(node, nodes.Concat):
        return "".join(map(_of_node, node.nodes))
    return str(node.value) if isinstance(node, nodes.Const) else HOLE


def numbered(text: str) -> str:
    """Give the holes of a text their numbers; neighbours are one, also with a space between."""
    text = re.sub(rf"{HOLE}(?:\s*{HOLE})+", HOLE, text)
    parts = [" ".join(part.split()) if part.strip() else " " * bool(part) for part in re.split(f"{HOLE}+", text)]
    edges = re.split(f"{HOLE}+", text)
    parts = [_spaced(part, edge) for part, edge in zip(parts, edges, strict=True)]
    return "".join(f"{{{at}}}{part}" if at else part for at, part in enumerate(parts)).strip()


def _spaced(part: str, edge: str) -> str:
    """Keep one space where the source has some at an edge."""
    if not part.strip():
        return part
    return " " * edge[:1].isspace() + part + " " * edge[-1:].isspace()


def is_text(msgid: str) -> bool:
    """Say whether a person is meant to read this, by its looks."""
    bare = re.sub(r"`[^`]*`|\{\d+\}", " ", msgid)
    if NO_BEGINNING.match(msgid) or " " not in HOLE_NUMBER.sub("", msgid) or set(bare.split()) <= STYLES:
        return False
    words = re.findall(r"(?<![\w./=$%<@-])[A-Za-z][a-z]+(?![\w/=(\[@-])", bare)
    lower = [word for word in words if word.islower()]
    if not lower or (len(words) == 1 and len(lower[0]) < WORD) or PATTERN.search(msgid):
        return False
    if COMMANDS.match(msgid) and not re.search(r"[.?:;]$|[a-z]; [a-z]|, [a-z]", msgid):
        return False
    # A hole takes the place of a word: "no {1}".
    return len(words) + (HOLE_NUMBER.search(msgid) is not None) > 1


HOLE_NUMBER = re.compile(r"\{\d+\}")


class Finder(ast.NodeVisitor):
    """Collects the texts of a module."""

    def __init__(self, *, labels: bool) -> None:
        self.found: list[str] = []
        self.pages: list[str] = []
        """Docstrings that are shown, paragraph by paragraph."""
        self._labels = labels
        self._known: list[dict[str, ast.expr]] = [{}]

    def visit_Module(self, node: ast.Module) -> None:
        """Note what the module assigns, then look at its statements."""
        self._known = [_assigned(node.body)]
        self._body(node.body)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        """Look at the statements of a class."""
        self._body(node.body)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        """Look at a function; its docstring counts where people are shown it."""
        if any(_name_of(one) in ("check", "command", "group") for one in node.decorator_list):
            self._page(ast.get_docstring(node) or "")
        for decorator in node.decorator_list:
            self.visit(decorator)
        self._known.append(_assigned(node.body))
        for default in [*node.args.defaults, *node.args.kw_defaults]:
            if default is not None:
                self.visit(default)
        self._body(node.body)
        self._known.pop()

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        """Look at the value alone."""
        if node.value is not None:
            self.visit(node.value)

    def visit_Compare(self, node: ast.Compare) -> None:
        """Pass over what is compared; what calls within make may be text."""
        for one in (node.left, *node.comparators):
            if not isinstance(one, ast.Constant | ast.Tuple | ast.Set | ast.List | ast.Dict):
                self.visit(one)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        """Pass over keys."""
        self.visit(node.value)

    def visit_Raise(self, node: ast.Raise) -> None:
        """Look at errors for people alone."""
        if node.exc is not None and _name_of(node.exc) not in INNER_ERRORS:
            self.visit(node.exc)

    def visit_Call(self, node: ast.Call) -> None:
        """Look at the arguments that may be texts."""
        name = _name_of(node)
        is_fix = name == "Fix"
        self.visit(node.func)
        for place, argument in enumerate(node.args):
            if not (is_fix and place > 0) and (name not in NO_TEXTS or not _is_string(argument)):
                self.visit(argument)
        for keyword in node.keywords:
            if keyword.arg in ("what", "why", "help", "epilog", "message", "text") or (
                keyword.arg not in ("commands", "verify", "pattern", "word", "evidence", "metavar", "cause")
                and name not in NO_TEXTS
            ):
                self.visit(keyword.value)

    def visit_Yield(self, node: ast.Yield) -> None:
        """Take what is yielded with a text: it is its label."""
        first = node.value.elts[0] if isinstance(node.value, ast.Tuple) and node.value.elts else None
        if self._labels and isinstance(first, ast.Constant) and isinstance(first.value, str) and first.value.isalpha():
            self.found.append(first.value)
        self.generic_visit(node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """Take an f-string, and look at what fills its holes."""
        self._text(node)
        for part in node.values:
            if isinstance(part, ast.FormattedValue) and self._part(part) == [HOLE]:
                self.visit(part.value)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        """Take a text put together of several."""
        if isinstance(node.op, ast.Add | ast.Mod) and _is_string(node):
            self._text(node)
            for one in ast.walk(node):
                if isinstance(one, ast.FormattedValue | ast.Call | ast.IfExp):
                    self.generic_visit(one)
            return
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        """Take a text."""
        if isinstance(node.value, str):
            self._text(node)

    def _body(self, body: list[ast.stmt]) -> None:
        for statement in body:
            # A bare string is a docstring.
            if not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)):
                self.visit(statement)

    def _text(self, node: ast.expr) -> None:
        if isinstance(node, ast.Constant) and "{{ _(" in str(node.value):
            self.found += of_template(str(node.value))
            return
        for text in self._alternatives(node):
            if PROGRAM.search(text):
                continue
            for line in text.split("\n") if text.count("\n") > 1 else [text]:
                msgid = numbered(line)
                if is_text(msgid) or (self._labels and re.fullmatch(LABEL, msgid)):
                    self.found.append(msgid)

    def _page(self, docstring: str) -> None:
        for paragraph in inspect.cleandoc(docstring).split("\n\n"):
            self.pages += of_paragraph(paragraph)

    def _alternatives(self, node: ast.expr) -> list[str]:
        """Return the texts that an expression may make, with `HOLE` where a value stands."""
        if isinstance(node, ast.Constant):
            return [re.sub(r"\{(?!install\})[a-z_]+\}", HOLE, node.value)] if isinstance(node.value, str) else [HOLE]
        if isinstance(node, ast.JoinedStr):
            return self._product(*map(self._part, node.values))
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            return self._product(self._alternatives(node.left), self._alternatives(node.right))
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod) and _is_string(node.left):
            return [re.sub(r"%[-+ #0]*[\d.*]*[sdrfgi]", HOLE, one) for one in self._alternatives(node.left)]
        if isinstance(node, ast.IfExp) and _is_short(node.body) and _is_short(node.orelse):
            return [*self._alternatives(node.body), *self._alternatives(node.orelse)]
        return self._of_name(node) if isinstance(node, ast.Name) else [HOLE]

    def _of_name(self, node: ast.Name) -> list[str]:
        """Return what a name that is assigned once may stand for."""
        value = next((known[node.id] for known in reversed(self._known) if node.id in known), None)
        named = value is not None and (_is_short(value) or isinstance(value, ast.IfExp))
        return self._alternatives(value) if named and value is not None else [HOLE]

    def _part(self, part: ast.expr) -> list[str]:
        if not isinstance(part, ast.FormattedValue):
            return self._alternatives(part)
        return [HOLE] if part.format_spec is not None or part.conversion > 0 else self._alternatives(part.value)

    def _product(self, *parts: list[str]) -> list[str]:
        count = 1
        for part in parts:
            count *= len(part)
        chosen = parts if count <= MOST else [one if len(one) == 1 else [HOLE] for one in parts]
        return ["".join(pieces) for pieces in itertools.product(*chosen)]


def of_paragraph(paragraph: str) -> list[str]:
    """Return the texts of a paragraph of help; after click's mark, each line keeps its place and its columns."""
    if "\b" not in paragraph:
        return [" ".join(paragraph.split())] if is_text(" ".join(paragraph.split())) else []
    cells = [cell for line in paragraph.splitlines() for cell in re.split(r"\s{2,}", line.strip("\b "))]
    return [cell for cell in cells if is_text(cell) or re.fullmatch(r"[A-Z][a-z]+( with)?:", cell)]


def _assigned(body: list[ast.stmt]) -> dict[str, ast.expr]:
    """Return what is assigned exactly once, by its name."""
    values: dict[str, list[ast.expr]] = {}
    for node in ast.walk(ast.Module(body=body, type_ignores=[])):
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            values.setdefault(node.targets[0].id, []).append(node.value)
    return {name: ones[0] for name, ones in values.items() if len(ones) == 1}


def _is_short(node: ast.expr) -> bool:
    if isinstance(node, ast.JoinedStr):
        return True
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) <= SHORT


def _is_string(node: ast.expr) -> bool:
    if isinstance(node, ast.BinOp):
        return _is_string(node.left) or (isinstance(node.op, ast.Add) and _is_string(node.right))
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _name_of(node: ast.expr) -> str:
    if isinstance(node, ast.Call):
        node = node.func
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
