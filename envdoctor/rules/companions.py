"""How torchvision and torchaudio can fail to fit their torch: one rule for both.

Sources: the needed libraries and the metadata of the wheels; torchvision/extension.py of 0.14.1, 0.15.2, 0.16.2,
0.20.1 and 0.29.2 and torchaudio/_extension/utils.py of 2.8.0 and 2.11.0, which compare CUDA versions.
"""

from __future__ import annotations

import re

import msgspec

from envdoctor.compat import number
from envdoctor.data import release
from envdoctor.facts import Companion, Torch, TorchRun, Unknown, known
from envdoctor.findings import INSTALL, Finding, Fix, Risk, Severity

SYMPTOMS = {"torchvision": "operator torchvision::nms does not exist", "torchaudio": "undefined symbol"}
COMPARED = "compiled with different CUDA versions"
FIXES = {
    "torchvision": Fix(
        "Install torch and torchvision together, of one release and one variant.", (INSTALL,), Risk.CHANGES_ENVIRONMENT
    ),
    # The recommendation names no torchaudio, which ended with 2.11.0 and its builds for CUDA.
    "torchaudio": Fix(
        "Install torch and torchaudio together from one index, so that their CUDA versions are equal; or uninstall "
        "torchaudio (the command) if nothing needs it.",
        ("python -m pip uninstall torchaudio",),
        Risk.CHANGES_ENVIRONMENT,
    ),
}
FIRST_WITH_MAJOR_ONLY = (0, 16)
"""From here on torchvision's import compares CUDA majors; before, and in all of torchaudio 2, minors as well."""
FIRST_COMPARING_TORCHAUDIO = (2, 0)
IN_EVERY_BUILD = frozenset(("libc10.so", "libtorch.so", "libtorch_cpu.so", "libtorch_python.so"))
RELEASED = re.compile(r"(\d{1,9}(?:\.\d{1,9}){0,5})(?:\+[\w.]*)?", re.ASCII)
PLAIN = re.compile(r"(==|>=|<=|<|>)\s*(\d{1,9}(?:\.\d{1,9}){0,5})", re.ASCII)
"""A wish between released versions; all others are left to the library that knows them."""


class Misfit(msgspec.Struct, frozen=True):
    """Why a companion does not fit, and whether its import is sure to fail."""

    text: str
    fails: bool
    says: str = ""
    """What its import says, where that is not the usual."""


def judge_companion(name: str, companion: Companion, torch: Torch, run: TorchRun | None | Unknown) -> Finding | None:
    """Return what is wrong between torch and a package that is compiled against it, or None."""
    misfit = find_misfit(name, companion, torch, run)
    if misfit is None:
        return None
    version = f" {companion.version}" if isinstance(companion.version, str) else ""
    return Finding(
        what=f"{name}{version} does not fit torch {torch.version}: {misfit.text}.",
        why=f"Its compiled part is made for one build of torch. Beside another one `import {name}` fails "
        f'("{misfit.says or SYMPTOMS[name]}"), or its operators are missing.',
        fix=FIXES[name],
        severity=Severity.ERROR if misfit.fails or not _loaded(companion, run) else Severity.WARNING,
        confidence="proved" if misfit.fails else "likely",
        evidence={"torch.version": torch.version} | _evidence(name, companion),
    )


def find_misfit(name: str, companion: Companion, torch: Torch, run: TorchRun | None | Unknown) -> Misfit | None:
    """Compare what was seen, files and metadata. What was seen to fail comes first, for it leaves no doubt."""
    version = known(torch.version, "torch.version")
    ours = companion.version if isinstance(companion.version, str) else ""
    failure = run.failure if isinstance(run, TorchRun) else None
    if failure is not None and failure.stage == name:
        return Misfit(f"loading its extension ends the process ({failure.detail})", fails=True)
    if _loaded(companion, run):
        return _refused_by_import(name, ours, torch) or _refused_by_metadata(companion, version, loaded=True)
    lacking = _lacking(name, companion)
    if lacking:
        return Misfit(
            f"it is built for {_variant(ours) or 'another variant'} and needs {lacking[-1]}, "
            f"which this torch ({_variant(version) or torch.build}) does not have",
            fails=True,
        )
    if isinstance(companion.load_error, str) and not _lacks_own_library(name, companion.load_error):
        refused = _refused_by_metadata(companion, version, loaded=False)
        return Misfit(refused.text if refused else f"its extension does not load: {companion.load_error}", fails=True)
    return (
        _refused_by_import(name, ours, torch)
        or _refused_by_metadata(companion, version, loaded=False)
        or _of_another_release(name, companion, ours, version)
    )


def _loaded(companion: Companion, run: TorchRun | None | Unknown) -> bool:
    return companion.load_error is None and isinstance(run, TorchRun)


def _lacking(name: str, companion: Companion) -> list[str]:
    """Return the libraries of torch that are missing. The package's own are never in torch's folder.

    One that every build has is missing because torch itself is damaged, and says nothing of the package.
    """
    if isinstance(companion.missing, Unknown) or IN_EVERY_BUILD & set(companion.missing):
        return []
    return [library for library in companion.missing if not re.match(rf"lib{name}(?![a-z])", library)]


def _lacks_own_library(name: str, load_error: str) -> bool:
    """Say whether the library that is not found is the package's own: its import loads that one before."""
    return re.search(rf"\blib{name}(?![a-z])[^;]*: cannot open", load_error) is not None


