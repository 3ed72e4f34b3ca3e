"""Every check of contracts and of drift is reached: each has a contract, or a lock, that a sound machine breaks."""

from typing import Any

import pytest
from msgspec.structs import replace

from envdoctor.contract.against import with_contract, with_drift
from envdoctor.contract.read import read
from envdoctor.facts import Gpu, Snapshot
from envdoctor.findings import Severity
from envdoctor.judge import judge
from envdoctor.registry import load_checks
from envdoctor.saved import Saved
from tests.machines_broken import BROKEN
from tests.machines_snapshots import HEALTHY, gpu_machine

CHECKS = load_checks()
CONTRACTS = {
    # code: (a contract that the machine breaks, one that it keeps)
    "PRJ001": ('os = "windows"', 'os = ["windows", "linux"]'),
    "PRJ002": ('python = "<3"', 'python = ">=3.8"'),
    "PRJ003": ('[torch]\nversion = "<2"', '[torch]\nversion = ">=2"\nbuild = "cuda"'),
    "PRJ004": ('[packages]\nvllm = "*"', '[packages]\nnumpy = "*"'),
    "PRJ005": ("[gpu]\ncount = 8", '[gpu]\nmemory = "24 GB"\ncapability = "8.0"'),
    "PRJ006": ('[gpu]\ndriver = ">=999"', '[gpu]\ndriver = ">=550"'),
    "PRJ007": ('[compilers]\nnvcc = "<9"', '[compilers]\nnvcc = ">=9"'),
    "PRJ008": ('[compilers]\ngcc = "<4"', '[compilers]\ngcc = ">=4"'),
    "PRJ009": ('memory = "9 TB"', 'memory = "1 GB"'),
    "PRJ010": ('shm = "9 TB"', 'shm = "64 MB"'),
    "PRJ011": ('[disk]\nhome = "900 TB"', '[disk]\nhome = "1 MB"'),
    "PRJ012": ('[environment]\nrequired = ["HF_TOKEN"]', '[environment]\nforbidden = ["HF_TOKEN"]'),
}


def other(**fields: Any) -> Snapshot:
    """The sound machine with parts of its facts as they were when it was locked."""
    machine = gpu_machine()
    facts = {name: replace(getattr(machine, name), **changes) for name, changes in fields.items()}
    return replace(machine, **facts)


LOCKED = {
    "PRJ101": other(torch={"version": "2.13.0+cu126"}),
    "PRJ102": replace(gpu_machine(), packages={"triton": "3.1.0"}),
    "PRJ103": other(python={"version": "3.10.1"}),
    "PRJ104": replace(gpu_machine(), gpus=(Gpu(0, name="NVIDIA A10", compute_capability="8.6"),)),
    "PRJ105": other(driver={"version": "535.183.01"}),
    "PRJ106": other(host={"arch": "aarch64"}),
    "PRJ107": replace(gpu_machine(), environment={"CUDA_VISIBLE_DEVICES": "1"}),
}


def by(text: str, machine: Snapshot) -> Snapshot:
    return with_contract(machine, read(text.encode(), "envdoctor.toml"), {})


def test_every_check_of_the_group_is_here() -> None:
    assert {*CONTRACTS, *LOCKED} == {code for code in CHECKS if code.startswith("PRJ")}


@pytest.mark.parametrize("code", CONTRACTS)
def test_a_broken_contract_is_named_first(code: str) -> None:
    judgement = judge(by(CONTRACTS[code][0], gpu_machine()), CHECKS)

    assert judgement.primary == code
    assert [found.code for found in judgement.findings if found.severity is Severity.ERROR] == [code]


@pytest.mark.parametrize("code", CONTRACTS)
def test_a_contract_that_is_kept_is_not_spoken_of(code: str) -> None:
    judgement = judge(by(CONTRACTS[code][1], gpu_machine()), CHECKS)

    assert not [found for found in judgement.findings if found.code.startswith("PRJ")]


@pytest.mark.parametrize("code", LOCKED)
def test_drift_is_named_by_its_check_alone(code: str) -> None:
    judgement = judge(with_drift(gpu_machine(), Saved(facts=LOCKED[code])), CHECKS)
    found = {found.code: found for found in judgement.findings if found.code.startswith("PRJ")}

    assert code in found
    assert found[code].because_of is None
    worst = found[code].severity
    assert judgement.primary == (code if worst is Severity.ERROR else None)


@pytest.mark.parametrize("machine", [pytest.param(make(), id=name) for name, make in HEALTHY.items()])
def test_an_empty_contract_is_kept_by_every_machine(machine: Snapshot) -> None:
    assert not judge(
        by("", machine), {code: check for code, check in CHECKS.items() if code.startswith("PRJ")}
    ).findings


@pytest.mark.parametrize("code", ["DRV001", "VIR001"])
def test_a_fault_of_the_machine_explains_the_contract_that_it_breaks(code: str) -> None:
    judgement = judge(by("[gpu]\ncount = 1", BROKEN[code]), CHECKS)
    [found] = [found for found in judgement.findings if found.code == "PRJ005"]

    assert judgement.primary == code
    assert found.because_of == code
