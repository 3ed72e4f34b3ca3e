"""What a GPU is known by, through torch's own answers or the driver library's, renumbered or not."""

import importlib
import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.rig.libraries import Libraries
from tests.rig.machines import Machine, cards

pytestmark = pytest.mark.slow

ASK = """
import ctypes, json
from envdoctor.bench.worker.card import by_driver
library = ctypes.CDLL("libcuda.so.1")
library.cuInit(0)
print(json.dumps([by_driver(ordinal, library) for ordinal in range(3)]))
"""


@pytest.fixture(scope="module")
def card() -> Any:
    return importlib.import_module("envdoctor.bench.worker.card")


def known(number: int) -> dict[str, str]:
    return {"uuid": f"00000000-0000-0000-0000-{number:012d}", "pci": f"0000:{number + 1:02x}:00.0"}


NOBODY = {"uuid": None, "pci": None}


@pytest.mark.parametrize(
    ("visible", "expected"),
    [
        pytest.param(None, [known(0), known(1), known(2)], id="all"),
        pytest.param("2,0", [known(2), known(0), NOBODY], id="renumbered"),
        pytest.param("1", [known(1), NOBODY, NOBODY], id="one"),
    ],
)
def test_the_driver_counts_as_torch_does(
    tmp_path: Path, libraries: Libraries, visible: str | None, expected: list[dict[str, str]]
) -> None:
    environment = Machine(cards=cards(3)).build(tmp_path, libraries).environment()
    environment |= {"CUDA_VISIBLE_DEVICES": visible} if visible else {}
    done = subprocess.run([sys.executable, "-c", ASK], env=environment, capture_output=True, check=True, timeout=120)

    assert json.loads(done.stdout) == expected


def test_a_driver_that_lacks_functions_says_nothing(card: Any) -> None:
    assert card.by_driver(0, SimpleNamespace()) == NOBODY


@pytest.mark.parametrize(
    ("properties", "uuid", "pci"),
    [
        pytest.param({}, None, None, id="torch 2.0 tells neither"),
        pytest.param({"uuid": "6f2b7a50-1c1e"}, "6f2b7a50-1c1e", None, id="the number alone"),
        pytest.param({"uuid": "GPU-6f2b7a50-1c1e"}, "6f2b7a50-1c1e", None, id="with its kind"),
        pytest.param(
            {"uuid": "", "pci_domain_id": 0, "pci_bus_id": 65, "pci_device_id": 0},
            None,
            "00000000:41:00.0",
            id="address",
        ),
        pytest.param({"pci_bus_id": 65}, None, None, id="half an address"),
    ],
)
def test_torchs_own_answers(card: Any, properties: dict[str, Any], uuid: str | None, pci: str | None) -> None:
    told = SimpleNamespace(**properties)

    assert (card._uuid(told), card._pci(told)) == (uuid, pci)


def test_the_cpu_is_no_card(card: Any) -> None:
    assert card.identity("cpu") is None
