"""Builds the table of PyTorch releases. What the facts leave open is decided in the constants."""

from __future__ import annotations

import re
from pathlib import Path

from tools.build_shared import Row, Sources, date, key, macos_of, python_of, read

PLATFORMS = {
    # ours: (name of its PyPI wheels, of its variants, of its default variant, of its C++ ABI)
    "linux_x86_64": ("linux_x86_64", "linux_x86_64", "linux_x86_64", "linux_x86_64_pypi"),
    "linux_aarch64": ("linux_aarch64", "linux_aarch64", "linux_aarch64", "linux_aarch64_pypi"),
    "windows_x86_64": ("win_amd64", "windows_x86_64", "windows", ""),
    "macos_arm64": ("macos_arm64", "", "macos", ""),
    "macos_x86_64": ("macos_x86_64", "", "macos", ""),
}
WINDOWS_AS_LINUX = ("2.6.0", "2.14.1")
"""Releases whose Windows builds RELEASE.md puts in one column with Linux; the lists of 2.15 are a plan."""
PAIRED_VISION = {"2.14.1": "0.29.1", "2.15.0": "0.29.2"}
"""torchvision 0.29.1 and later pin no torch: the one that came out with the release."""
COMPANION_PYTHON_MAX = {"1.13": "3.10", "2.5": "3.12"}
"""Where torchvision and torchaudio on PyPI end before torch does."""
COMPANION_PYTHON_MIN = {"1.13": {"macos_arm64": "3.8"}}
"""Where they begin after torch does (asked PyPI)."""
READ_ELSEWHERE = {
    (version, "cu128"): (
        ["7.5", "8.0", "8.6", "9.0", "10.0", "12.0"],
        [
            "https://github.com/EutropicAI/vs-playground/pull/59: torch 2.7.1+cu128 has no sm_70",
            "public reports of torch 2.7.0+cu128 and 2.7.1+cu128 at work on B200, RTX PRO 6000 Blackwell and RTX 4090",
        ],
    )
    for version in ("2.7.0", "2.7.1")
}
"""Builds whose machine code the facts lack, and others have read or run: (release, variant) → (code, sources)."""
AUDIO_PYTHON_MAX = "3.14"
"""Of torchaudio 2.11.0, the last one."""
MACOS_FLOOR_BY_PYTHON = {"2.10.0": {"3.14": "14.0"}}
ABI_EXCEPTIONS = {"2.6.0": {"cu126": True}}
OWN_SOURCES = {
    "asked": "PyPI, asked through pip for the versions that a Python and a platform are offered",
    "index": "download.pytorch.org/whl/VARIANT, named by the build matrices of pytorch/test-infra for every release",
    "windows": "taken over from Linux x86_64: RELEASE.md has one column for Linux x86 and Windows builds",
}


def build_releases(folder: Path) -> Row:
    """Build the table of PyTorch releases, newest first."""
    sources = Sources()
    facts = read(folder, "torch_releases.json")
    rows = [_release(fact, sources) for fact in sorted(facts, key=lambda fact: key(fact["version"]), reverse=True)]
    return {"date": date(), "sources": sources.texts, "releases": rows}


def _release(fact: Row, sources: Sources) -> Row:
    version, when = fact["version"], fact["release_date"]
    row = {
        "version": version,
        "date": when["value"].partition(" ")[0],
        "triton": fact["triton"],
        "rocm": fact["variants"]["rocm_linux"] or [],
        "torchvision": _vision(fact, sources),
        "torchaudio": _audio(fact, sources),
        "platforms": {ours: _platform(ours, fact, sources) for ours in PLATFORMS if PLATFORMS[ours][0] in fact["pypi"]},
        "source": sources(fact["source"], when["source"], fact["variants"]["source"]),
    }
    return {key: value for key, value in row.items() if value not in (None, [])}


def _vision(fact: Row, sources: Sources) -> Row:
    version, known = fact["version"], fact["torchvision"]["value"]
    # Of two that pin the same torch the later one; 0.29.1 and later pin none.
    pinning = [one for one in known if key(one) < key("0.29.1")]
    row: Row = {"version": PAIRED_VISION.get(version) or pinning[-1], "serves": known}
    return _companion(fact, row) | {"source": sources(fact["torchvision"]["source"], OWN_SOURCES["asked"])}


def _audio(fact: Row, sources: Sources) -> Row:
    known = fact["torchaudio"]["value"]
    row = _companion(fact, {"version": known[-1], "serves": known})
    if known[-1] == "2.11.0":
        row["python_max"] = AUDIO_PYTHON_MAX
    return row | {"source": sources(fact["torchaudio"]["source"], OWN_SOURCES["asked"])}


def _companion(fact: Row, row: Row) -> Row:
    if fact["minor"] in COMPANION_PYTHON_MAX:
        row["python_max"] = COMPANION_PYTHON_MAX[fact["minor"]]
    if fact["minor"] in COMPANION_PYTHON_MIN:
        row["python_min"] = COMPANION_PYTHON_MIN[fact["minor"]]
    return row


