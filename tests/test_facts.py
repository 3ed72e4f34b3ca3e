import json

import msgspec
import pytest

from envdoctor.facts import (
    CannotTellError,
    Cpu,
    Driver,
    Gpu,
    NvidiaSmi,
    Snapshot,
    Unknown,
    from_builtins,
    known,
    to_builtins,
)


def test_a_snapshot_survives_json() -> None:
    seen = Snapshot(
        driver=Driver("535.183.01", cuda="12.2", smi=NvidiaSmi("/usr/bin/nvidia-smi", exit_code=Unknown("slow"))),
        gpus=(Gpu(0, "NVIDIA A100-SXM4-40GB", memory_used_bytes=Unknown("no permission")),),
        environment={"CUDA_VISIBLE_DEVICES": ""},
        torch=None,
        packages=Unknown("the examined Python did not start"),
    )

    assert from_builtins(json.loads(json.dumps(to_builtins(seen)))) == seen


def test_the_three_answers_stay_three_in_json() -> None:
    facts = to_builtins(Snapshot(torch=None, driver=Unknown("no answer in 5 s"), environment={}))

    assert facts["torch"] is None
    assert facts["driver"] == {"unknown": "no answer in 5 s"}
    assert facts["environment"] == {}


def test_facts_of_another_version_are_left_out() -> None:
    assert from_builtins({"torch": None, "quantum": {"qubits": 3}}).torch is None


def test_a_wrong_shape_names_its_fact() -> None:
    with pytest.raises(msgspec.ValidationError, match=r"facts\.gpus"):
        from_builtins({"gpus": {"index": 0}})


def test_known_leaves_the_check_with_the_reason() -> None:
    assert known("12.2") == "12.2"
    assert known(None) is None
    with pytest.raises(CannotTellError, match=r"driver\.cuda is unknown: no answer"):
        known(Unknown("no answer"), "driver.cuda")


@pytest.mark.parametrize(
    ("cpu", "usable"),
    [
        pytest.param(Cpu(logical_cores=8), 8, id="a plain machine"),
        pytest.param(Cpu(logical_cores=8, affinity=4, quota=None), 4, id="taskset gives four"),
        pytest.param(Cpu(logical_cores=8, affinity=8, quota=1.5), 1, id="a quota of one and a half is one whole CPU"),
        pytest.param(Cpu(logical_cores=8, quota=0.25), 1, id="never less than one"),
    ],
)
def test_usable_cpus(cpu: Cpu, usable: int) -> None:
    assert cpu.usable == usable


def test_usable_cpus_may_be_unknown() -> None:
    assert isinstance(Cpu().usable, Unknown)
