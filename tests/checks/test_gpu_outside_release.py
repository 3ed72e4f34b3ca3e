import pytest

from envdoctor.facts import Gpu, Host, Torch, TorchRun
from envdoctor.testing import findings


def card(capability: str) -> tuple[Gpu, ...]:
    return (Gpu(0, name="a card", compute_capability=capability),)


@pytest.mark.parametrize(
    ("torch", "capability", "cause"),
    [
        (Torch("1.3.0", cuda="10.1"), "3.5", "gpu-arch-too-old"),
        (Torch("1.6.0", cuda="10.2"), "8.6", "gpu-arch-too-new"),
        (Torch("1.7.1+cu101", cuda="10.1"), "8.0", "gpu-arch-too-new"),
        (Torch("1.0.0", cuda="8.0"), "7.5", "gpu-arch-too-new"),
        (Torch("2.8.0+cu128", cuda="12.8"), "6.1", "gpu-arch-too-old"),
        (Torch("2.5.1+cu124", cuda="12.4"), "12.0", "gpu-arch-too-new"),
    ],
)
def test_the_release_cannot_have_code(torch: Torch, capability: str, cause: str) -> None:
    [found] = findings("GPU063", messages=(), torch=torch, gpus=card(capability))

    assert found.cause == cause
    assert found.confidence == "likely"


@pytest.mark.parametrize(
    ("torch", "capability", "run"),
    [
        pytest.param(Torch("1.3.0", cuda="10.1"), "3.7", None, id="K80 was kept"),
        pytest.param(Torch("1.2.0", cuda="10.0"), "3.5", None, id="1.2 had K40"),
        pytest.param(Torch("1.8.1+cu111", cuda="11.1"), "8.6", None, id="it fits"),
        pytest.param(Torch("1.7.1", cuda="11.0"), "8.6", None, id="8.6 runs code for 8.0"),
        pytest.param(Torch("2.9.1+cu128", cuda="12.8"), "12.0", None, id="a release that the table knows"),
        pytest.param(Torch("1.6.0", cuda="10.2"), "8.6", TorchRun(available=False), id="something lies below"),
        pytest.param(Torch("1.6.0", cuda=None), "8.6", None, id="a CPU build"),
    ],
)
def test_stays_silent(torch: Torch, capability: str, run: TorchRun | None) -> None:
    assert not findings("GPU063", messages=(), torch=torch, gpus=card(capability), torch_run=run)


def test_where_the_system_is_known_silent_for_the_table_tells() -> None:
    torch = Torch("2.5.1+cu124", cuda="12.4")

    assert not findings("GPU063", messages=(), torch=torch, gpus=card("12.0"), host=Host("linux"))