def _platform(ours: str, fact: Row, sources: Sources) -> Row:
    on_pypi, _, default, abi = PLATFORMS[ours]
    wheels, version = fact["pypi"][on_pypi], fact["version"]
    name = fact["pypi_default_variant"][default]
    row = {
        "python": [python_of(wheels["python_min"]), python_of(wheels["python_max"])],
        "index_python": _index_python(ours, fact),
        "free_threaded": [python_of(one) for one in wheels["free_threaded_abis"]],
        "default": "cpu" if name == "mps/cpu" else name,
        "floor": _floor(ours, fact),
        "floors": _floors(ours, fact),
        "numpy2": wheels["numpy2_abi"],
        "cxx11_abi": fact["cxx11_abi"].get(abi),
        "cxx11_abis": ABI_EXCEPTIONS.get(version) if ours == "linux_x86_64" else None,
    }
    row["variants"] = _variants(ours, fact, row["default"], sources)
    return {key: value for key, value in row.items() if value not in (None, [], {})}


def _index_python(ours: str, fact: Row) -> list[str]:
    """Return the Pythons that builds from PyTorch's own index are taken to exist for.

    The index could not be listed. What PyPI has for Linux and Windows alike is no experiment of one platform.
    """
    names = ["linux_x86_64", "win_amd64"] if ours.endswith("x86_64") else [PLATFORMS[ours][0]]
    tags = [fact["pypi"][name] for name in names]
    oldest = max((python_of(tag["python_min"]) for tag in tags), key=key)
    return [oldest, min((python_of(tag["python_max"]) for tag in tags), key=key)]


def _floor(ours: str, fact: Row) -> str | None:
    tags = fact["pypi"][PLATFORMS[ours][0]]["wheel_platform_tags"]
    if ours == "linux_x86_64":
        return str(fact["manylinux"]["glibc_floor"].partition(" ")[0])
    if ours == "linux_aarch64":
        return {"manylinux2014_aarch64": "2.17", "manylinux_2_28_aarch64": "2.28"}[tags[0]]
    return macos_of(tags[0]) if ours.startswith("macos") else None


def _floors(ours: str, fact: Row) -> Row:
    """Return the Pythons whose wheels need a newer macOS than the others of the release."""
    wheels = fact["pypi"][PLATFORMS[ours][0]]
    tags = wheels["wheel_platform_tags"]
    if not ours.startswith("macos") or len(tags) == 1:
        return {}
    free_threaded = {f"{python_of(one)}t": macos_of(tags[-1]) for one in wheels["free_threaded_abis"]}
    return free_threaded | MACOS_FLOOR_BY_PYTHON.get(fact["version"], {})


def _variants(ours: str, fact: Row, default: str, sources: Sources) -> list[Row]:
    names = [one.partition(" ")[0] for one in fact["variants"].get(PLATFORMS[ours][1], [])]
    if default != "cpu" and default not in names:
        names.append(default)
    rows = [_cuda_variant(ours, fact, name, default, sources) for name in sorted(names)]
    plain = default == "cpu"
    cpu = {"name": "cpu", "index": "pypi" if plain else "cpu", "verified": True}
    return [*rows, cpu | {"source": sources(fact["source"] if plain else OWN_SOURCES["index"])}]


def _cuda_variant(ours: str, fact: Row, name: str, default: str, sources: Sources) -> Row:
    listed, arch, ptx = _architectures(ours, fact, name)
    on_pypi = name == default
    row = {
        "name": name,
        "index": "pypi" if on_pypi else name,
        # An index that could not be listed counts where somebody read what the build carries.
        "verified": bool(arch),
        "arch": arch,
        "ptx": ptx,
        "cudnn": fact["pypi_default_cudnn"] if on_pypi else (fact.get("cudnn_per_variant") or {}).get(name),
        "source": sources(listed.get("source"), None if on_pypi else OWN_SOURCES["index"]),
    }
    if ours.startswith("linux"):  # NCCL is for Linux alone
        row["nccl"] = fact["pypi_default_nccl"] if on_pypi else (fact.get("nccl_per_variant") or {}).get(name)
    return {key: value for key, value in row.items() if value not in (None, [])}


def _architectures(ours: str, fact: Row, name: str) -> tuple[Row, list[str], list[str]]:
    """Return the record, and the capabilities that a variant carries machine code for, and those as PTX."""
    lists = fact["arch_per_variant"]
    listed: Row = lists.get(ours, {}).get(name, {})
    first, last = (key(one) for one in WINDOWS_AS_LINUX)
    if not listed and ours == "windows_x86_64" and first <= key(fact["version"]) <= last:
        listed = dict(lists["linux_x86_64"].get(name, {}))
        listed["source"] = [listed.get("source"), OWN_SOURCES["windows"]] if listed else None
    if not listed and ours.endswith("x86_64") and (fact["version"], name) in READ_ELSEWHERE:
        code, source = READ_ELSEWHERE[fact["version"], name]
        listed = {"arch": code, "source": [*source, *([OWN_SOURCES["windows"]] if ours.startswith("windows") else [])]}
    words = listed.get("arch") or listed.get("TORCH_CUDA_ARCH_LIST", "").split(";")
    arch = [word.removesuffix("+PTX") for word in words if word]
    ptx = [word.removesuffix("+PTX") for word in words if word.endswith("+PTX")]
    added = re.search(r"adds \+PTX for ([\d.]+)", str(listed.get("source"))) if ours.startswith("linux") else None
    return listed, arch, [added.group(1)] if added else ptx
