"""GPUs are found by the names that drivers print and people write, and never guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envdoctor.data import Gpu, capabilities, gpu_by_name, gpu_by_pci, gpus, possible_capabilities, sources
from envdoctor.facts import Unknown
from tests.data.facts_folder import facts


def test_names_and_ids_are_the_source() -> None:
    said = {one["name"]: one for one in facts("gpu_arch.json")}

    assert {gpu.name for gpu in gpus()} == set(said)
    for gpu in gpus():
        fact = said[gpu.name]
        known = fact["compute_capability"]
        assert list(gpu.capabilities) == (known if isinstance(known, list) else [known])
        assert [one.upper() for one in gpu.pci] == [one.upper() for one in fact["pci_device_ids"]]
        assert (len(gpu.capabilities) > 1) == fact["ambiguous"]
        assert gpu.jetson == fact.get("jetson", False)


def test_what_holds_for_a_capability_is_the_source() -> None:
    for fact in facts("gpu_arch.json"):
        if fact["ambiguous"]:
            continue
        row = capabilities()[fact["compute_capability"]]
        assert row.architecture == fact["architecture"]
        assert (row.first_cuda, row.last_cuda) == (fact["first_cuda"], fact["last_cuda"])
        branch = fact["last_driver_branch"]
        assert row.last_branch == (branch if branch.startswith("R") else None)


def test_each_row_has_a_source() -> None:
    assert all(sources(gpu) for gpu in gpus())


@pytest.mark.parametrize("gpu", gpus(), ids=lambda gpu: gpu.name)
def test_every_name_finds_its_own_capability(gpu: Gpu) -> None:
    found = gpu_by_name(gpu.name)

    if len(gpu.capabilities) > 1:
        assert isinstance(found, Unknown)
        assert set(gpu.capabilities) <= set(possible_capabilities(gpu.name))
    else:
        assert found == gpu


@pytest.mark.parametrize(
    ("written", "capability"),
    [
        ("NVIDIA GeForce RTX 4090", "8.9"),
        ("GeForce RTX 4090", "8.9"),
        ("rtx 4090", "8.9"),
        ("RTX4090", "8.9"),
        ("RTX 2080Ti", "7.5"),
        ("NVIDIA GeForce(TM) GTX 1650", "7.5"),
        ("GeForce RTX 3060 12GB", "8.6"),
        ("GTX 1060 6GB", "6.1"),
        ("RTX 3050", "8.6"),
        ("V100", "7.0"),
        ("Tesla V100", "7.0"),
        ("A100 80GB", "8.0"),
        ("NVIDIA A100-SXM4-40GB MIG 1g.5gb", "8.0"),
        ("H100", "9.0"),
        ("GH200", "9.0"),
        ("K80", "3.7"),
        ("T4", "7.5"),
        ("GB10", "12.1"),
        ("Jetson Orin Nano", "8.7"),
        ("NVIDIA Jetson AGX Thor", "11.0"),
        ("Jetson Nano", "5.3"),
    ],
)
def test_names_as_people_write_them(written: str, capability: str) -> None:
    found = gpu_by_name(written)

    assert isinstance(found, Gpu)
    assert found.capabilities == (capability,)


@pytest.mark.parametrize("written", ["GT 730", "GTX 750", "RTX 5000", "RTX 6000"])
def test_names_of_several_chips_are_not_guessed(written: str) -> None:
    found = gpu_by_name(written)

    assert isinstance(found, Unknown)
    assert len(possible_capabilities(written)) > 1


@pytest.mark.parametrize(
    "written", ["", " ", "GPU", "GeForce", "NVIDIA", "8", "4", "RTX 9999", "Radeon RX 7900", "(TM)"]
)
def test_no_such_name(written: str) -> None:
    assert gpu_by_name(written) is None
    assert possible_capabilities(written) == ()


@given(st.text(max_size=40))
def test_any_text_is_answered(text: str) -> None:
    found = gpu_by_name(text)

    assert found is None or isinstance(found, Unknown) or found.capabilities


@pytest.mark.parametrize(
    ("device", "capability"), [("1b06", "6.1"), ("0x2684", "8.9"), ("2B85", "12.0"), ("1140", "2.1"), ("1284", "3.5")]
)
def test_pci_ids(device: str, capability: str) -> None:
    found = gpu_by_pci(device)

    assert isinstance(found, Gpu)
    assert found.capabilities == (capability,)


@pytest.mark.parametrize("device", ["1381", "0fc9"])
def test_ids_that_do_not_tell(device: str) -> None:
    assert isinstance(gpu_by_pci(device), Unknown)


@pytest.mark.parametrize("device", ["ffff", "", "zzzz", "164e"])
def test_ids_that_are_not_there(device: str) -> None:
    assert gpu_by_pci(device) is None
