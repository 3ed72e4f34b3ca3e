"""The Dockerfiles' steps are executed in a Debian root, where there is one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.test_docker import DOCKER
from tools.try_dockerfiles import Image, Step, main, stand_in, steps

ROOT = os.environ.get("ENVDOCTOR_DEBIAN_ROOT")
"""A folder that `debootstrap --variant=minbase bookworm` made."""
GIVEN = os.environ.get("ENVDOCTOR_DEBIAN_OPTIONS", "")
"""More options of tools/try_dockerfiles.py, divided by blanks: what the network of this machine needs."""


def image(root: Path) -> Image:
    return Image(root, {})


def test_lines_are_joined_and_comments_left_out() -> None:
    text = "# first\nFROM a:1\n\nRUN one \\\n # within\n && two  \\\n && three\nENV A=1\n"

    assert steps(text) == [Step("FROM", "a:1"), Step("RUN", "one && two && three"), Step("ENV", "A=1")]


@pytest.mark.parametrize("name", sorted(path.name for path in DOCKER.glob("*Dockerfile")))
def test_every_dockerfile_is_understood(name: str, tmp_path: Path) -> None:
    made = image(tmp_path)
    found = steps((DOCKER / name).read_text("utf-8"))
    problems = [made.do(step) for step in found if step.word not in ("RUN", "FROM")]

    assert set(problems) == {""}
    assert {step.word for step in found} >= {"FROM", "RUN", "COPY", "WORKDIR", "CMD"}
    assert any(Path(tmp_path, "opt/envdoctor").rglob("pyproject.toml"))
    assert not any(path.name == "__pycache__" for path in tmp_path.rglob("*"))


def test_variables_are_filled_in(tmp_path: Path) -> None:
    made = image(tmp_path)
    for word, rest in [("ARG", "V=3"), ("ENV", "A=x$V B='two words'"), ("ENV", "PATH=/opt/${A}:$PATH")]:
        assert made.do(Step(word, rest)) == ""

    assert (made.environment["A"], made.environment["B"]) == ("x3", "two words")
    assert made.environment["PATH"].startswith("/opt/x3:/usr/local/sbin:")


@pytest.mark.parametrize(
    ("folder", "copy", "place"),
    [
        pytest.param("/", "README.md LICENSE /to/", "to/README.md", id="files into a folder"),
        pytest.param("/", "README.md /to/read", "to/read", id="a file under another name"),
        pytest.param("/", "docker /to", "to/compose.yml", id="what is in a folder"),
        pytest.param("/opt/x", "README.md ./", "opt/x/README.md", id="where one stands"),
    ],
)
def test_files_are_copied_as_docker_does(tmp_path: Path, folder: str, copy: str, place: str) -> None:
    made = image(tmp_path)
    made.do(Step("WORKDIR", folder))

    assert made.do(Step("COPY", copy)) == ""
    assert (tmp_path / place).is_file()


@pytest.mark.parametrize(
    ("step", "problem"),
    [
        pytest.param(Step("COPY", "no-such-file /x"), "no-such-file is not there", id="a file that is not there"),
        pytest.param(Step("HEALTHCHECK", "NONE"), "HEALTHCHECK is not known here", id="another instruction"),
    ],
)
def test_what_cannot_be_done_is_said(tmp_path: Path, step: Step, problem: str) -> None:
    assert image(tmp_path).do(step) == problem


def test_an_image_that_nothing_stands_in_for_is_an_error() -> None:
    with pytest.raises(LookupError, match="alpine"):
        stand_in("alpine:3")


@pytest.mark.slow
@pytest.mark.skipif(ROOT is None, reason="ENVDOCTOR_DEBIAN_ROOT names no root made by debootstrap")
def test_envdoctor_is_installed_and_examines_the_image(tmp_path: Path) -> None:
    options = [*GIVEN.split(), "--then", "envdoctor check --json"]
    done = CliRunner().invoke(main, [str(ROOT), str(tmp_path), str(DOCKER / "Dockerfile"), *options])

    assert done.exit_code == 0, done.output
    assert "FAILED" not in done.output
    assert '"envdoctor/report/1"' in done.output
    assert "TOR001" in done.output
