from typing import Any

import pytest

from envdoctor.facts import Host, Limits, Unknown
from tests.machines_broken import BROKEN
from tests.machines_snapshots import gpu_machine, judged, mac, windows

TIGHT = BROKEN["SYS003"]


def test_names_the_limit() -> None:
    [found] = judged("SYS003", TIGHT)

    assert found.what == "This process may open 256 files; 1024 are usual."
    assert found.evidence == {"limits.open_files": 256}


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param({"limits": Limits(1024)}, id="what Linux gives"),
        pytest.param({"limits": Limits(1_048_576)}, id="many"),
        pytest.param({"limits": Limits(None)}, id="unlimited"),
        pytest.param({"limits": Limits(Unknown("no"))}, id="nobody could tell"),
        pytest.param({"limits": None}, id="no such limits"),
        pytest.param({"host": Host("darwin")}, id="macOS shares by name"),
    ],
)
def test_stays_silent(facts: dict[str, Any]) -> None:
    assert not judged("SYS003", TIGHT, **facts)


def test_sound_machines_are_sound() -> None:
    for machine in (gpu_machine(), mac(), windows()):
        assert not judged("SYS003", machine)
