"""Texts are said in another language, and no value is lost on the way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envdoctor.report.holes import is_faithful
from envdoctor.report.speech import Speech, sayer

MESSAGES = {
    "The driver is too old.": "驱动程序太旧。",
    "Driver {1} knows CUDA {2}; torch needs {3}.": "torch 需要 CUDA {3}，驱动程序 {1} 只支持 {2}。",
    "Update the NVIDIA driver{1} to {2} or newer.": "将 NVIDIA 驱动程序{1}更新到 {2} 或更高版本。",
    "no NVIDIA driver": "没有 NVIDIA 驱动程序",
    "up to CUDA {1}": "最高支持 CUDA {1}",
    "on Windows": "（Windows 上）",
    "make a new environment": "新建环境",
    "unknown": "未知",
    "unknown: {1}": "未知：{1}",
    "and": "和",
    "{1} is missing": "缺少 {1}",
}
SPEECH = Speech(MESSAGES)
VALUE = st.text(st.sampled_from("abcXYZ0189.+-_/:@"), min_size=1, max_size=30)


@pytest.mark.parametrize(
    ("english", "said"),
    [
        pytest.param("The driver is too old.", "驱动程序太旧。", id="as it is"),
        pytest.param(
            "Driver 535.183.01 knows CUDA 12.2; torch needs 13.0.",
            "torch 需要 CUDA 13.0，驱动程序 535.183.01 只支持 12.2。",
            id="values change their order",
        ),
        pytest.param(
            "Update the NVIDIA driver on Windows to 580.65 or newer.",
            "将 NVIDIA 驱动程序（Windows 上）更新到 580.65 或更高版本。",
            id="a phrase in a hole",
        ),
        pytest.param(
            "Update the NVIDIA driver to 580.65 or newer.",
            "将 NVIDIA 驱动程序更新到 580.65 或更高版本。",
            id="an empty hole",
        ),
        pytest.param(
            "The driver is too old. Make a new environment.", "驱动程序太旧。新建环境。", id="sentence by sentence"
        ),
        pytest.param("The driver is too old. Foo bars baz.", "驱动程序太旧。Foo bars baz.", id="one is not known"),
        pytest.param("NVIDIA 535.1, up to CUDA 12.2", "NVIDIA 535.1, 最高支持 CUDA 12.2", id="part by part"),
        pytest.param("unknown: torch-2.9 and numpy", "未知：torch-2.9 和 numpy", id="a list of names"),
        pytest.param("  no NVIDIA driver ", "  没有 NVIDIA 驱动程序 ", id="white space is layout"),
    ],
)
def test_says(english: str, said: str) -> None:
    assert SPEECH.say(english) == said


@pytest.mark.parametrize(
    "text", ["", " ", "535.183.01", "unknown_name", "and", "a\nb", "{1}", "x " * 5_000, "Foo bars. Baz foos!"]
)
def test_what_is_not_known_stays(text: str) -> None:
    assert Speech({"no such text": "x"}).say(text) == text


@given(VALUE, VALUE, VALUE)
def test_no_value_is_lost(driver: str, cuda: str, torch: str) -> None:
    said = SPEECH.say(f"Driver {driver} knows CUDA {cuda}; torch needs {torch}.")

    assert all(value in said for value in (driver, cuda, torch))


@given(st.text(max_size=300))
def test_any_text_can_be_said(text: str) -> None:
    said = SPEECH.say(text)

    assert isinstance(said, str)
    assert said == text or any(part in text for part in ("driver", "CUDA", "unknown", "missing", "and", "environment"))


def test_hostile_repetitions_end_soon() -> None:
    text = "Driver " * 500 + " knows CUDA " * 30 + "; torch needs "

    assert SPEECH.say(text[:3_900])


def test_a_locale_without_a_catalogue_says_nothing() -> None:
    assert sayer("xx_XX") is None


@pytest.mark.parametrize(
    ("english", "said", "faithful"),
    [
        pytest.param("{1} of {2}", "{2} 中的 {1}", True, id="another order"),
        pytest.param("{1} of {2}", "{1}", False, id="one is missing"),
        pytest.param("{1}", "{1}{1}", False, id="one is twice"),
        pytest.param("none", "{1}", False, id="one too many"),
    ],
)
def test_a_translation_has_the_holes_of_its_original(english: str, said: str, faithful: bool) -> None:
    assert is_faithful(english, said) is faithful


QUOTING = Speech(
    {
        'VARIABLE is "{1}" here.': '此处 VARIABLE 为 "{1}"。',
        "`{1}` is set": "已设置 `{1}`",
        "none": "无",
        "Please": "请",
        "is not there": "不存在",
        "The build fails: {1}.": "编译失败：{1}。",
        "It has {1} (for {2}).": "它有 {1}（适用于 {2}）。",
        "installed are {1}": "已安装 {1}",
        "a build of {1} ({2})": "{1} 的构建版本（{2}）",
        "a toolkit ({1})": "工具包（{1}）",
        "and": "和",
        "Restart it{1}": "请重新启动{1}",
        "Until then: {1}.": "在此之前：{1}。",
        "{1} failed: {2}": "{1} 失败：{2}",
        "power brake": "电源制动",
        "slowdown": "降频",
        "low clock": "低频",
        "No such option {1}": "没有选项 {1}",
        "Did you mean {1}?": "您是否想输入 {1}？",
    }
)


@pytest.mark.parametrize(
    ("english", "said"),
    [
        pytest.param('VARIABLE is "none" here.', '此处 VARIABLE 为 "none"。', id="a word in quotes"),
        pytest.param("`none` is set", "已设置 `none`", id="a word in backticks"),
        pytest.param(
            "The build fails: “No compiler. Please, install: one (or two”.",
            "编译失败：“No compiler. Please, install: one (or two”。",
            id="a quotation is not cut",
        ),
        pytest.param("Foo: “none, is not there; Please”", "Foo: “none, is not there; Please”", id="nor said in parts"),
        pytest.param(
            "installed are a build of torch (2.15.0), a toolkit (/usr/cuda)",
            "已安装 torch 的构建版本（2.15.0），工具包（/usr/cuda）",
            id="brackets are not swallowed",
        ),
        pytest.param("It has torch (x) (for 2.4 (a)).", "它有 torch (x)（适用于 2.4 (a)）。", id="nor are inner ones"),
        pytest.param("Restart it.", "请重新启动。", id="a hole that is a stop"),
        pytest.param(
            "Restart it. Until then: A=0.", "请重新启动。在此之前：A=0。", id="a hole that begins with a space"
        ),
        pytest.param(
            "train.py failed: ValueError: shapes differ", "train.py 失败：ValueError: shapes differ", id="an error"
        ),
        pytest.param("power brake, low clock", "电源制动，低频", id="Chinese marks between Chinese"),
        pytest.param("power brake, torch", "电源制动, torch", id="and no others"),
        pytest.param("No such option 'x'.", "没有选项 'x'。", id="the stop is none of the value's"),
        pytest.param(
            "No such option 'x'. Did you mean 'y'?", "没有选项 'x'。您是否想输入 'y'？", id="nor is the next sentence"
        ),
    ],
)
def test_marks_and_quotations(english: str, said: str) -> None:
    assert QUOTING.say(english) == said


@given(st.text(st.sampled_from("ab .,;:()none"), max_size=40))
def test_a_quotation_stays_whole(quoted: str) -> None:
    assert f"“{quoted}”" in QUOTING.say(f"The build fails: “{quoted}”.")
