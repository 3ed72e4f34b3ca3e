"""Indexes that are configured on the machine are used, and their credentials are never shown."""

from pathlib import Path

import pytest

from envdoctor.pins.choice import Pins
from envdoctor.pins.formats import Answer, requirements, uv
from envdoctor.pins.install import Target, commands
from envdoctor.pins.mirrors import configured_urls, with_mirror
from envdoctor.pins.recommend import recommend
from envdoctor.probes.system import System
from tests.pins.machines import machine

ADA = machine("RTX 4090", driver="535.183.01", python="3.11")


def pins() -> Pins:
    found = recommend(ADA)
    assert isinstance(found, Pins)
    return found


def mirrored(tmp_path: Path, **environment: str) -> Pins:
    return with_mirror(pins(), System(root=tmp_path, environment={"HOME": "/home/anna", **environment}))


def file(found: Pins) -> str:
    return requirements.render(Answer(pins=found, machine=ADA, target=Target()), found)


def test_nothing_is_configured(tmp_path: Path) -> None:
    assert mirrored(tmp_path) == pins()


@pytest.mark.parametrize(
    "environment",
    [
        {"PIP_EXTRA_INDEX_URL": "https://mirror.example/pytorch/whl/cu126"},
        {"PIP_EXTRA_INDEX_URL": "https://other.example/simple https://anna:secret@mirror.example/whl/cu126/"},
        {"PIP_INDEX_URL": "https://mirror.example/api/cu126/simple"},
        {"UV_INDEX": "torch=https://mirror.example/whl/cu126"},
    ],
    ids=str,
)
def test_one_that_carries_the_build_need_not_be_told(tmp_path: Path, environment: dict[str, str]) -> None:
    found = mirrored(tmp_path, **environment)

    assert (found.index, found.configured) == (None, True)
    assert "\ntorch==2.14.1+cu126\n" in file(found)
    assert "--extra-index-url" not in file(found)
    assert "secret" not in file(found)
    [command] = commands(found)
    assert command == 'python -m pip install "torch==2.14.1+cu126" "torchvision==0.29.1"'


def test_a_mirror_of_another_folder_has_ours_beside_it(tmp_path: Path) -> None:
    found = mirrored(tmp_path, PIP_EXTRA_INDEX_URL="https://mirror.example/whl/cu118")

    assert found.index == "https://mirror.example/whl/cu126"
    assert "--extra-index-url https://mirror.example/whl/cu126\n" in file(found)


@pytest.mark.parametrize(
    "url",
    [
        "https://mirror.example/simple",
        "https://anna:secret@mirror.example/whl/cu118",
        "https://mirror.example/whl/cu118?token=secret",
        "file:///mirror/whl/cu126",
        "cu126",
        "",
    ],
)
def test_what_is_no_mirror_of_it_or_cannot_be_shown(tmp_path: Path, url: str) -> None:
    assert mirrored(tmp_path, PIP_EXTRA_INDEX_URL=url) == pins()


def test_files_of_pip_and_uv(tmp_path: Path) -> None:
    def put(place: str, text: str) -> None:
        path = tmp_path / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    put("etc/pip.conf", "[global]\nindex-url = https://a.example/simple\nextra-index-url =\n  https://b.example\n")
    put("home/anna/.config/pip/pip.conf", "[install]\nextra-index-url = https://c.example https://d.example\n")
    put("home/anna/.config/uv/uv.toml", '[[index]]\nname = "x"\nurl = "https://e.example/whl/cu126"\n')
    put("etc/uv/uv.toml", "this is [no toml")
    put("home/anna/.pip/pip.conf", "no = section")
    found = configured_urls(System(root=tmp_path, environment={"HOME": "/home/anna"}))

    assert {one[8:9] for one in found} == set("abcde")


def test_uv_takes_the_configured_index(tmp_path: Path) -> None:
    found = mirrored(tmp_path, UV_INDEX="https://mirror.example/whl/cu126")
    text = uv.render(Answer(pins=found, machine=ADA, target=Target()), found)

    assert '"torch==2.14.1+cu126"' in text
    assert "[[tool.uv.index]]" not in text
