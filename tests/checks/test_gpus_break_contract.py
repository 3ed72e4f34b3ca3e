import pytest

from envdoctor.facts import CannotTellError, Contract, Gpu, TorchDevice, TorchRun, Unknown
from envdoctor.testing import findings

NEEDS = Contract(source="envdoctor.toml", gpu_count=2, gpu_memory_bytes=24 * 10**9, gpu_capability="8.0")
A10 = Gpu(0, name="NVIDIA A10", memory_total_bytes=23_835_000_000, compute_capability="8.6")
T4 = Gpu(1, name="Tesla T4", memory_total_bytes=15_843_000_000, compute_capability="7.5")
SILENT = Gpu(2, name="NVIDIA A10", memory_total_bytes=Unknown("GPU is lost"), compute_capability="8.6")
BLIND = TorchRun(available=False, device_count=0)
NO_RUN = Unknown("torch was not imported")


@pytest.mark.parametrize(
    ("gpus", "run", "words"),
    [
        pytest.param((A10, T4), NO_RUN, "Tesla T4 (15.8 GB, 7.5)", id="one of them is too small"),
        pytest.param((A10,), NO_RUN, "NVIDIA A10 (23.8 GB, 8.6)", id="one is missing"),
        pytest.param((), None, "No GPU is usable here", id="none"),
        pytest.param((A10, A10), BLIND, "No GPU is usable here", id="the driver lists them, torch sees none"),
        pytest.param((A10, A10), TorchRun(devices=(TorchDevice(0, "NVIDIA A10"),)), "NVIDIA A10;", id="one is hidden"),
        pytest.param((T4, SILENT), NO_RUN, "Tesla T4", id="the unknown one alone would not do"),
    ],
)
def test_says_what_is_here(gpus: tuple[Gpu, ...], run: TorchRun | None | Unknown, words: str) -> None:
    [found] = findings("PRJ005", contract=NEEDS, gpus=gpus, torch_run=run)

    assert words in found.what
    assert "2 GPUs with 24 GB of compute capability 8.0 or newer" in found.what


@pytest.mark.parametrize(
    ("contract", "gpus"),
    [
        pytest.param(NEEDS, (A10, A10), id="24 GB with error correction show 23.8"),
        pytest.param(NEEDS, (A10, A10, T4), id="one more that is too small"),
        pytest.param(NEEDS, (A10, A10, SILENT), id="enough without the unknown one"),
        pytest.param(Contract(gpu_capability="7.5"), (T4,), id="one is meant where no number is said"),
        pytest.param(Contract(gpu_capability="10.0"), (Gpu(0, compute_capability="12.0"),), id="12 is more than 10"),
        pytest.param(Contract(), (), id="the project does not say"),
        pytest.param(Contract(), Unknown("no answer"), id="nobody asks, nobody must know"),
        pytest.param(None, (), id="no contract"),
    ],
)
def test_stays_silent(contract: Contract | None, gpus: tuple[Gpu, ...] | Unknown) -> None:
    assert not findings("PRJ005", contract=contract, gpus=gpus, torch_run=NO_RUN)


@pytest.mark.parametrize("gpus", [Unknown("no answer"), (A10, SILENT)])
def test_could_not_tell_is_no_violation(gpus: tuple[Gpu, ...] | Unknown) -> None:
    with pytest.raises(CannotTellError, match="unknown"):
        findings("PRJ005", contract=NEEDS, gpus=gpus, torch_run=NO_RUN)
