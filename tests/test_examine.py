"""What happens between the judge and the report."""

import pytest

from envdoctor.examine import Options, judge_snapshot, selected, with_install_commands, with_python_named
from envdoctor.facts import Cpu, Gpu, Host, Platform, Python, Snapshot
from envdoctor.findings import INSTALL, Finding, Fix
from envdoctor.judge import Judgement
from envdoctor.registry import load_checks

LINUX = Host("linux", arch="x86_64", libc="glibc", libc_version="2.36")
METAL = Platform(vm=None, container=None, wsl=None)


def bare_machine(**more: object) -> Snapshot:
    """A machine without a GPU and without torch."""
    facts: dict[str, object] = {
        "host": LINUX, "platform": METAL, "cpu": Cpu(logical_cores=4), "pci_gpus": (), "gpus": (), "driver": None,
        "python": Python("/home/user/env/bin/python", version="3.12.3", kind="venv", pip="24.0", bits=64,
                         externally_managed=False),
        "packages": {}, "torch": None, "torch_run": None, "torchvision": None, "torchaudio": None, "toolkits": (),
    }  # fmt: skip
    return Snapshot(**(facts | more))  # type: ignore[arg-type]


def judgement(*commands: str, verify: str = "envdoctor check --select XXX001") -> Judgement:
    finding = Finding(what="w", why="y", fix=Fix("Do it.", commands), verify=verify, code="XXX001", name="x")
    return Judgement((finding,), (), None)


def test_a_missing_torch_comes_with_the_command_that_installs_it() -> None:
    report = judge_snapshot(bare_machine(), Options())

    assert report.primary == "TOR001"
    assert report.findings[0].fix.commands
    assert all(line.startswith("/home/user/env/bin/python -m pip install ") for line in report.findings[0].fix.commands)
    assert report.pins is not None
    assert report.pins["variant"] == "cpu"


def test_a_system_python_gets_an_environment_of_its_own_and_is_verified_there() -> None:
    system = Python("/usr/bin/python3", version="3.12.3", kind="system", pip="24.0", bits=64, externally_managed=True)
    finding = judge_snapshot(bare_machine(python=system), Options()).findings[0]

    assert finding.fix.commands[0] == "/usr/bin/python3 -m venv .venv"
    assert finding.verify == "envdoctor check --python .venv/bin/python"


def test_a_new_card_on_an_old_driver_is_told_why_nothing_fits() -> None:
    report = judge_snapshot(
        bare_machine(
            gpus=(Gpu(0, "NVIDIA GeForce RTX 5090", compute_capability="12.0"),),
            host=Host("linux", arch="x86_64", libc="musl", libc_version="1.2.4"),
        ),
        Options(),
    )
    fix = next(f.fix for f in report.findings if f.code == "TOR001")

    assert fix.commands == ()
    assert "musl" in fix.text


@pytest.mark.parametrize("pins", [None, {"install": [], "because": []}])
def test_the_placeholder_never_reaches_a_reader(pins: dict[str, object] | None) -> None:
    [finding] = with_install_commands(judgement("before", INSTALL, "after"), pins).findings

    assert finding.fix.commands == ("before", "after")


def test_verifying_commands_examine_the_same_python() -> None:
    [finding] = with_python_named(judgement(), "my env/bin/python").findings

    assert finding.verify == "envdoctor check --select XXX001 --python 'my env/bin/python'"
    assert with_python_named(judgement(), None).findings[0].verify == "envdoctor check --select XXX001"
    assert with_python_named(judgement(verify="nvidia-smi"), "x").findings[0].verify == "nvidia-smi"


def test_select_and_ignore() -> None:
    checks = load_checks()

    assert set(selected(checks, Options(select=frozenset({"DRV002"})))) == {"DRV002"}
    assert "DRV002" not in selected(checks, Options(ignore=frozenset({"DRV002"})))
    assert judge_snapshot(bare_machine(), Options(ignore=frozenset({"TOR001"}))).primary is None


@pytest.mark.parametrize(("fail_on", "code"), [("error", 1), ("warning", 1), ("never", 0)])
def test_exit_codes(fail_on: str, code: int) -> None:
    assert judge_snapshot(bare_machine(), Options(fail_on=fail_on)).exit_code == code
