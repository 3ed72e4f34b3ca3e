"""Where images come from, and what is said of folders that cannot be used."""

import contextlib
import hashlib
import importlib
import io
import random
import struct
import tarfile
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envdoctor.bench.worker import data_layout
from envdoctor.bench.worker.data_layout import find
from envdoctor.bench.worker.refused import Refused

IMAGE = b"P6 32 32 255\n" + bytes(3072)


def folders(top: Path, **halves: list[str]) -> Path:
    for half, names in halves.items():
        for name in names:
            path = top / half / name
            path.mkdir(parents=True)
            (path / "1.ppm").write_bytes(IMAGE)
    return top


def refusal(folder: Path) -> str:
    with pytest.raises(Refused, match=f"^--data {folder}") as refused:
        find(str(folder))
    assert "\n" not in str(refused.value)
    return str(refused.value)


def test_without_a_folder_the_built_in_set_is_taken() -> None:
    assert find(None).kind == "synthetic"


def test_image_folders_are_known(tmp_path: Path) -> None:
    source = find(str(folders(tmp_path, train=["dog", "cat"], test=["cat", "dog"])))

    assert (source.kind, source.classes) == ("folders", ("cat", "dog"))


def test_hidden_files_and_folders_are_no_classes(tmp_path: Path) -> None:
    folders(tmp_path, train=["cat", "dog"], test=["cat", "dog"])
    (tmp_path / "train" / ".cache").mkdir()
    (tmp_path / "train" / "cat" / "._1.ppm").write_bytes(b"")
    (tmp_path / "train" / "notes.txt").write_text("")

    assert find(str(tmp_path)).classes == ("cat", "dog")


@pytest.mark.parametrize("place", ["cifar-10-batches-py", "."])
def test_official_files_are_known_from_above_and_from_inside(tmp_path: Path, place: str) -> None:
    (tmp_path / place).mkdir(exist_ok=True)
    (tmp_path / place / "data_batch_1").touch()

    assert find(str(tmp_path)).kind == "official"


def test_the_archive_is_taken_where_it_was_not_unpacked(tmp_path: Path) -> None:
    (tmp_path / "cifar-10-python.tar.gz").touch()

    assert find(str(tmp_path)).kind == "archive"


def test_nothing_there(tmp_path: Path) -> None:
    assert "there is no such folder" in refusal(tmp_path / "x")


def test_a_file(tmp_path: Path) -> None:
    (tmp_path / "x.tar.gz").touch()

    assert "this is a file; give the folder" in refusal(tmp_path / "x.tar.gz")


def test_one_level_too_high(tmp_path: Path) -> None:
    folders(tmp_path / "cifar", train=["a", "b"], test=["a", "b"])

    assert f"give --data {tmp_path / 'cifar'}" in refusal(tmp_path)


def test_one_level_too_low(tmp_path: Path) -> None:
    folders(tmp_path, train=["a", "b"], test=["a", "b"])

    assert f"give the folder above: --data {tmp_path}" in refusal(tmp_path / "train")


def test_one_folder_per_label_and_nothing_to_test(tmp_path: Path) -> None:
    folders(tmp_path, **{".": ["airplane", "bird"]})

    assert "0 test images: there is one folder per class" in refusal(tmp_path)


def test_no_test_folder(tmp_path: Path) -> None:
    assert "test is missing (0 test images)" in refusal(folders(tmp_path, train=["a", "b"]))


def test_no_test_images(tmp_path: Path) -> None:
    folders(tmp_path, train=["a", "b"])
    (tmp_path / "test" / "a").mkdir(parents=True)

    assert "0 test images" in refusal(tmp_path)


def test_an_empty_class(tmp_path: Path) -> None:
    folders(tmp_path, train=["a", "b"], test=["a", "b"])
    (tmp_path / "train" / "b" / "1.ppm").unlink()

    assert f"no images in {tmp_path / 'train' / 'b'}" in refusal(tmp_path)


