"""What is read of a package's versions: tags of wheels, requirements of torch, groups of versions that say the same."""

import json
from collections.abc import Mapping

import pytest

from envdoctor.data import Wheel
from envdoctor.pins.index import JSON, Configured, Index
from envdoctor.pins.online import ask
from envdoctor.pins.published import published, requirement

LINUX, MAC = "manylinux_2_28_x86_64", "macosx_14_0_arm64"


def fake(files: dict[str, str]) -> Index:
    """An index with files whose metadata have these lines."""

    def get(url: str, _headers: Mapping[str, str]) -> bytes:
        name = url.rpartition("/")[2].removesuffix(".metadata")
        if name in files:
            return f"Metadata-Version: 2.1\nName: x\n{files[name]}\n".encode()
        entries = [{"filename": one, "url": f"https://host/{one}", "core-metadata": True} for one in files]
        return json.dumps({"meta": {"content-type": JSON}, "files": entries}).encode()

    return Index(Configured("https://host/simple"), get)


@pytest.mark.parametrize(
    ("name", "platform", "wheel"),
    [
        (f"x-1-cp311-cp311-{LINUX}.whl", "linux_x86_64", Wheel(("3.11",), "2.28")),
        (f"x-1-cp314-cp314t-{LINUX}.whl", "linux_x86_64", Wheel(("3.14t",), "2.28")),
        ("x-1-cp38-abi3-manylinux1_x86_64.whl", "linux_x86_64", Wheel((">=3.8",), "2.5")),
        ("x-1-cp38-none-macosx_11_0_arm64.whl", "macos_arm64", Wheel(("3.8",), "11.0")),
        ("x-1-py39-none-win_amd64.whl", "windows_x86_64", Wheel((">=3.9",), None)),
        ("x-1-py3-none-any.whl", "any", Wheel()),
        ("x-1-py2.py3-none-any.whl", "any", Wheel()),
        ("x-1-cp312-cp312-manylinux2014_aarch64.manylinux_2_17_aarch64.whl", "linux_aarch64", Wheel(("3.12",), "2.17")),
        ("x-1-cp310-cp310-macosx_10_9_universal2.whl", "macos_x86_64", Wheel(("3.10",), "10.9")),
    ],
)
def test_tags(name: str, platform: str, wheel: Wheel) -> None:
    [row] = published("x", fake({name: ""}))

    assert row.wheels[platform] == wheel


def test_wheels_for_other_systems_do_not_count() -> None:
    [row] = published("x", fake({"x-1-cp312-cp312-musllinux_1_2_x86_64.whl": "", "x-1.tar.gz": ""}), metadata=False)

    assert row.wheels == {}
    assert row.source


@pytest.mark.parametrize(
    ("lines", "extra", "expected"),
    [
        ("Requires-Dist: torch==2.6.0", None, "==2.6.0"),
        ("Requires-Dist: torch", None, ""),
        ("Requires-Dist: numpy", None, None),
        ("Requires-Dist: torch>=2; extra == 'torch'", None, None),
        ("Requires-Dist: torch>=2; extra == 'torch'", "torch", ">=2"),
        ("Requires-Dist: torch==2.6.0; platform_system == 'Linux'", None, "==2.6.0"),
        ("Requires-Dist: torch==2.6.0; sys_platform == 'darwin'", None, None),
        ("Requires-Dist: torch>=2.0\nRequires-Dist: torch<3", None, "<3,>=2.0"),
        ("Requires-Dist: torch ((broken", None, None),
        ("", None, None),
    ],
)
def test_what_is_required_of_torch(lines: str, extra: str | None, expected: str | None) -> None:
    assert requirement(f"Metadata-Version: 2.1\n{lines}\n", "torch", extra) == expected


def test_neighbours_that_say_the_same_are_one_row() -> None:
    pinned, free = "Requires-Dist: torch==2.6.0", "Requires-Dist: torch"
    rows = published(
        "x",
        fake({
            "x-1.0-py3-none-any.whl": pinned,
            "x-1.10-py3-none-any.whl": free,
            "x-1.9-py3-none-any.whl": pinned,
            "x-2.0rc1-py3-none-any.whl": free,
            "odd-name.whl": free,
        }),
    )  # fmt: skip

    assert [(row.versions, row.torch) for row in rows] == [(("1.0", "1.9"), "==2.6.0"), (("1.10",), "")]


def test_since_and_most() -> None:
    index = fake({f"x-1.{minor}-py3-none-any.whl": "" for minor in range(9)})

    assert [row.versions for row in published("x", index, since="1.5")] == [("1.5", "1.6", "1.7", "1.8")]
    assert [row.versions for row in published("x", index, most=2)] == [("1.7", "1.8")]


def test_the_index_is_asked_only_about_what_the_data_lacks() -> None:
    index = fake({"x-1-py3-none-any.whl": "Requires-Dist: torch==2.6.0"})
    [found] = ask(["x>=1,vllm", "numpy<2", "cuda-toolkit==11.8"], index)

    assert (found.name, found.built, found.rows[0].torch) == ("x", False, "==2.6.0")
