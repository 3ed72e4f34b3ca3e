"""All images of a source: read, kept, and read again; and everything that is wrong with files."""

import gzip
import importlib
import random
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from envdoctor.bench.smoke import START

torch = pytest.importorskip("torch")
NAME = "bench_worker_under_test"


@pytest.fixture(scope="module")
def worker() -> Iterator[Any]:
    """Load the worker's modules as its start script does, under a name of their own."""
    package = types.ModuleType(NAME)
    package.__path__ = [str(START.parent)]
    sys.modules[NAME] = package
    names = ("data_cache", "data_whole", "data_layout", "refused", "iris", "host")
    yield types.SimpleNamespace(**{name: importlib.import_module(f"{NAME}.{name}") for name in names})
    for name in [name for name in sys.modules if name.partition(".")[0] == NAME]:
        del sys.modules[name]


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    """Image folders with classes of different sizes."""
    rng = random.Random(1)  # noqa: S311  # repeatable
    for half, counts in (("train", (3, 5)), ("test", (2, 1))):
        for name, count in zip(("cat", "dog"), counts, strict=True):
            folder = tmp_path / "data" / half / name
            folder.mkdir(parents=True)
            for index in range(count):
                (folder / f"{index}.ppm").write_bytes(b"P6 32 32 255\n" + rng.randbytes(3072))
    return tmp_path / "data"


def load(worker: Any, folder: Path, cache: Path) -> tuple[Any, str]:
    source = worker.data_layout.find(str(folder))
    images, done = worker.data_cache.load(source, lambda: worker.data_whole.read(source), cache)
    return images, done["cache"]


def same(one: Any, other: Any) -> bool:
    return all(torch.equal(getattr(one, name), getattr(other, name)) for name in one._fields[:4])


@pytest.mark.slow
def test_every_image_is_read_and_kept(worker: Any, folders: Path, tmp_path: Path) -> None:
    made, first = load(worker, folders, tmp_path / "cache")
    kept, second = load(worker, folders, tmp_path / "cache")
    raw = (folders / "train" / "dog" / "1.ppm").read_bytes()[-3072:]

    assert (first, second) == ("made", "hit")
    assert same(made, kept)
    assert kept.train_labels.tolist() == [0] * 3 + [1] * 5
    assert bytes(kept.train[4].permute(1, 2, 0).flatten().tolist()) == raw
    assert kept.about["test"] == 3
    assert not [path for path in (tmp_path / "cache").iterdir() if path.name.startswith(".")]


@pytest.mark.slow
@pytest.mark.parametrize("change", ["add", "remove", "rewrite"])
def test_a_changed_source_is_read_again(worker: Any, folders: Path, tmp_path: Path, change: str) -> None:
    load(worker, folders, tmp_path / "cache")
    image = folders / "train" / "dog" / "1.ppm"
    if change == "add":
        (folders / "train" / "dog" / "9.ppm").write_bytes(image.read_bytes())
    elif change == "remove":
        image.unlink()
    else:
        image.write_bytes(b"P6 32 32 255\n" + bytes(3072))
    images, done = load(worker, folders, tmp_path / "cache")

    assert done == "made"
    assert len(images.train) == {"add": 9, "remove": 7, "rewrite": 8}[change]


@pytest.mark.slow
@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda b: b[:-1], id="cut off"),
        pytest.param(lambda b: b[:-100] + bytes([b[-100] ^ 1]) + b[-99:], id="one bit"),
        pytest.param(lambda _: b"", id="empty"),
        pytest.param(lambda b: b[:30], id="half a head"),
        pytest.param(lambda b: b.replace(b'"train": 8', b'"train": -'), id="a head that is no JSON"),
        pytest.param(lambda b: b"envdoctor images 0\n" + b[19:], id="another format"),
    ],
)
def test_a_damaged_file_is_made_again(worker: Any, folders: Path, tmp_path: Path, damage: Any) -> None:
    made, _ = load(worker, folders, tmp_path / "cache")
    [path] = (tmp_path / "cache").iterdir()
    path.write_bytes(damage(path.read_bytes()))
    again, done = load(worker, folders, tmp_path / "cache")

    assert done == "made"
    assert same(made, again)