@pytest.mark.parametrize(
    ("train", "test", "word"),
    [
        (["a", "b", "c"], ["a", "b"], "class 'c' in train/ but not in test/"),
        (["a", "b"], ["a", "b", "c"], "class 'c' in test/ but not in train/"),
        (["a", "b"], ["A", "b"], "class 'a' in train/"),
        (list("abcdefgh"), ["a"], "classes 'b', 'c', 'd' and others in train/"),
    ],
)
def test_classes_that_differ(tmp_path: Path, train: list[str], test: list[str], word: str) -> None:
    assert word in refusal(folders(tmp_path, train=train, test=test))


def test_a_single_class(tmp_path: Path) -> None:
    assert "at least two" in refusal(folders(tmp_path, train=["a"], test=["a"]))


def test_an_empty_folder(tmp_path: Path) -> None:
    assert "neither train/ nor test/" in refusal(tmp_path)


@given(st.lists(st.sampled_from(["train", "test", "train/a", "test/a", "x/train", "x", "test_batch", "a/1.png"])))
def test_any_folder_is_known_or_refused(names: list[str]) -> None:
    with tempfile.TemporaryDirectory() as top:  # tmp_path is one for all examples
        for name in names:
            Path(top, name).mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(Refused):
            assert find(top).kind in {"official", "folders"}


# --- reading, which needs torch ------------------------------------------------------------------


def worker(name: str) -> Any:
    # Late: collecting the tests must not import torch.
    return importlib.import_module(f"envdoctor.bench.worker.{name}")


def wanted(train: int = 2, test: int = 1, seed: int = 0) -> Any:
    return worker("images").Wanted(train, test, seed)


def picture(path: Path, grey: int, size: int = 32) -> None:
    path.write_bytes(f"P6 {size} {size} 255\n".encode() + bytes([grey]) * (3 * size * size))


@pytest.fixture
def gallery(tmp_path: Path) -> Path:
    folders(tmp_path, train=["a", "b"], test=["a", "b"])
    for index, (half, name) in enumerate((h, n) for h in ("train", "test") for n in ("a", "b")):
        for number in range(1, 6 - index):
            picture(tmp_path / half / name / f"{number}.ppm", 10 * index + number)
    return tmp_path


@pytest.mark.slow
def test_folders_are_read_as_they_are(gallery: Path) -> None:
    found = worker("data_folders").read(find(str(gallery)), wanted(100, 100), "python")

    # As many of each class as the smallest has.
    assert found.train_labels.tolist() == [0] * 4 + [1] * 4
    assert found.test_labels.tolist() == [0] * 2 + [1] * 2
    assert tuple(found.train.shape) == (8, 3, 32, 32)
    assert {int(image.min()) for image in found.train[4:]} == {11, 12, 13, 14}
    assert found.about["train_available"] == 9


@pytest.mark.slow
def test_the_choice_follows_the_seed(gallery: Path) -> None:
    read, source = worker("data_folders").read, find(str(gallery))
    first, again = (read(source, wanted(2, 1, seed=4), "python").train for _ in range(2))
    others = [read(source, wanted(2, 1, seed=seed), "python").train for seed in range(5, 12)]

    assert bool((first == again).all())
    assert any(bool((first != other).any()) for other in others)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("content", "word"),
    [
        pytest.param(b"", "cannot be read as an image", id="empty"),
        pytest.param(b"P6 32 32 255\n" + bytes(99), "cannot be read as an image", id="cut off"),
        pytest.param(b"<html>404</html>", "cannot be read as an image", id="a web page"),
        pytest.param(b"P6 33 32 255\n" + bytes(3 * 33 * 32), "33x32 pixels", id="another size"),
        pytest.param(b"P6 99999 99999 255\n", "99999x99999 pixels", id="a huge size is not decoded"),
    ],
)
def test_an_image_that_cannot_be_used_is_named(gallery: Path, content: bytes, word: str) -> None:
    bad = gallery / "test" / "b" / "1.ppm"
    bad.write_bytes(content)
    with pytest.raises(worker("refused").Refused) as refused:
        worker("data_folders").read(find(str(gallery)), wanted(9, 9), "python")

    assert str(bad) in str(refused.value)
    assert word in str(refused.value) or "DecompressionBomb" in str(refused.value)


