"""From words to a machine: what somebody says of it, checked, and what was assumed where nothing was said."""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from envdoctor.data import capabilities, gpu_by_pci, gpus, possible_capabilities
from envdoctor.facts import Unknown
from envdoctor.pins.distributions import glibc_of
from envdoctor.pins.machine import Card, Machine, tegra
from envdoctor.pins.rocm_targets import target_of

SYSTEMS = {"linux": "Linux", "windows": "Windows", "macos": "macOS", "wsl2": "WSL 2"}
ARCHITECTURES = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "aarch64", "arm64": "aarch64"}
USUAL_PYTHON = "3.12"
USUAL_GPU = Card("an NVIDIA GPU that was not named", "7.5")
OLDEST_DRIVER = 300
"""Lower numbers are CUDA versions that somebody took for the driver's: drivers of this age know no GPU in the data."""
GRACE = re.compile(r"\b(?:gh200|gb10|gb200|gb300)\b", re.IGNORECASE)
"""GPUs that are soldered to an ARM processor."""
NAMED_SYSTEMS = (("windows", r"\s*win"), ("macos", r"\s*(?:mac ?os|os ?x)"), ("wsl2", r"\s*wsl"))
"""What `--os-version` begins with where it names the system as well."""
AMD = re.compile(r"\b(?:amd|radeon|instinct|firepro|vega|rx ?\d{3,4}|mi\d{2,3}[ax]?)\b", re.IGNORECASE)
INTEL = re.compile(r"\s*(?:apple|intel|arc\b|iris|u?hd graphics)", re.IGNORECASE)
APPLE = re.compile(r"\s*m[1-9](?: (?:pro|max|ultra))?\s*$", re.IGNORECASE)
"""As people write Apple's processors; on other systems "M4" is a Tesla."""


class BadDescriptionError(ValueError):
    """A word of the description means nothing. `option` names it; the message is one line with the cure."""

    def __init__(self, option: str, message: str) -> None:
        super().__init__(message)
        self.option = option


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """A machine as it was described; None: nothing was said."""

    os: str | None = None
    os_version: str | None = None
    arch: str | None = None
    glibc: str | None = None
    driver: str | None = None
    gpus: tuple[str, ...] = ()
    python: str | None = None


class Description(msgspec.Struct, frozen=True, kw_only=True):
    """The machine that the words mean."""

    machine: Machine
    assumed: tuple[str, ...]
    """What was taken for granted: sentences."""
    alternatives: tuple[Machine, ...] = ()
    """Where a GPU's name is on different chips: the machines that it may be. `machine` has all those chips."""


def describe(words: Words) -> Description:
    """Turn words into a machine.

    Raises:
        BadDescriptionError: a name or a version is not one.
    """
    os = words.os or _named_system(words.os_version or "") or "linux"
    choices, amd = _gpus(words.gpus, os)
    rocm = tuple(dict.fromkeys(target for name in amd if (target := target_of(name))))
    if not words.gpus and words.driver not in (None, "none") and os != "macos":
        choices = [(USUAL_GPU,)]
    cards = tuple(card for choice in choices for card in choice)
    jetson = any(card.capability in tegra() for card in cards)
    musl, glibc, os_version = _system(words, os)
    python, free_threaded = _python(words.python or USUAL_PYTHON)
    machine = Machine(
        os=os,
        os_version=os_version,
        arch=ARCHITECTURES[words.arch] if words.arch else _usual_arch(os, words.gpus, jetson=jetson),
        glibc=glibc,
        musl=musl,
        driver=_driver(words.driver),
        gpus=cards,
        amd=bool(amd),
        rocm=rocm,
        jetson=jetson,
        python=python,
        free_threaded=free_threaded,
    )
    assumed = tuple(_assumed(words, machine)) + tuple(_doubts(choices))
    return Description(machine=machine, assumed=assumed, alternatives=_alternatives(machine, choices))


def _usual_arch(os: str, names: Iterable[str], *, jetson: bool) -> str:
    return "aarch64" if os == "macos" or jetson or any(GRACE.search(name) for name in names) else "x86_64"


def _assumed(words: Words, machine: Machine) -> Iterable[str]:
    given = {
        "system": words.os or _named_system(words.os_version or ""),
        "processor": words.arch,
        "Python": words.python,
    }
    usual = {"system": SYSTEMS[machine.os], "processor": machine.arch, "Python": machine.python}
    taken = [f"{name} {usual[name]}" for name, word in given.items() if word is None]
    if taken:
        yield f"Not told, and taken for: {', '.join(taken)}."
    if USUAL_GPU in machine.cards:
        yield "No GPU was told; the driver is taken to have one of the Turing generation (compute capability 7.5)."
    elif not words.gpus and machine.os != "macos":
        yield "No GPU was told, and taken for: none."
    if machine.cards and words.driver is None and machine.os != "macos":
        yield "No driver was told; any that knows the GPU can be installed."
    if any(INTEL.match(name) and "apple" not in name.lower() for name in words.gpus):
        yield "For Intel GPUs PyTorch's own index has builds (whl/xpu) that are not in the data."
    if machine.os == "windows" and words.os_version is not None:
        yield "The wheels are the same for all versions of Windows."


def _doubts(choices: Iterable[tuple[Card, ...]]) -> Iterable[str]:
    for choice in choices:
        if len(choice) > 1:
            found = " or ".join(card.capability for card in choice)
            yield (
                f"{_shared_name(choice)} is on chips of compute capability {found}: the answer must fit them all. "
                f"--gpu {choice[-1].capability}, or --gpu 10de:XXXX with the PCI id, says which."
            )


