"""In which language people are spoken to. What is judged and what machines read stays English.

Texts are made in English and translated when they are printed, by `spoken`. As long as the language is English it
returns what it is given: neither gettext nor a catalogue is imported.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence

ENGLISH, CHINESE = "en", "zh-CN"
LANGUAGES = (ENGLISH, CHINESE)
NAMES = {ENGLISH: "English", CHINESE: "\u4e2d\u6587"}
"""What each language calls itself."""
AUTO = "auto"
VARIABLE = "ENVDOCTOR_LANG"
LOCALE = ("LC_ALL", "LC_MESSAGES", "LANG")
"""The first that is set decides, as POSIX has it; `LANGUAGE` may then name others, as GNU gettext has it."""
SAMPLE = "\u4e2d\u6587\uff0c\u9a71\u52a8\u7a0b\u5e8f\u3002"
"""What an output must be able to write before Chinese is spoken to it."""

Say = Callable[[str], str]


class _Now:
    """The language that is spoken now, and what says a text in it; None: as it is."""

    language: str = ENGLISH
    say: Say | None = None


def spoken(text: str) -> str:
    """Return a text in the language that is spoken; what has no translation stays English."""
    return text if _Now.say is None else _Now.say(text)


def language() -> str:
    """Return the language that is spoken: one of `LANGUAGES`."""
    return _Now.language


def speak(wanted: str) -> None:
    """Speak a language from now on; English where there is no such one."""
    if wanted == _Now.language:
        return
    say = None
    if wanted == CHINESE:
        from envdoctor.report.speech import sayer  # noqa: PLC0415  # English needs no catalogue

        say = sayer("zh_CN")
    _Now.say, _Now.language = say, wanted if say is not None else ENGLISH


@contextlib.contextmanager
def speaking(wanted: str, say: Say | None = None) -> Iterator[None]:
    """Speak a language for a while.

    Args:
        wanted: one of `LANGUAGES`.
        say: translates instead of the catalogue.
    """
    before = _Now.language, _Now.say
    try:
        if say is None:
            speak(wanted)
        else:
            _Now.language, _Now.say = wanted, say
        yield
    finally:
        _Now.language, _Now.say = before


def languages() -> tuple[str, ...]:
    """Return the languages that can be spoken here, first the one that is spoken now."""
    return (language(), *(wanted for wanted in LANGUAGES if wanted != language() and _can_speak(wanted)))


def _can_speak(wanted: str) -> bool:
    with speaking(wanted):
        return language() == wanted


def translations(text: str) -> dict[str, str]:
    """Return a text in each language that can be spoken here: language → text."""
    said = {}
    for wanted in languages():
        with speaking(wanted):
            said[wanted] = spoken(text)
    return said


def from_locale(environment: Mapping[str, str]) -> str:
    """Return the language that the environment asks for: `ENVDOCTOR_LANG` first, then the locale."""
    own = environment.get(VARIABLE, "")
    if own and own != AUTO:
        return _of(own)
    locale = next((environment[name] for name in LOCALE if environment.get(name)), "")
    if locale.partition(".")[0] in ("", "C", "POSIX"):
        return ENGLISH
    named = environment.get("LANGUAGE", "") or locale
    # A list of wishes: the first that can be met counts.
    return next((_of(one) for one in named.split(":") if _of(one) == CHINESE or one.startswith("en")), ENGLISH)


def _of(name: str) -> str:
    """Read "zh_CN.UTF-8", "zh-Hans", "zh"; traditional Chinese is another catalogue, which is not there."""
    parts = name.partition(".")[0].partition("@")[0].replace("-", "_").lower().split("_")
    simplified = len(parts) == 1 or {"cn", "sg", "my", "hans"} & set(parts[1:])
    return CHINESE if parts[0] == "zh" and simplified and "hant" not in parts else ENGLISH


def wish_in(arguments: Sequence[str]) -> str:
    """Return what the last `--lang` among arguments says, before anything else is understood of them; "" if none."""
    wish = ""
    for at, argument in enumerate(arguments):
        if argument == "--":
            break
        if argument == "--lang":
            wish = next(iter(arguments[at + 1 : at + 2]), "")
        if argument.startswith("--lang="):
            wish = argument.partition("=")[2]
    return wish


def choose(wish: str, encodings: Sequence[str | None], environment: Mapping[str, str] | None = None) -> str:
    """Return the language to speak.

    Args:
        wish: of `--lang`; what is none of `LANGUAGES` counts as `auto`.
        encodings: of the outputs that texts go to. One that has no Chinese characters gets English.
        environment: for `auto`; by default that of this process.
    """
    wanted = wish if wish in LANGUAGES else from_locale(os.environ if environment is None else environment)
    return wanted if wanted == ENGLISH or all(map(_has_chinese, encodings)) else ENGLISH


def _has_chinese(encoding: str | None) -> bool:
    try:
        SAMPLE.encode(encoding or "ascii")
    except (UnicodeError, LookupError):
        return False
    return True
