import pytest

from envdoctor.facts import Gpu, Message
from envdoctor.findings import Severity
from envdoctor.testing import findings
from tests.told import told

HANG = Message("hangs", "(hang, no message)")
TWO = (Gpu(0), Gpu(1))


@pytest.mark.parametrize("sign", ["collective-timeout", "collective-hangs"])
def test_the_exchange_does_not_end(sign: str) -> None:
    [found] = findings("RUN054", messages=(Message(sign, "x"),))

    assert found.severity is Severity.ERROR


def test_a_hang_with_several_gpus() -> None:
    assert findings("RUN054", messages=(HANG,), gpus=TWO)


def test_what_helps_shows_the_way_that_is_broken() -> None:
    off = Message("p2p-off", "NCCL_P2P_DISABLE=1 (works)", {"effect": "works"})

    [found] = findings("RUN054", messages=(HANG, off))

    assert "broken on this machine" in found.why


def test_what_does_not_help_clears_it() -> None:
    off = Message("p2p-off", "NCCL_P2P_DISABLE=1 (no effect)", {"effect": "no effect"})

    [found] = findings("RUN054", messages=(HANG, off), gpus=TWO)

    assert found.severity is Severity.WARNING


@pytest.mark.parametrize(
    ("message", "gpus"),
    [
        pytest.param(HANG, (Gpu(0),), id="one GPU exchanges nothing"),
        pytest.param(Message("p2p-off", "NCCL_P2P_DISABLE=1"), TWO, id="a variable alone"),
        pytest.param(Message("driver-hangs", "x"), TWO, id="the driver hangs"),
    ],
)
def test_stays_silent(message: Message, gpus: tuple[Gpu, ...]) -> None:
    assert not findings("RUN054", messages=(message,), gpus=gpus)


def test_a_time_that_does_not_change_is_no_hang() -> None:
    messages = told("Training time does not change when I go from 1 to 8 GPUs (DDP)", output=False)

    assert not findings("RUN054", messages=messages, gpus=TWO)