def _shared_name(choice: tuple[Card, ...]) -> str:
    return choice[0].name.rpartition(" as ")[0]


def _alternatives(machine: Machine, choices: list[tuple[Card, ...]]) -> tuple[Machine, ...]:
    """Return the machines that differ in the first GPU whose name is on different chips."""
    for place, choice in enumerate(choices):
        if len(choice) > 1:
            others = tuple(card for at, one in enumerate(choices) if at != place for card in one)
            return tuple(msgspec.structs.replace(machine, gpus=(card, *others)) for card in choice)
    return ()


# --- single words ----------------------------------------------------------------------------------------------------


def _gpus(names: tuple[str, ...], os: str) -> tuple[list[tuple[Card, ...]], list[str]]:
    """Return for each NVIDIA GPU the cards that it may be, and the names of AMD's GPUs."""
    nothing = [name for name in names if name.strip().lower() == "none"]
    if nothing and len(names) > 1:
        raise BadDescriptionError("--gpu", "none and a GPU exclude each other; leave one out")
    amd = [name for name in names if AMD.search(name)]
    integrated = [name for name in names if INTEL.match(name) or (os == "macos" and APPLE.match(name))]
    rest = [name for name in names if name not in (*nothing, *amd, *integrated)]
    return [_cards(" ".join(name.split())) for name in rest], amd


def _cards(name: str) -> tuple[Card, ...]:
    if name in capabilities():
        return (Card(f"a GPU of {capabilities()[name].architecture}", name),)
    number = re.fullmatch(r"(?:10de:|0x)([0-9a-f]{4})", name, re.IGNORECASE)
    if number is not None:
        model = gpu_by_pci(number[1])
        if model is None or isinstance(model, Unknown):
            why = "is not in the data" if model is None else f"is not clear: {model.reason}"
            raise BadDescriptionError("--gpu", f"{name} {why}; give the GPU's name or its compute capability")
        return (Card(model.name, model.capabilities[0]),)
    found = possible_capabilities(name)
    if not found:
        raise BadDescriptionError("--gpu", _no_such_gpu(name))
    return (Card(name, found[0]),) if len(found) == 1 else tuple(Card(f"{name} as {one}", one) for one in found)


def _no_such_gpu(name: str) -> str:
    import difflib  # noqa: PLC0415  # only for mistakes

    # Most of a name that is the same in all names would make all of them alike.
    known = {_short(gpu.name): gpu.name for gpu in gpus()}
    near = difflib.get_close_matches(_short(name), known, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(known[one] for one in near)}?" if near else "write it as nvidia-smi -L prints it"
    return f"no GPU is called {name[:60]!r}; {hint}"


def _short(name: str) -> str:
    return name.lower().removeprefix("nvidia ").removeprefix("geforce ")


def _driver(text: str | None) -> str | None:
    if text is None or text == "none":
        return None
    if not re.fullmatch(r"\d{1,4}(?:\.\d{1,4}){0,2}", text, re.ASCII):
        raise BadDescriptionError("--driver", f"{text[:60]!r} is no driver version; write it like 535.183.01, or none")
    if int(text.partition(".")[0]) < OLDEST_DRIVER:
        raise BadDescriptionError(
            "--driver", f"{text!r} looks like a CUDA version; give the driver's, like 535.183.01 (nvidia-smi prints it)"
        )
    return text


def _python(text: str) -> tuple[str, bool]:
    """Return the version, and whether it is the free-threaded build ("3.13t")."""
    found = re.fullmatch(r"([23]\.\d{1,2}(?:\.\d{1,2})?)(t?)", text, re.ASCII)
    if found is None:
        raise BadDescriptionError("--python", f"{text[:60]!r} is no version of Python; write it like 3.12")
    return found[1], bool(found[2])


def _system(words: Words, os: str) -> tuple[bool, str | None, str | None]:
    """Return whether the C library is musl, the glibc, and the version of macOS."""
    linux = os in ("linux", "wsl2")
    if words.glibc is not None and not linux:
        raise BadDescriptionError("--glibc", f"{SYSTEMS[os]} has no glibc; leave it out")
    if words.glibc is not None and not re.fullmatch(r"\d{1,2}\.\d{1,3}|musl", words.glibc, re.ASCII):
        raise BadDescriptionError(
            "--glibc", f"{words.glibc[:60]!r} is no version of glibc; write it like 2.35, or musl"
        )
    if os == "macos" and words.os_version is not None:
        found = re.search(r"\d{1,2}(?:\.\d{1,3}){0,2}$", words.os_version, re.ASCII)
        if found is None:
            raise BadDescriptionError("--os-version", f"{words.os_version[:60]!r} is no version of macOS; like 14.5")
        return False, None, found.group()
    if words.glibc == "musl":
        return True, None, None
    if words.glibc is not None or not linux or words.os_version is None:
        return False, words.glibc, None
    known = glibc_of(re.sub(r"^\s*wsl ?2?\b", "", words.os_version, flags=re.IGNORECASE))
    if known is None:
        raise BadDescriptionError(
            "--os-version", f"the glibc of {words.os_version[:60]!r} is not known; give it with --glibc"
        )
    return (*known, None)


def _named_system(version: str) -> str | None:
    return next((os for os, start in NAMED_SYSTEMS if re.match(start, version, re.IGNORECASE)), None)
