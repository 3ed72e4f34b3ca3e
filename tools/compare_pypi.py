"""Reads from PyPI what PyPI alone can tell of PyTorch's releases, and shows where the table differs. For maintainers.

    python -m tools.compare_pypi                        # file names and METADATA of all releases: some minutes
    python -m tools.compare_pypi --release 2.15.0       # of one
    python -m tools.compare_pypi --release 2.15.0 --deep    # also the CUDA version, machine code and NumPy ABI

It asks the index that pip is set up for. Of wheels only single members are read, by range requests: METADATA, and with
--deep torch/version.py and the library torch/lib/libtorch_python, about 10 MB each. Exit code 1: something differs.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator

from packaging.version import Version

from envdoctor.data import Release, Wheels, release, releases
from envdoctor.data.tables import Published, Wheel
from envdoctor.pins.index import File, Index, configured
from envdoctor.pins.published import published, requirement

TAGS = {
    "linux_x86_64": r"manylinux.*_x86_64\.whl$|linux_x86_64\.whl$",
    "linux_aarch64": r"manylinux.*_aarch64\.whl$",
    "windows_x86_64": r"win_amd64\.whl$",
    "macos_arm64": r"macosx.*_arm64\.whl$",
    "macos_x86_64": r"macosx.*_x86_64\.whl$",
}
LIBRARY = re.compile(r"^torch/lib/(?:lib)?torch_python\.(?:so|dll|dylib)$")
CODE = re.compile(rb"(?:sm_\d+[af]?|compute_\d+)(?: (?:sm_\d+[af]?|compute_\d+))+")
NUMPY_2 = b"numpy._core._multiarray_umath"
OLDEST = "1.13.0"
Difference = tuple[str, object, object]


def main() -> int:
    """Compare, and print one line for each difference."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--release", action="append", metavar="VERSION", help="only this one; may be given repeatedly")
    parser.add_argument("--deep", action="store_true", help="read the wheels' library too")
    arguments = parser.parse_args()
    index = Index(configured())
    files = index.files("torch")
    rows = {
        version: row
        for row in published("torch", index, since=OLDEST, metadata=False)
        for version in row.versions
        if not arguments.release or version in arguments.release
    }
    differences = list(_of_list(rows, arguments.release))
    for version, row in rows.items():
        known = release(version)
        if known is not None:
            mine = [file for file in files if file.filename.startswith(f"torch-{version}-")]
            differences += list(_of_release(known, row, mine, index, deep=arguments.deep))
    for what, ours, theirs in differences:
        print(f"{what}: the table has {ours}, PyPI {theirs}")
    print(f"{len(differences)} differences in {len(rows)} releases")
    return int(bool(differences))


def _of_list(rows: dict[str, Published], wanted: list[str] | None) -> Iterator[Difference]:
    """Yield releases that only one side has."""
    ours = {one.version for one in releases()} if not wanted else set(wanted)
    for version in sorted(set(rows) ^ ours, key=Version):
        yield f"release {version}", version in ours, version in rows


def _of_release(known: Release, row: Published, files: list[File], index: Index, *, deep: bool) -> Iterator[Difference]:
    for platform, wheels in known.platforms.items():
        label = f"{known.version} {platform}"
        wheel = row.wheels.get(platform)
        if wheel is None:
            yield f"{label} wheels", "some", "none"
            continue
        for what, ours, theirs in _of_names(wheels, wheel):
            yield f"{label} {what}", ours, theirs
        mine = [file for file in files if re.search(TAGS[platform], file.filename)]
        if platform.startswith("linux"):
            for what, ours, theirs in _of_metadata(known, wheels, index.metadata(mine[0])):
                yield f"{label} {what}", ours, theirs
        if deep:
            for what, ours, theirs in _of_library(wheels, mine[0], index):
                yield f"{label} {what}", ours, theirs
    for platform in sorted(set(row.wheels) - set(known.platforms) - {"any"}):
        yield f"{known.version} {platform} wheels", "none", "some"


def _of_names(wheels: Wheels, wheel: Wheel) -> Iterator[Difference]:
    usual = [one for one in wheel.python if not one.endswith("t")]
    # Where tags are of one Python each, their ends are the range.
    span = (min(usual, key=_number), max(usual, key=_number)) if usual else ()
    free = tuple(sorted((one.rstrip("t") for one in wheel.python if one.endswith("t")), key=_number))
    for what, ours, theirs in (
        ("Pythons", wheels.python, span),
        ("free-threaded Pythons", wheels.free_threaded, free),
    ):
        if tuple(ours) != theirs:
            yield what, "-".join(ours) or "none", "-".join(theirs) or "none"
    # Tags up to manylinux2014 promise more than the wheels keep; the table has what was found in the libraries.
    if wheel.floor and wheels.floor and _number(wheel.floor) > _number(wheels.floor):
        yield "floor", wheels.floor, wheel.floor


def _of_metadata(known: Release, wheels: Wheels, text: str) -> Iterator[Difference]:
    default = next(one for one in wheels.variants if one.name == wheels.default)
    if default.cuda is None:
        return
    major = default.cuda.partition(".")[0]
    pins = (
        ("Triton", known.triton, requirement(text, "triton")),
        ("cuDNN", default.cudnn, _exact(requirement(text, f"nvidia-cudnn-cu{major}"))),
        ("NCCL", default.nccl, _exact(requirement(text, f"nvidia-nccl-cu{major}"))),
    )
    for what, ours, theirs in pins:
        # Releases before 2.1 say nothing in some wheels; what is not said does not differ.
        if theirs is not None and ours is not None and ours != theirs:
            yield what, ours, theirs


def _of_library(wheels: Wheels, file: File, index: Index) -> Iterator[Difference]:
    text = index.member(file, re.compile(r"^torch/version\.py$")).decode(errors="replace")
    found = re.search(r"^cuda(?::[^=]*)? = '?([\d.]+|None)", text, re.MULTILINE)
    default = next(one for one in wheels.variants if one.name == wheels.default)
    cuda = None if found is None or found[1] == "None" else found[1]
    if cuda != default.cuda:
        yield "CUDA", default.cuda, cuda
    library = index.member(file, LIBRARY)
    listed = max(CODE.findall(library), key=len, default=b"").decode().split()
    code = tuple(f"{one[3:-1]}.{one[-1]}" for one in listed if one.startswith("sm_"))
    if default.cuda and code and code != default.arch:
        yield "machine code", " ".join(default.arch), " ".join(code)
    if (NUMPY_2 in library) != wheels.numpy2:
        yield "NumPy 2", wheels.numpy2, NUMPY_2 in library


def _exact(specifier: str | None) -> str | None:
    return None if specifier is None else specifier.removeprefix("==")


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version))


if __name__ == "__main__":
    sys.exit(main())