@pytest.mark.slow
def test_images_that_are_not_chosen_are_not_opened(gallery: Path) -> None:
    for path in (gallery / "train" / "a").iterdir():
        path.write_bytes(b"")
    picture(gallery / "train" / "a" / "1.ppm", 1)
    names = data_layout.images(gallery / "train" / "a")
    images = worker("images")
    picks = [images.choose([len(names), 4], 1, random.Random(seed))[0][0] for seed in range(50)]  # noqa: S311
    seed = picks.index(names.index("1.ppm"))

    assert worker("data_folders").read(find(str(gallery)), wanted(1, 1, seed), "python").train.shape[0] == 2


@pytest.mark.slow
def test_the_built_in_set_is_the_same_for_a_seed_and_balanced() -> None:
    make = worker("data_synthetic").make
    first, again, other = (make(wanted(30, 10, seed)) for seed in (1, 1, 2))

    assert bool((first.train == again.train).all())
    assert bool((first.train != other.train).any())
    assert first.test_labels.bincount().tolist() == [10] * 10
    assert first.about["synthetic"] is True


# --- the official files --------------------------------------------------------------------------


def string(content: bytes) -> bytes:
    return (
        b"U" + bytes([len(content)]) + content
        if len(content) < 256
        else b"T" + struct.pack("<i", len(content)) + content
    )


def python2_pickle(labels: list[int], pixels: bytes, dtype: bytes = b"u1") -> bytes:
    """Write a batch as Python 2's cPickle did (protocol 2)."""
    state = b"K\x00K\x01\x87R(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
    shape = b"M" + struct.pack("<H", len(labels)) + b"M" + struct.pack("<H", 3072) + b"\x86"
    array = (
        b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01b\x87R(K\x01" + shape
        + b"cnumpy\ndtype\n" + string(dtype) + state
        + b"\x89" + string(pixels) + b"tb"
    )  # fmt: skip
    numbers = b"](" + b"".join(b"K" + bytes([label]) for label in labels) + b"e"
    return b"\x80\x02}(" + string(b"labels") + numbers + string(b"data") + array + b"u."


def batch(first: int) -> bytes:
    labels = [(first + index) % 10 for index in range(20)]
    return python2_pickle(labels, b"".join(bytes([label * 20 + first]) * 3072 for label in labels))


NAMES = ("data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5", "test_batch")


@pytest.fixture
def official(tmp_path: Path) -> tuple[Path, dict[str, str]]:
    folder = tmp_path / "cifar-10-batches-py"
    folder.mkdir()
    for number, name in enumerate(NAMES):
        (folder / name).write_bytes(batch(number))
    return tmp_path, {name: hashlib.md5((folder / name).read_bytes()).hexdigest() for name in NAMES}  # noqa: S324


@pytest.mark.slow
def test_official_files_are_read_without_numpy(official: tuple[Path, dict[str, str]]) -> None:
    top, sums = official
    found = worker("data_official").read(find(str(top)), wanted(4, 2), sums=sums)

    assert found.train_labels.bincount().tolist() == [4] * 10
    assert found.test_labels.bincount().tolist() == [2] * 10
    for image, label in zip(found.test, found.test_labels.tolist(), strict=True):
        assert {int(image.min()), int(image.max())} == {label * 20 + 5}
    assert found.about["train_available"] == 100
    assert found.about["synthetic"] is False


@pytest.mark.slow
def test_the_public_sums_are_torchvisions() -> None:
    cifar = pytest.importorskip("torchvision.datasets").CIFAR10
    ours = worker("data_official")

    assert dict([*cifar.train_list, *cifar.test_list]) == ours.SUMS
    assert cifar.tgz_md5 == ours.ARCHIVE_SUM


def refused_reading(top: Path, sums: dict[str, str], **more: str) -> str:
    with pytest.raises(worker("refused").Refused) as refused:
        worker("data_official").read(find(str(top)), wanted(), sums=sums, **more)
    assert "\n" not in str(refused.value)
    return str(refused.value)


@pytest.mark.slow
def test_a_file_cut_off_is_named_with_both_sums(official: tuple[Path, dict[str, str]]) -> None:
    top, sums = official
    path = top / "cifar-10-batches-py" / "data_batch_3"
    path.write_bytes(path.read_bytes()[:1000])
    message = refused_reading(top, sums)

    assert str(path) in message
    assert sums["data_batch_3"] in message
    assert hashlib.md5(path.read_bytes()).hexdigest() in message  # noqa: S324
    assert "1000 bytes" in message


@pytest.mark.slow
def test_a_missing_file_is_named(official: tuple[Path, dict[str, str]]) -> None:
    top, sums = official
    (top / "cifar-10-batches-py" / "test_batch").unlink()

    assert "test_batch is missing" in refused_reading(top, sums)


@pytest.mark.slow
def test_an_altered_file_is_never_unpickled(official: tuple[Path, dict[str, str]], tmp_path: Path) -> None:
    top, sums = official
    evil = f"cos\nmkdir\n(S'{tmp_path / 'pwned'}'\ntR.".encode()
    (top / "cifar-10-batches-py" / "data_batch_1").write_bytes(evil)
    refused_reading(top, sums)

    assert not (tmp_path / "pwned").exists()


@pytest.mark.slow
def test_even_with_the_right_sum_no_other_name_is_called(official: tuple[Path, dict[str, str]], tmp_path: Path) -> None:
    top, sums = official
    evil = f"cos\nmkdir\n(S'{tmp_path / 'pwned'}'\ntR.".encode()
    (top / "cifar-10-batches-py" / "data_batch_1").write_bytes(evil)
    sums["data_batch_1"] = hashlib.md5(evil).hexdigest()  # noqa: S324

    assert "it asks for os.mkdir" in refused_reading(top, sums)
    assert not (tmp_path / "pwned").exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\x80\x02}.", id="no keys"),
        pytest.param(python2_pickle([0] * 20, bytes(3072)), id="too few pixels"),
        pytest.param(python2_pickle([77] * 20, bytes(3072 * 20)), id="a label out of range"),
        pytest.param(python2_pickle([0] * 20, bytes(3072 * 20), dtype=b"O8"), id="objects instead of bytes"),
    ],
)
def test_what_is_no_batch_is_refused(official: tuple[Path, dict[str, str]], content: bytes) -> None:
    top, sums = official
    (top / "cifar-10-batches-py" / "data_batch_2").write_bytes(content)
    sums["data_batch_2"] = hashlib.md5(content).hexdigest()  # noqa: S324

    assert "data_batch_2 is no batch of CIFAR-10" in refused_reading(top, sums)