@pytest.mark.slow
def test_no_place_for_the_cache_is_said_and_costs_nothing_else(worker: Any, folders: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    source = worker.data_layout.find(str(folders))
    images, done = worker.data_cache.load(source, lambda: worker.data_whole.read(source), tmp_path / "file")

    assert len(images.train) == 8
    assert done["cache"] == "none"
    assert "XDG_CACHE_HOME" in done["cache_reason"]


@pytest.mark.slow
def test_an_odd_image_is_named(worker: Any, folders: Path, tmp_path: Path) -> None:
    (folders / "test" / "cat" / "odd.ppm").write_bytes(b"P6 31 32 255\n" + bytes(31 * 32 * 3))

    with pytest.raises(worker.refused.Refused, match=r"odd\.ppm is 31x32 pixels"):
        load(worker, folders, tmp_path / "cache")


def mnist(folder: Path, count: int = 12) -> Path:
    folder.mkdir()
    rng = random.Random(2)  # noqa: S311  # repeatable
    for half, number in (("train", count), ("t10k", count // 2)):
        sizes = number.to_bytes(4, "big") + (28).to_bytes(4, "big") * 2
        pictures = (2051).to_bytes(4, "big") + sizes + rng.randbytes(number * 784)
        labels = (2049).to_bytes(4, "big") + sizes[:4] + bytes(index % 10 for index in range(number))
        (folder / f"{half}-images-idx3-ubyte.gz").write_bytes(gzip.compress(pictures))
        (folder / f"{half}-labels-idx1-ubyte").write_bytes(labels)
    return folder


@pytest.mark.slow
def test_mnist_is_framed(worker: Any, tmp_path: Path) -> None:
    images, _ = load(worker, mnist(tmp_path / "mnist"), tmp_path / "cache")
    raw = gzip.decompress((tmp_path / "mnist" / "train-images-idx3-ubyte.gz").read_bytes())[16 : 16 + 784]

    assert images.train.shape == (12, 3, 32, 32)
    assert images.train_labels.tolist() == [*range(10), 0, 1]
    assert bytes(images.train[0, 2, 2:30, 2:30].flatten().tolist()) == raw
    assert not images.train[:, :, :2].any()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        pytest.param("t10k-images-idx3-ubyte.gz", b"\x1f\x8b", "cut off", id="half a gzip"),
        pytest.param("train-labels-idx1-ubyte", b"\0\0\x08\x01\0\0\0\x0c", "20 expected", id="labels cut off"),
        pytest.param("train-labels-idx1-ubyte", b"", "no file of MNIST", id="empty"),
        pytest.param("train-labels-idx1-ubyte", b"\0\0\x08\x01\0\0\0\x01\x0a", "above 9", id="a label of 10"),
        pytest.param("train-labels-idx1-ubyte", b"\0\0\x08\x01\0\0\0\x01\x09", "12 images but 1 labels", id="too few"),
        pytest.param("t10k-labels-idx1-ubyte", None, "is missing", id="a file is missing"),
    ],
)
def test_what_is_wrong_with_mnist_is_said(
    worker: Any, tmp_path: Path, name: str, content: bytes | None, word: str
) -> None:
    folder = mnist(tmp_path / "mnist")
    if content is None:
        (folder / name).unlink()
    else:
        (folder / name).write_bytes(content)

    with pytest.raises(worker.refused.Refused, match=word):
        load(worker, folder, tmp_path / "cache")


@pytest.mark.slow
def test_iris_is_what_is_published(worker: Any) -> None:
    rows, species = worker.iris.measurements()
    means = [rows[species == kind].mean(0).tolist() for kind in range(3)]

    assert rows.shape == (150, 4)
    # Fisher's table I: means of the three species, in centimetres.
    assert means[0] == pytest.approx([5.006, 3.428, 1.462, 0.246], abs=1e-4)
    assert means[1] == pytest.approx([5.936, 2.770, 4.260, 1.326], abs=1e-4)
    assert means[2] == pytest.approx([6.588, 2.974, 5.552, 2.026], abs=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("files", "cpus"),
    [
        pytest.param({"cpu.max": "150000 100000\n"}, 1.5, id="version 2"),
        pytest.param({"cpu.max": "max 100000\n"}, None, id="no limit"),
        pytest.param({"cpu/cpu.cfs_quota_us": "50000", "cpu/cpu.cfs_period_us": "100000"}, 0.5, id="version 1"),
        pytest.param({"cpu/cpu.cfs_quota_us": "-1", "cpu/cpu.cfs_period_us": "100000"}, None, id="version 1, no limit"),
        pytest.param({}, None, id="no control groups"),
        pytest.param({"cpu.max": "rubbish"}, None, id="rubbish"),
    ],
)
def test_quota(worker: Any, tmp_path: Path, files: dict[str, str], cpus: float | None) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)

    assert worker.host.quota(tmp_path) == cpus


@pytest.mark.slow
def test_threads_that_were_asked_for_are_taken(worker: Any) -> None:
    assert worker.host.choose_threads(3) == {"threads": 3, "threads_reason": "asked for"}
