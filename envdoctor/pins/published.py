"""What the versions of a package on the index say of torch, of Python and of their wheels."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from email.parser import HeaderParser

import msgspec
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import InvalidSdistFilename, InvalidWheelFilename, parse_sdist_filename, parse_wheel_filename
from packaging.version import Version

from envdoctor.data.tables import Published, Wheel
from envdoctor.pins.index import File, Index

OLD_MANYLINUX = {"manylinux1": "2.5", "manylinux2010": "2.12", "manylinux2014": "2.17"}
OTHER_PLATFORMS = {"win_amd64": "windows_x86_64", "linux_x86_64": "linux_x86_64", "linux_aarch64": "linux_aarch64"}
AT_ONCE = 4
Cuda = Callable[[File], "str | None"]


def published(
    name: str,
    index: Index,
    *,
    since: str = "0",
    most: int | None = None,
    extra: str | None = None,
    metadata: bool = True,
    cuda: Cuda | None = None,
) -> tuple[Published, ...]:
    """Ask an index about all final versions of a package, or the newest of them.

    Args:
        name: the package.
        index: is asked.
        since: the oldest version that matters.
        most: so many of the newest; None: all.
        extra: the extra under which the requirement of torch stands.
        metadata: read them; else only the names of the files tell.
        cuda: reads the CUDA major of a Linux wheel.

    Raises:
        IndexUnavailableError: it did not answer.
    """
    found: dict[Version, list[File]] = {}
    for file in index.files(name):
        version = _version(file.filename)
        if version and not file.yanked and not version.is_prerelease and version >= Version(since):
            found.setdefault(version, []).append(file)
    versions = sorted(found)[-(most or 0) :]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        rows = list(pool.map(lambda one: _row(str(one), found[one], index, extra, cuda, metadata=metadata), versions))
    return _grouped(rows)


def _version(filename: str) -> Version | None:
    try:
        if filename.endswith(".whl"):
            return parse_wheel_filename(filename)[1]
        return parse_sdist_filename(filename)[1] if filename.endswith((".tar.gz", ".zip")) else None
    except (InvalidWheelFilename, InvalidSdistFilename):
        return None


def _row(
    version: str, files: list[File], index: Index, extra: str | None, cuda: Cuda | None, *, metadata: bool
) -> Published:
    wheels = [file for file in files if file.filename.endswith(".whl")]
    text = _metadata(index, wheels or files) if metadata else ""
    linux = [file for file in wheels if "linux" in file.filename and "x86_64" in file.filename]
    return Published(
        versions=(version,),
        torch=requirement(text, "torch", extra),
        python=next((file.requires_python for file in files if file.requires_python), None)
        or HeaderParser().parsestr(text).get("Requires-Python"),
        cuda=cuda(linux[-1]) if cuda and linux else None,
        wheels=_wheels(file.filename for file in wheels),
        source=len(wheels) < len(files),
    )


def _metadata(index: Index, files: list[File]) -> str:
    wheels = [file for file in files if file.filename.endswith(".whl")]
    # Those of one release can differ: the ones for Linux on x86_64 are pinned with the most care.
    wheels.sort(key=lambda file: ("x86_64" not in file.filename, "linux" not in file.filename))
    return index.metadata(wheels[0]) if wheels else index.source_metadata(files[-1])


def requirement(metadata: str, package: str, extra: str | None = None) -> str | None:
    """Return what METADATA require of a package on Linux ("==2.10.0", or "" for any version); None: nothing.

    Requirements under an extra count where that extra is asked for.
    """
    found = []
    for line in HeaderParser().parsestr(metadata).get_all("Requires-Dist") or ():
        try:
            one = Requirement(line)
        except InvalidRequirement:
            continue
        linux = {"sys_platform": "linux", "platform_system": "Linux", "platform_machine": "x86_64", "os_name": "posix"}
        where = {**linux, "python_version": "3.12", "python_full_version": "3.12.0", "extra": extra or ""}
        if one.name.lower() == package and (one.marker is None or one.marker.evaluate(where)):
            found.append(str(one.specifier))
    return ",".join(sorted({part for one in found for part in one.split(",") if part})) if found else None


def _wheels(names: Iterable[str]) -> dict[str, Wheel]:
    pythons: dict[str, set[str]] = {}
    floors: dict[str, str] = {}
    for name in names:
        python, platforms = name.removesuffix(".whl").rsplit("-", 3)[1:3], name.removesuffix(".whl").rpartition("-")[2]
        for platform, floor in _platforms(platforms.split(".")):
            pythons.setdefault(platform, set()).update(_pythons(*python))
            if floor and (platform not in floors or _number(floor) < _number(floors[platform])):
                floors[platform] = floor
    return {
        platform: Wheel(
            () if "" in found else tuple(sorted(found, key=lambda one: (_number(one), one))), floors.get(platform)
        )
        for platform, found in sorted(pythons.items())
    }


def _pythons(interpreters: str, abi: str) -> Iterable[str]:
    for interpreter in interpreters.split("."):
        digits = re.fullmatch(r"(cp|py)3(\d*)", interpreter)
        if digits is None:
            continue
        version = f"3.{digits[2]}" if digits[2] else ""
        if digits[1] == "py":
            yield f">={version}" if version else ""
        elif "abi3" in abi.split("."):
            yield f">={version}"
        else:
            yield f"{version}t" if abi.endswith("t") else version


def _platforms(tags: Iterable[str]) -> Iterable[tuple[str, str | None]]:
    for tag in tags:
        if tag == "any":
            yield "any", None
        elif tag in OTHER_PLATFORMS:
            yield OTHER_PLATFORMS[tag], None
        elif found := re.fullmatch(r"(manylinux[^_]*)(?:_(\d+)_(\d+))?_(x86_64|aarch64)", tag):
            yield f"linux_{found[4]}", OLD_MANYLINUX.get(found[1]) or f"{found[2]}.{found[3]}"
        elif found := re.fullmatch(r"macosx_(\d+)_(\d+)_(x86_64|arm64|universal2)", tag):
            for processor in ("arm64", "x86_64") if found[3] == "universal2" else (found[3],):
                yield f"macos_{processor}", f"{found[1]}.{found[2]}"


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version))


def _grouped(rows: Iterable[Published]) -> tuple[Published, ...]:
    """Join neighbours that say the same."""
    groups: list[Published] = []
    for row in rows:
        last = groups[-1] if groups else None
        if last is not None and msgspec.structs.replace(last, versions=row.versions) == row:
            groups[-1] = msgspec.structs.replace(last, versions=(*last.versions, *row.versions))
        else:
            groups.append(row)
    return tuple(groups)
