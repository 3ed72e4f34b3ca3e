"""The catalogues belong to today's sources, and their translations to their originals."""

import gettext
import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

from envdoctor.report.holes import is_faithful
from envdoctor.report.speech import sayer

TOP = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    sys.path.insert(0, str(TOP / "tools"))
    try:
        spec = importlib.util.spec_from_file_location("build_catalogue", TOP / "tools" / "build_catalogue.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(TOP / "tools"))
    return module


def test_the_files_are_those_of_the_sources(tool: ModuleType) -> None:
    stale = [name for name, content in tool.made().items() if (TOP / name).read_bytes() != content]

    assert stale == [], "run tools/build_catalogue.py"


@pytest.mark.parametrize("locale", ["zh_CN"])
def test_every_translation_is_faithful(tool: ModuleType, locale: str) -> None:
    wrong = {english: said for english, said in tool.translations(locale).items() if tool.fault(english, said)}

    assert wrong == {}


@pytest.mark.parametrize("locale", ["zh_CN"])
def test_what_gettext_reads_is_what_was_written(tool: ModuleType, locale: str) -> None:
    with (TOP / "envdoctor" / "locale" / locale / "LC_MESSAGES" / "envdoctor.mo").open("rb") as file:
        read = gettext.GNUTranslations(file)

    assert all(read.gettext(english) == said for english, said in tool.translations(locale).items())


@pytest.mark.parametrize(
    ("source", "texts"),
    [
        pytest.param('x = f"GPU {n} has failed."', ["GPU {1} has failed."], id="an f-string"),
        pytest.param(
            """x = f"{n} finding{'s' if n != 1 else ''} here." """,
            ["{1} findings here.", "{1} finding here."],
            id="a choice within",
        ),
        pytest.param('x = "one text " "in two parts"', ["one text in two parts"], id="in two parts"),
        pytest.param('x = "The sum is %d." % n', ["The sum is {1}."], id="an older format"),
        pytest.param('x = f"The {a}{b} {c} fails."', ["The {1} fails."], id="holes side by side"),
        pytest.param('fix = Fix("Do it now.", ("pip install it now",))', ["Do it now."], id="commands are none"),
        pytest.param('x = re.compile("some words here")', [], id="a pattern"),
        pytest.param('raise ValueError("this is no text")', [], id="an error for programmers"),
        pytest.param('def f():\n    """Say what it does."""', [], id="a docstring"),
        pytest.param('x = "gpus.0.name"', [], id="a path of a fact"),
        pytest.param('x = f"gpus.{n}.name"', [], id="one with a hole"),
        pytest.param('x = "sudo apt-get install it"', [], id="a command"),
        pytest.param('x = y["some key here"]', [], id="a key"),
        pytest.param('x = y == "some value here"', [], id="a comparison"),
    ],
)
def test_texts_are_found(tool: ModuleType, source: str, texts: list[str]) -> None:
    import ast  # noqa: PLC0415  # here alone

    finder = sys.modules["catalogue_texts"].Finder(labels=False)
    finder.visit(ast.parse(source))

    assert tool is not None
    assert finder.found == texts


@pytest.mark.parametrize(
    ("english", "said", "refused"),
    [
        pytest.param("Run `a b` on {1}.", "在 {1} 上运行 `a b`。", False, id="fine"),
        pytest.param("Run `a b` on {1}.", "运行 `a b`。", True, id="a value is lost"),
        pytest.param("Run `a b` on {1}.", "在 {1} 上运行 `甲`。", True, id="a command is translated"),
        pytest.param("Run it.", "运行\n它。", True, id="a line break"),
    ],
)
def test_what_changes_more_than_words_is_refused(tool: ModuleType, english: str, said: str, refused: bool) -> None:
    assert bool(tool.fault(english, said)) is refused


def test_translations_are_taken_over(tool: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    english = next(one.msgid for one in tool.texts(TOP) if "{" not in one.msgid and "`" not in one.msgid)
    holed = next(one.msgid for one in tool.texts(TOP) if "{1}" in one.msgid)
    chunk = tmp_path / "chunk.json"
    chunk.write_text(json.dumps({english: "译文", holed: "没有", "no text of ours": "无"}), encoding="utf-8")
    found = tool.texts(TOP)
    monkeypatch.setattr(tool, "TOP", tmp_path)
    monkeypatch.setattr(tool, "texts", lambda _top: found)

    problems = tool.merge([chunk])

    assert len(problems) == 2
    assert tool.translations("zh_CN") == {english: "译文"}
    assert is_faithful(english, "译文")


def test_chinese_is_spoken() -> None:
    say = sayer("zh_CN")

    assert say is not None
    assert say("The machine") == "本机"
    assert say("up to CUDA 12.2") == "最高支持 CUDA 12.2"


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        pytest.param(
            'NVIDIA_VISIBLE_DEVICES is "none" in this container (docker), so it was given no GPU of the host.',
            '在此容器（docker）中 NVIDIA_VISIBLE_DEVICES 为 "none"，因此没有分配到宿主机的任何 GPU。',
            id="a quoted word is a value",
        ),
        pytest.param(
            "Nothing is wrong here, as far as it could be checked.",
            "本机：在所能检查的范围内未发现问题。",
            id="Nothing",
        ),
        pytest.param(
            "No such command 'chek'; see envdoctor --help", "没有命令 'chek'; 见 envdoctor --help", id="command"
        ),
        pytest.param(
            "No such option '--jsn'. Did you mean '--json'?", "没有选项 '--jsn'。您是否想输入 '--json'？", id="option"
        ),
        pytest.param("0.0 is not in the range 1<=x<=3600.", "0.0 不在范围 1<=x<=3600 内。", id="a range"),
        pytest.param(
            "The NVIDIA driver is too old for this program: it knows CUDA 11.4: “The driver. Update it”.",
            "对该程序来说 NVIDIA 驱动程序过旧，它只支持到 CUDA 11.4：“The driver. Update it”。",
            id="what the driver knows",
        ),
        pytest.param(
            'CUDA_VISIBLE_DEVICES is "-1" and hides all AMD GPUs.',
            'CUDA_VISIBLE_DEVICES 为 "-1"，隐藏了所有 AMD GPU。',
            id="AMD's",
        ),
        pytest.param(
            "`import torch` raises ImportError: libc10.so (x): no such file (PyTorch 2.15.0).",
            "`import torch` 引发 ImportError：libc10.so (x): no such file（PyTorch 2.15.0）。",
            id="an import that fails",
        ),
        pytest.param("The temporary folder (/tmp) does not exist.", "临时目录（/tmp）不存在。", id="a word in a hole"),
        pytest.param("shm ok in 0.010 s", "shm 正常，用时 0.010 s", id="a probe"),
        pytest.param("Reads: python, torch.", "读取：python, torch.", id="facts"),
    ],
)
def test_what_translators_reported_stays_mended(english: str, chinese: str) -> None:
    say = sayer("zh_CN")

    assert say is not None
    assert say(english) == chinese


def test_what_is_no_text_is_none(tool: ModuleType) -> None:
    msgids = {one.msgid for one in tool.texts(TOP)}

    assert not {"M{1} (uv venv --python {2} makes one).", "center left", "no effect", "red hat"} & msgids
