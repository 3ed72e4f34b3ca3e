import json
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from envdoctor.setup.place import Building, check_free, marker_of
from envdoctor.setup.problem import SetupError, WrongWishError

GONE = 2**22 + 1
"""Larger than any process number of Linux."""


def everything(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_what_was_built_stays_and_its_marker_goes(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "env"
    with Building(folder):
        (folder / "bin").mkdir()
        assert marker_of(folder).exists()

    assert everything(tmp_path) == ["new", "new/env", "new/env/bin"]


def build(folder: Path, error: BaseException, fill: Callable[[Path], object], *, keep: bool = False) -> None:
    """Begin to build, fill the folder, and fail."""
    with Building(folder) as building:
        fill(folder)
        if keep:
            building.keep()
        raise error


def fill(folder: Path) -> None:
    (folder / "lib" / "python").mkdir(parents=True)
    (folder / "lib" / "python" / "x.py").write_text("x")


@pytest.mark.parametrize("error", [SetupError("no room"), KeyboardInterrupt(), SystemExit(143), OSError("disk")])
def test_of_what_failed_nothing_stays(tmp_path: Path, error: BaseException) -> None:
    folder = tmp_path / "a" / "b" / "env"
    with pytest.raises(type(error)):
        build(folder, error, fill)

    assert everything(tmp_path) == []


def test_an_empty_folder_that_was_there_stays_empty(tmp_path: Path) -> None:
    with pytest.raises(SetupError):
        build(tmp_path, SetupError("no room"), fill)

    assert tmp_path.is_dir()
    assert everything(tmp_path) == []


def test_links_are_removed_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "file").write_text("kept")
    with pytest.raises(SetupError):
        build(tmp_path / "env", SetupError("no room"), lambda new: (new / "lib64").symlink_to(tmp_path / "precious"))

    assert everything(tmp_path) == ["precious", "precious/file"]


def test_what_was_kept_survives_a_later_error(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        build(tmp_path / "env", KeyboardInterrupt(), fill, keep=True)

    assert (tmp_path / "env" / "lib" / "python" / "x.py").exists()


def file(path: Path) -> None:
    path.write_text("mine")


def environment(path: Path) -> None:
    path.mkdir()
    (path / "pyvenv.cfg").write_text("home = /usr/bin")


def link(path: Path) -> None:
    path.symlink_to(path.parent)


def folder_of_mine(path: Path) -> None:
    path.mkdir()
    (path / "thesis.tex").write_text("years of work")


@pytest.mark.parametrize(
    ("make", "says"),
    [
        pytest.param(file, "is a file or a link", id="a file"),
        pytest.param(link, "is a file or a link", id="a link"),
        pytest.param(environment, "is an environment, and is left as it is", id="an environment"),
        pytest.param(folder_of_mine, "is not empty, and is left as it is", id="somebody's folder"),
    ],
)
def test_what_is_there_is_refused_and_not_touched(tmp_path: Path, make: Callable[[Path], None], says: str) -> None:
    folder = tmp_path / "env"
    make(folder)
    before = everything(tmp_path)

    with pytest.raises(WrongWishError, match=says), Building(folder):
        pytest.fail("it must not begin")
    assert everything(tmp_path) == before


def test_a_file_above_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")

    with pytest.raises(SetupError, match="not a folder"):
        check_free(tmp_path / "file" / "env")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)

    with pytest.raises(SetupError, match="not writable"):
        check_free(tmp_path / "env")


def test_what_a_killed_setup_left_is_taken_away(tmp_path: Path) -> None:
    folder = tmp_path / "env"
    folder_of_mine(folder)
    marker_of(folder).write_text(json.dumps({"pid": GONE}))

    with Building(folder):
        assert everything(folder) == []


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(json.dumps({"pid": os.getpid()}), id="it runs"),
        pytest.param("rubbish", id="no JSON"),
        pytest.param("[]", id="another JSON"),
        pytest.param('{"pid": "x"}', id="no number"),
    ],
)
def test_a_folder_that_is_being_built_by_another_is_refused(tmp_path: Path, text: str) -> None:
    folder = tmp_path / "env"
    folder_of_mine(folder)
    marker_of(folder).write_text(text)

    with pytest.raises(WrongWishError), Building(folder):
        pytest.fail("it must not begin")
    assert (folder / "thesis.tex").exists()


def test_a_marker_of_a_running_setup_stops_the_second(tmp_path: Path) -> None:
    marker_of(tmp_path / "env").write_text(json.dumps({"pid": os.getpid()}))

    with pytest.raises(WrongWishError, match="another envdoctor setup"), Building(tmp_path / "env"):
        pytest.fail("it must not begin")


def test_signals_are_as_before_afterwards(tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    with pytest.raises(SetupError):
        build(tmp_path / "env", SetupError("no room"), fill)

    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before
