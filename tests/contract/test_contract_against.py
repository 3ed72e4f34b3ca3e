from msgspec.structs import replace

from envdoctor.contract.against import with_contract, with_drift
from envdoctor.examine import Options, judge_snapshot
from envdoctor.facts import Contract, Python, Torch, Unknown
from envdoctor.saved import Saved
from tests.machines_snapshots import HEALTHY, gpu_machine

CONTRACT = Contract(source="envdoctor.toml", variables=("HF_TOKEN",), forbidden_variables=("LD_PRELOAD",))


def test_only_whether_a_variable_is_set_is_looked_at() -> None:
    seen = with_contract(gpu_machine(), CONTRACT, {"HF_TOKEN": "hf_secret", "OTHER": "1"})

    assert seen.variables == {"HF_TOKEN": True, "LD_PRELOAD": False}
    assert "hf_secret" not in str(seen)


def test_a_saved_report_is_not_judged_by_this_machine_s_variables() -> None:
    assert isinstance(with_contract(gpu_machine(), CONTRACT).variables, Unknown)


def test_without_a_contract_nothing_is_said_of_one() -> None:
    report = judge_snapshot(gpu_machine(), Options())

    assert not [code for code in report.checked if code.startswith("PRJ")]
    assert not [left for left in report.not_checked if left.code.startswith("PRJ")]


def test_a_machine_did_not_drift_from_itself() -> None:
    for make in HEALTHY.values():
        seen = with_drift(make(), Saved(facts=make()))

        assert seen.drift == ()
        assert judge_snapshot(seen, Options()).primary is None


def test_what_drifted_is_ranked_and_judged() -> None:
    now = replace(gpu_machine(), torch=Torch("2.13.0+cu126", cuda="12.6"), environment={"CUDA_VISIBLE_DEVICES": "1"})
    seen = with_drift(now, Saved(facts=gpu_machine(), created="2026-11-20T10:00:00Z"))
    report = judge_snapshot(seen, Options())

    assert isinstance(seen.drift, tuple)
    assert seen.drift[0].path == "torch.version"
    assert [one.weight for one in seen.drift] == sorted((one.weight for one in seen.drift), reverse=True)
    assert {"PRJ101", "PRJ107"} <= {found.code for found in report.findings}
    assert report.exit_code == 1


def test_a_home_of_another_name_is_no_drift() -> None:
    here = gpu_machine()
    text = str(here)
    assert "/home/ada" in text
    assert isinstance(here.python, Python)
    elsewhere = replace(here, python=replace(here.python, executable="/home/bob/env/bin/python"))

    assert with_drift(elsewhere, Saved(facts=here)).drift == ()
