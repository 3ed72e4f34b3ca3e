"""The resolver: which one, with what, and how it fails."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from envdoctor.facts import Unknown
from envdoctor.pins.choice import Pins
from envdoctor.pins.formats import Answer, pylock, requirements
from envdoctor.pins.install import Target
from envdoctor.pins.machine import Machine
from envdoctor.pins.recommend import recommend
from envdoctor.pins.resolved import NotResolvedError, uv_platform
from envdoctor.probes.command import Output
from envdoctor.probes.system import System
from tests.pins.machines import machine

REPORT = {
    "install": [
        {
            "metadata": {"name": "torch", "version": "2.15.0"},
            "download_info": {"url": "https://host/torch.whl", "archive_info": {"hashes": {"sha256": "ab"}}},
        }
    ]
}


class Tools:
    """Plays uv and pip: notes how they were called, and writes where they were told to."""

    def __init__(self, answer: Any = "", *, text: str = "lock-version = '1.0'\n") -> None:
        self.calls: list[list[str]] = []
        self.answer, self.text = answer, text

    def __call__(self, argv: Sequence[str], *, seconds: float = 0) -> Any:
        assert seconds > 60
        self.calls.append(list(argv))
        if not isinstance(self.answer, str):
            return self.answer
        option = "--report" if "--report" in argv else "-o"
        Path(argv[argv.index(option) + 1]).write_text(self.text, encoding="utf-8")
        return Output(0, "", "")


def system(tools: Tools, tmp_path: Path, *, uv: bool = True) -> System:
    if uv:
        (tmp_path / "bin").mkdir()
        (tmp_path / "bin" / "uv").write_text("")
        (tmp_path / "bin" / "uv").chmod(0o755)
    return System(root=tmp_path, environment={"PATH": "/bin"}, run=tools)


def answer(described: Machine, **more: Any) -> tuple[Answer, Pins]:
    found = recommend(described)
    assert isinstance(found, Pins)
    return Answer(pins=found, machine=described, target=Target(), **more), found


ADA = machine("RTX 4090", driver="535.183.01", python="3.11")
NEW = machine("RTX 4090", driver="580.95.05", python="3.11")


def test_uv_locks_for_the_described_machine(tmp_path: Path) -> None:
    tools = Tools()
    text = pylock.resolved(*answer(ADA), system(tools, tmp_path))

    [argv] = tools.calls
    assert argv[1:3] == ["pip", "compile"]
    assert argv[argv.index("--format") + 1] == "pylock.toml"
    assert argv[argv.index("--python-platform") + 1] == "x86_64-manylinux_2_35"
    assert argv[argv.index("--python-version") + 1] == "3.11"
    assert argv[argv.index("--extra-index-url") + 1] == "https://download.pytorch.org/whl/cu126"
    assert text.startswith("# PyTorch 2.14.1 (cu126)")
    assert "lock-version" in text


def test_from_pypi_no_index_is_told(tmp_path: Path) -> None:
    tools = Tools()
    requirements.resolved(*answer(NEW), system(tools, tmp_path))

    assert "--extra-index-url" not in tools.calls[0]
    assert "--generate-hashes" in tools.calls[0]


def test_pip_resolves_for_this_machine(tmp_path: Path) -> None:
    tools = Tools(text=json.dumps(REPORT))
    text = requirements.resolved(*answer(NEW, examined=True), system(tools, tmp_path, uv=False))

    assert tools.calls[0][1:4] == ["-m", "pip", "install"]
    assert "--dry-run" in tools.calls[0]
    assert text.endswith("torch==2.15.0 --hash=sha256:ab\n")


def test_pip_locks_this_machine(tmp_path: Path) -> None:
    tools = Tools()
    pylock.resolved(*answer(NEW, examined=True), system(tools, tmp_path, uv=False))

    assert tools.calls[0][1:4] == ["-m", "pip", "lock"]


@pytest.mark.parametrize("resolved", [pylock.resolved, requirements.resolved])
def test_another_machine_needs_uv(tmp_path: Path, resolved: Any) -> None:
    with pytest.raises(NotResolvedError, match="pip install uv"):
        resolved(*answer(NEW), system(Tools(), tmp_path, uv=False))


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (Output(1, "", "warning: old\n  \u00d7 No solution\n  \u2570 https://a:secret@host/"), "No solution"),
        (Output(1, "", ""), "exit code 1"),
        (Output(1, "", 'ERROR: unknown command "lock"'), "25.1"),
        (Unknown("uv did not answer in 600 s"), "600 s"),
        (None, "no program"),
    ],
    ids=str,
)  # fmt: skip
def test_a_failure_is_one_line(tmp_path: Path, failure: Any, said: str) -> None:
    with pytest.raises(NotResolvedError) as caught:
        pylock.resolved(*answer(NEW), system(Tools(failure), tmp_path))

    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_lock_holds_no_credentials(tmp_path: Path) -> None:
    tools = Tools(text='url = "https://anna:secret@mirror.example/torch.whl"\n')

    assert 'url = "https://mirror.example/torch.whl"' in pylock.resolved(*answer(NEW), system(tools, tmp_path))


def test_an_index_without_hashes(tmp_path: Path) -> None:
    bare = {"install": [REPORT["install"][0] | {"download_info": {"url": "https://host/torch.whl"}}]}

    tools = Tools(text=json.dumps(bare))
    with pytest.raises(NotResolvedError, match="sha256"):
        requirements.resolved(*answer(NEW, examined=True), system(tools, tmp_path, uv=False))


@pytest.mark.parametrize(
    ("described", "platform"),
    [
        (machine(glibc="2.17"), "x86_64-manylinux2014"),
        (machine(glibc="2.31"), "x86_64-manylinux_2_31"),
        (machine(glibc="2.41"), "x86_64-manylinux_2_40"),
        (machine(glibc=None), "x86_64-manylinux_2_28"),
        (machine(arch="aarch64"), "aarch64-manylinux_2_35"),
        (machine(os="windows"), "x86_64-pc-windows-msvc"),
        (machine(os="macos", arch="aarch64"), "aarch64-apple-darwin"),
    ],
)
def test_what_uv_calls_a_machine(described: Machine, platform: str) -> None:
    assert uv_platform(described) == platform


def test_on_a_mac_uv_hears_of_its_macos(tmp_path: Path) -> None:
    tools = Tools()
    pylock.resolved(*answer(machine(os="macos", arch="aarch64", os_version="15.1")), system(tools, tmp_path))

    assert tools.calls[0][:2] == ["env", "MACOSX_DEPLOYMENT_TARGET=15.1"]
