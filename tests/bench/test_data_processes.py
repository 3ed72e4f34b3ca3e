"""Reading and keeping images in processes of their own: side by side, as another user, on a full or read-only disk."""

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from envdoctor.bench.smoke import START

pytest.importorskip("torch")
pillow = pytest.importorskip("PIL.Image")
NOBODY = 65534
CHILD = """
import importlib, json, pathlib, sys, types, zlib
package = types.ModuleType("worker")
package.__path__ = [sys.argv[1]]
sys.modules["worker"] = package
find, whole, cache, refused = (
    importlib.import_module("worker." + n) for n in ("data_layout", "data_whole", "data_cache", "refused"))
if int(sys.argv[4]):
    import resource
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[4]), int(sys.argv[4])))
if int(sys.argv[5]):
    import os, PIL.Image
    PIL.Image.init()  # what it would load later may be out of that user's reach
    os.setgid(int(sys.argv[5]))
    os.setuid(int(sys.argv[5]))
try:
    source = find.find(sys.argv[2])
    images, done = cache.load(source, lambda: whole.read(source), pathlib.Path(sys.argv[3]))
    done["sum"] = zlib.crc32(bytes(images.train.flatten().tolist()))
except refused.Refused as error:
    done = {"refused": str(error)}
print(json.dumps(done))
"""


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """A folder that other users may enter, which those of pytest are not."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture
def jpegs(tmp_path: Path) -> Path:
    """Image folders of real JPEG files, which other users may read."""
    rng = random.Random(3)  # noqa: S311  # repeatable
    for half, count in (("train", 6), ("test", 2)):
        for name in ("cat", "dog"):
            folder = tmp_path / "data" / half / name
            folder.mkdir(parents=True)
            for index in range(count):
                pillow.frombytes("RGB", (32, 32), rng.randbytes(3072)).save(folder / f"{index}.jpg")
    return tmp_path / "data"


def command(data: Path, cache: Path, most_bytes: int = 0, user: int = 0) -> list[str]:
    return [sys.executable, "-c", CHILD, str(START.parent), str(data), str(cache), str(most_bytes), str(user)]


def answer(done: "subprocess.CompletedProcess[str]") -> dict[str, Any]:
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    assert "\n" not in str(told)
    return told


def load(data: Path, cache: Path, most_bytes: int = 0, user: int = 0) -> dict[str, Any]:
    return answer(subprocess.run(command(data, cache, most_bytes, user), capture_output=True, text=True, check=False))


def load_as_nobody(data: Path, cache: Path) -> dict[str, Any]:
    """Load as a user who owns nothing; root may do everything."""
    if os.name == "nt" or os.geteuid():
        pytest.skip("only root can become another user")
    return load(data, cache, user=NOBODY)


@pytest.mark.slow
def test_two_runs_side_by_side_keep_one_file(jpegs: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    both = [subprocess.Popen(command(jpegs, cache), stdout=subprocess.PIPE, text=True) for _ in range(2)]
    told = [json.loads(process.communicate(timeout=120)[0]) for process in both]
    later = load(jpegs, cache)

    assert {one["cache"] for one in told} <= {"made", "hit"}
    assert told[0]["sum"] == told[1]["sum"] == later["sum"]
    assert later["cache"] == "hit"
    assert len(list(cache.iterdir())) == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("damage", "word"),
    [
        pytest.param(lambda b: b[: len(b) // 2], "runcated", id="cut off"),
        pytest.param(lambda b: b[:20], "cannot be read as an image", id="a head alone"),
        pytest.param(lambda _: b"", "cannot be read as an image", id="empty"),
        pytest.param(lambda _: b"<html>not found</html>", "cannot be read as an image", id="a web page"),
    ],
)
def test_a_damaged_jpeg_is_named(jpegs: Path, tmp_path: Path, damage: Any, word: str) -> None:
    bad = jpegs / "train" / "dog" / "4.jpg"
    bad.write_bytes(damage(bad.read_bytes()))
    told = load(jpegs, tmp_path / "cache")

    assert str(bad) in told["refused"]
    assert word in told["refused"]
    assert "replace or remove it" in told["refused"]
    assert not (tmp_path / "cache").exists()


@pytest.mark.slow
def test_grey_and_transparent_images_are_read(jpegs: Path, tmp_path: Path) -> None:
    pillow.new("L", (32, 32), 7).save(jpegs / "train" / "cat" / "grey.png")
    pillow.new("RGBA", (32, 32), (1, 2, 3, 4)).save(jpegs / "train" / "dog" / "clear.png")

    assert load(jpegs, tmp_path / "cache")["cache"] == "made"


@pytest.mark.slow
def test_an_image_that_may_not_be_read_is_named(jpegs: Path, tmp_path: Path) -> None:
    (jpegs / "train" / "dog" / "4.jpg").chmod(0)
    told = load_as_nobody(jpegs, tmp_path / "cache")

    assert f"{jpegs / 'train' / 'dog' / '4.jpg'} cannot be read: permission denied" in told["refused"]


@pytest.mark.slow
@pytest.mark.parametrize("place", ["train/dog", "train", "."])
def test_a_folder_that_may_not_be_read_is_named(jpegs: Path, tmp_path: Path, place: str) -> None:
    (jpegs / place).chmod(0)
    told = load_as_nobody(jpegs, tmp_path / "cache")
    (jpegs / place).chmod(0o755)

    assert "ermission denied; let this user read it" in told["refused"]
    assert str(jpegs) in told["refused"]


@pytest.mark.slow
def test_a_cache_that_may_not_be_written_is_said_and_costs_nothing_else(jpegs: Path, tmp_path: Path) -> None:
    (tmp_path / "cache").mkdir(mode=0o555)
    told = load_as_nobody(jpegs, tmp_path / "cache")

    assert told["cache"] == "none"
    assert "Permission denied; make room or give another place with XDG_CACHE_HOME" in told["cache_reason"]
    assert not list((tmp_path / "cache").iterdir())


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_a_limit_of_file_sizes_is_said_and_leaves_no_half_file(jpegs: Path, tmp_path: Path) -> None:
    told = load(jpegs, tmp_path / "cache", most_bytes=20_000)

    assert told["cache"] == "none"
    assert "File too large" in told["cache_reason"]
    assert not list((tmp_path / "cache").iterdir())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "word"),
    [
        pytest.param("size=16k", "No space left on device", id="a full disk"),
        pytest.param("ro", "Read-only file system", id="a read-only disk"),
    ],
)
def test_a_disk_that_takes_no_cache_is_said(jpegs: Path, tmp_path: Path, options: str, word: str) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = f'mount -t tmpfs -o {options} none {disk} && exec "$@"'
    if (
        not shutil.which("unshare")
        or subprocess.run(
            ["unshare", "-rm", "sh", "-c", mount, "sh", "true"], check=False, capture_output=True
        ).returncode
    ):
        pytest.skip("this system does not let a user mount a tmpfs of their own")
    wanted = command(jpegs, disk / "cache")
    told = answer(
        subprocess.run(
            ["unshare", "-rm", "sh", "-c", mount, "sh", *wanted], capture_output=True, text=True, check=False
        )
    )

    assert told["cache"] == "none"
    assert word in told["cache_reason"]
    assert "sum" in told