def _refused_by_import(name: str, ours: str, torch: Torch) -> Misfit | None:
    """Apply the comparison of CUDA versions that the packages make in Python when they are imported."""
    mine, theirs = (
        _cuda(_variant(ours)),
        torch.cuda if isinstance(torch.cuda, str) else _cuda(_variant(str(torch.version))),
    )
    kinds = {_kind(_variant(ours)), "cuda" if theirs else _kind(_variant(str(torch.version)))}
    if mine and theirs:
        minor = (
            number(ours)[:2] < FIRST_WITH_MAJOR_ONLY
            if name == "torchvision"
            else number(ours)[:2] >= FIRST_COMPARING_TORCHAUDIO
        )
        length = 2 if minor else 1
        if number(mine)[:length] == number(theirs)[:length]:
            return None
        return Misfit(f"it is built for CUDA {mine}, torch for CUDA {theirs}", fails=True, says=COMPARED)
    if None in kinds or len(kinds) == 1:
        return None  # a source build, a distribution's own name: no ground to judge on
    return Misfit(
        f"it is built for {_variant(ours)}, torch for {_variant(str(torch.version)) or torch.build}", fails=False
    )


def _refused_by_metadata(companion: Companion, version: str, *, loaded: bool) -> Misfit | None:
    wanted = companion.requires_torch
    if not isinstance(wanted, str) or _satisfies(version, wanted, lenient=loaded):
        return None
    return Misfit(f"it requires torch {wanted}", fails=False)


def _of_another_release(name: str, companion: Companion, ours: str, version: str) -> Misfit | None:
    """Go by the table of releases, where neither a try nor the metadata can tell."""
    one, two = number(ours)[:2], number(version)[:2]
    if isinstance(companion.requires_torch, str) or len(one) < 2 or len(two) < 2 or ".dev" in version + ours:  # noqa: PLR2004  # major and minor
        return None
    table = release(version)
    if table is not None:
        row = table.torchvision if name == "torchvision" else table.torchaudio
        fitting = {number(fits)[:2] for fits in (*row.serves, row.version)}
        belongs = row.version
    else:
        fitting, belongs = _by_rule(name, two)
    if not fitting or one in fitting:
        return None
    return Misfit(f"to torch {version} belongs {name} {belongs}", fails=False)


def _by_rule(name: str, torch: tuple[int, ...]) -> tuple[set[tuple[int, ...]], str]:
    """Return what belongs to a torch of 1.2 to 1.12, before the table begins: one minor number more, or the same."""
    if torch < (1, 2) or torch > (1, 12):
        return set(), ""
    minor = torch[1] + 1 if name == "torchvision" else torch[1]
    return {(0, minor)}, f"0.{minor}"


def _evidence(name: str, companion: Companion) -> dict[str, object]:
    details = {
        "version": companion.version,
        "missing": companion.missing,
        "requires_torch": companion.requires_torch,
        "load_error": companion.load_error,
    }
    return {
        f"{name}.{key}": list(value) if isinstance(value, tuple) else value
        for key, value in details.items()
        if value and not isinstance(value, Unknown)
    }


def _variant(version: str) -> str:
    return version.partition("+")[2]


def _cuda(variant: str) -> str | None:
    """Return the CUDA version of a variant: "12.6" for cu126 (and cu117.with.pypi.cudnn)."""
    match = re.match(r"cu(\d+)(\d)(?![\d])", variant)
    return f"{match[1]}.{match[2]}" if match else None


def _kind(variant: str) -> str | None:
    match = re.match(r"(cu(?=\d)|cpu|rocm|xpu)", variant)
    return None if match is None else "cuda" if match[1] == "cu" else match[1]


def _plainly_satisfies(version: str, specifier: str) -> bool:
    """Say whether a released version is surely within plain bounds, as nearly all companions write them."""
    mine, bounds = RELEASED.fullmatch(version), [PLAIN.fullmatch(part.strip()) for part in specifier.split(",")]
    return mine is not None and all(bound is not None and _within(mine[1], bound[1], bound[2]) for bound in bounds)


def _within(version: str, operator: str, bound: str) -> bool:
    mine, other = ((*number(text), 0, 0, 0, 0, 0, 0)[:6] for text in (version, bound))
    return {"==": mine == other, ">=": mine >= other, "<=": mine <= other, "<": mine < other, ">": mine > other}[
        operator
    ]


def _satisfies(version: str, specifier: str, *, lenient: bool) -> bool:
    """Compare without the variant: 2.13.0+cpu is 2.13.0.

    Builds before a release (2.6.0a0+git1234, nightlies) are taken for the release, and pins on the
    nightly of another day for one on this day's if `lenient`.
    """
    if _plainly_satisfies(version, specifier):
        return True
    from packaging.specifiers import InvalidSpecifier, SpecifierSet  # noqa: PLC0415  # 12 ms that most runs do not need
    from packaging.version import InvalidVersion, Version  # noqa: PLC0415

    try:
        mine, wanted = Version(version), SpecifierSet(specifier)
        if wanted.contains(mine.public, prereleases=True):
            return True
        if not mine.is_prerelease:
            return False
        if wanted.contains(mine.base_version, prereleases=True):
            return True
        pins = [Version(one.version) for one in wanted if one.operator == "=="]
    except (InvalidSpecifier, InvalidVersion):
        return True  # not understood is no ground for an accusation
    return lenient and any(pin.is_devrelease and pin.base_version == mine.base_version for pin in pins)
