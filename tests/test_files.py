import os
import stat
import sys
from pathlib import Path

import pytest

from envdoctor.files import CannotWriteError, write_atomically


@pytest.mark.parametrize("name", ["report.json", "a folder/with spaces/naïve 报告.md", "x" * 240 + ".txt"])
def test_writes_and_makes_folders(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    write_atomically(path, "two\nlines → ✓\n")

    assert path.read_bytes().decode("utf-8") == "two\nlines → ✓\n"
    assert [other.name for other in path.parent.iterdir()] == [path.name]


def test_replaces_and_keeps_permissions(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text("old")
    path.chmod(0o640)
    write_atomically(path, "new")

    assert path.read_text() == "new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_new_file_has_the_usual_permissions(tmp_path: Path) -> None:
    (tmp_path / "usual").touch()
    write_atomically(tmp_path / "new", "")

    assert (tmp_path / "new").stat().st_mode == (tmp_path / "usual").stat().st_mode


def test_refuses_a_directory_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(CannotWriteError, match="is a directory") as refused:
        write_atomically(tmp_path, "text")

    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("name", ["file/below", "x" * 300, "nul\0byte"])
def test_refuses_what_the_system_refuses_in_one_line(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("old")
    with pytest.raises(CannotWriteError, match="cannot be written") as refused:
        write_atomically(tmp_path / name, "text")

    assert "\n" not in str(refused.value)
    assert (tmp_path / "file").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full")
def test_a_full_device_is_said_in_one_line() -> None:
    with pytest.raises(CannotWriteError, match="No space left"):
        write_atomically(Path("/dev/full"), "text")


def test_a_device_is_written_to_and_stays(tmp_path: Path) -> None:
    del tmp_path
    before = Path(os.devnull).stat().st_mode
    write_atomically(Path(os.devnull), "text")

    assert Path(os.devnull).stat().st_mode == before


def test_the_old_file_stays_when_it_cannot_be_replaced(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    signal = pytest.importorskip("signal")
    path = tmp_path / "report.json"
    path.write_text("old")
    before, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        with pytest.raises(CannotWriteError):
            write_atomically(path, "x" * 100_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)

    assert path.read_text() == "old"
    assert [other.name for other in tmp_path.iterdir()] == ["report.json"]


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
def test_follows_a_link(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "real")
    write_atomically(tmp_path / "link", "text")

    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "text"
