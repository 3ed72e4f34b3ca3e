import importlib
import os
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow
RAM_DISK = Path("/dev/shm")  # noqa: S108  # a RAM disk is what is wanted


@pytest.fixture(scope="module")
def ceilings() -> Any:
    return importlib.import_module("envdoctor.bench.worker.ceilings")


@pytest.fixture
def on_ram_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    if not os.access(RAM_DISK, os.W_OK):
        pytest.skip("there is no RAM disk at /dev/shm")
    monkeypatch.setattr(tempfile, "tempdir", str(RAM_DISK))


def test_short_calls_are_repeated_and_long_ones_made_twice(ceilings: Any) -> None:
    assert len(ceilings._timed(lambda: None, "cpu")) > 100
    assert len(ceilings._timed(lambda: time.sleep(0.5), "cpu")) == 1


@pytest.mark.usefixtures("on_ram_disk")
def test_a_ram_disk_is_not_called_a_disk(ceilings: Any) -> None:
    found = ceilings._disk()

    assert found["disk_read_cached_share"] == 1
    assert found["disk_read_uncached"] is False


@pytest.mark.skipif(not hasattr(os, "posix_fadvise"), reason="the system lets go of no page when asked")
def test_what_was_just_written_lies_in_memory(ceilings: Any, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(os.urandom(1 << 20))
    with path.open("rb") as file:
        assert ceilings._cached_share(file) == 1


def test_a_file_that_cannot_be_mapped_says_nothing(ceilings: Any, tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    with (tmp_path / "empty").open("rb") as file:
        assert ceilings._cached_share(file) is None


def test_a_full_or_missing_folder_is_a_reason(ceilings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))

    assert "cannot be written: No such file" in ceilings._disk()["disk_reason"]


def test_products_leave_the_precision_as_it_was(ceilings: Any) -> None:
    torch = importlib.import_module("torch")
    before = torch.backends.cuda.matmul.allow_tf32
    found = ceilings._products("cpu")

    assert found["gemm_fp32_flops"] > 1e8
    assert "gemm_tf32_flops" not in found
    assert torch.backends.cuda.matmul.allow_tf32 == before


def test_a_single_gpu_has_no_peers(ceilings: Any) -> None:
    assert ceilings._peers("cpu") == {}
