"""Which language is spoken."""

import subprocess
import sys

import pytest

from envdoctor.report.language import CHINESE, ENGLISH, choose, from_locale, language, speaking, spoken, wish_in


@pytest.mark.parametrize(
    ("environment", "wanted"),
    [
        pytest.param({}, ENGLISH, id="nothing is set"),
        pytest.param({"LANG": "zh_CN.UTF-8"}, CHINESE, id="the locale"),
        pytest.param({"LANG": "zh_SG.UTF-8"}, CHINESE, id="simplified elsewhere"),
        pytest.param({"LANG": "zh_TW.UTF-8"}, ENGLISH, id="traditional"),
        pytest.param({"LANG": "zh-Hant-CN"}, ENGLISH, id="traditional, by its script"),
        pytest.param({"LANG": "de_DE.UTF-8"}, ENGLISH, id="a language without a catalogue"),
        pytest.param({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, ENGLISH, id="LC_ALL wins"),
        pytest.param({"LANG": "en_US.UTF-8", "LC_MESSAGES": "zh_CN.UTF-8"}, CHINESE, id="LC_MESSAGES before LANG"),
        pytest.param({"LANG": "en_US.UTF-8", "LANGUAGE": "zh_CN:en"}, CHINESE, id="LANGUAGE"),
        pytest.param({"LANG": "zh_CN.UTF-8", "LANGUAGE": "en"}, ENGLISH, id="LANGUAGE says English"),
        pytest.param({"LANG": "C", "LANGUAGE": "zh_CN"}, ENGLISH, id="LANGUAGE means nothing in C"),
        pytest.param({"LANG": "zh_CN.UTF-8", "ENVDOCTOR_LANG": "en"}, ENGLISH, id="our own wins"),
        pytest.param({"LANG": "en_US.UTF-8", "ENVDOCTOR_LANG": "zh-CN"}, CHINESE, id="our own, Chinese"),
        pytest.param({"LANG": "zh_CN.UTF-8", "ENVDOCTOR_LANG": "auto"}, CHINESE, id="our own says auto"),
    ],
)
def test_the_environment_chooses(environment: dict[str, str], wanted: str) -> None:
    assert from_locale(environment) == wanted


@pytest.mark.parametrize(
    ("wish", "encoding", "wanted"),
    [
        pytest.param("zh-CN", "utf-8", CHINESE, id="it can be written"),
        pytest.param("zh-CN", "gb18030", CHINESE, id="a Chinese encoding"),
        pytest.param("zh-CN", "ascii", ENGLISH, id="ASCII"),
        pytest.param("zh-CN", "cp1252", ENGLISH, id="western Windows"),
        pytest.param("zh-CN", None, ENGLISH, id="not known"),
        pytest.param("zh-CN", "no-such", ENGLISH, id="no such encoding"),
        pytest.param("en", "utf-8", ENGLISH, id="English"),
        pytest.param("auto", "utf-8", ENGLISH, id="auto"),
    ],
)
def test_what_the_output_cannot_write_is_not_spoken(wish: str, encoding: str | None, wanted: str) -> None:
    assert choose(wish, [encoding], {}) == wanted


@pytest.mark.parametrize(
    ("arguments", "wish"),
    [
        pytest.param(["check", "--lang", "zh-CN"], "zh-CN", id="two words"),
        pytest.param(["--lang=zh-CN", "check"], "zh-CN", id="one word"),
        pytest.param(["bench", "x.py", "--", "--lang", "zh-CN"], "", id="another program's"),
        pytest.param(["check", "--lang"], "", id="without a value"),
        pytest.param([], "", id="none"),
        pytest.param(["--lang", "zh-CN", "check", "--lang=en"], "en", id="the last counts"),
    ],
)
def test_the_wish_is_found_among_arguments(arguments: list[str], wish: str) -> None:
    assert wish_in(arguments) == wish


def test_english_is_what_it_was_given() -> None:
    assert spoken("The driver is too old.") == "The driver is too old."


def test_the_language_before_is_spoken_again() -> None:
    with speaking(CHINESE, str.upper):
        inside = language(), spoken("a")

    assert inside == (CHINESE, "A")
    assert (language(), spoken("a")) == (ENGLISH, "a")


@pytest.mark.slow
def test_english_imports_no_catalogue() -> None:
    code = (
        "import sys; from envdoctor.cli.main import main; main(['explain', 'DRV002'], standalone_mode=False); "
        "sys.exit(1 if {'envdoctor.report.speech', 'envdoctor.cli.help'} & set(sys.modules) else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