def pack(top: Path, names: tuple[str, ...]) -> str:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz") as archive:
        for name in names:
            archive.add(top / "cifar-10-batches-py" / name, f"cifar-10-batches-py/{name}")
    for name in NAMES:
        (top / "cifar-10-batches-py" / name).unlink()
    (top / "cifar-10-batches-py").rmdir()
    (top / "cifar-10-python.tar.gz").write_bytes(target.getvalue())
    return hashlib.md5(target.getvalue()).hexdigest()  # noqa: S324


@pytest.mark.slow
def test_the_archive_is_read_in_place(official: tuple[Path, dict[str, str]]) -> None:
    top, sums = official
    archive_sum = pack(top, NAMES)
    found = worker("data_official").read(find(str(top)), wanted(4, 2), sums=sums, archive_sum=archive_sum)

    assert len(found.train) == 40
    assert sorted(path.name for path in top.iterdir()) == ["cifar-10-python.tar.gz"]


@pytest.mark.slow
def test_an_archive_cut_off_is_named_with_its_size(official: tuple[Path, dict[str, str]]) -> None:
    top, sums = official
    archive_sum = pack(top, NAMES)
    path = top / "cifar-10-python.tar.gz"
    path.write_bytes(path.read_bytes()[:500])
    message = refused_reading(top, sums, archive_sum=archive_sum)

    assert str(path) in message
    assert "170498071 bytes" in message
    assert "500 bytes" in message


@pytest.mark.slow
def test_an_archive_that_lacks_a_file_is_refused(official: tuple[Path, dict[str, str]]) -> None:
    top, sums = official
    archive_sum = pack(top, NAMES[:-1])

    assert "test_batch is missing" in refused_reading(top, sums, archive_sum=archive_sum)
