import pytest

from envdoctor.facts import (
    Cpu,
    Driver,
    Failure,
    Gpu,
    Host,
    Memory,
    NvidiaSmi,
    PciGpu,
    Platform,
    Snapshot,
    Torch,
    TorchRun,
    Unknown,
)
from envdoctor.judge import Judgement
from envdoctor.report.model import Report, make_report
from envdoctor.report.summary import cudnn_version, rows
from tests.report import samples

GIB = 1 << 30


def row(label: str, **facts: object) -> tuple[str, str]:
    report: Report = make_report(Snapshot(**facts), Judgement((), (), None), seconds=0)  # type: ignore[arg-type]
    [(status, text)] = [(row.status, row.text) for row in rows(report) if row.label == label]
    return status, text


def test_a_finding_marks_the_row_of_its_group() -> None:
    marks = {row.label: row.status for row in rows(samples.broken())}

    assert marks["Driver"] == "error"
    assert marks["Python"] == "ok"


def test_nothing_known_is_said_to_be_unknown() -> None:
    report = make_report(Snapshot(), Judgement((), (), None), seconds=0)

    assert {row.status for row in rows(report)} == {"unknown"}


@pytest.mark.parametrize(
    ("facts", "status", "says"),
    [
        pytest.param({"pci_gpus": (), "gpus": ()}, "absent", "none", id="no GPU"),
        pytest.param(
            {"pci_gpus": Unknown("WSL shows no bus"), "gpus": Unknown("x")}, "unknown", "none that", id="unknown"
        ),
        pytest.param({"gpus": (Gpu(0, "NVIDIA T4"),)}, "ok", "NVIDIA T4", id="the driver lists one"),
        pytest.param(
            {"gpus": (), "pci_gpus": (PciGpu("0", "10de", "2204"),)},
            "ok",
            "NVIDIA adapter 10de:2204",
            id="only the bus",
        ),
        pytest.param({"gpus": (), "pci_gpus": (PciGpu("0", "15ad", "0405"),)}, "absent", "virtual", id="a virtual one"),
        pytest.param({"gpus": (Gpu(1, problem="GPU is lost"),)}, "ok", "GPU 1: GPU is lost", id="a lost one"),
    ],
)
def test_gpus(facts: dict[str, object], status: str, says: str) -> None:
    shown = row("GPU", **facts)

    assert shown[0] == status
    assert says in shown[1]


def test_the_rest_of_the_machine() -> None:
    cpu = Cpu(model="EPYC", generation="Zen 4", logical_cores=8, affinity=2)
    memory = Memory(total_bytes=64 * GIB, limit_bytes=8 * GIB)

    assert (
        row("Processor", cpu=cpu, memory=memory)[1] == "EPYC (Zen 4), 2 of 8 CPUs usable, 64 GiB RAM (limited to 8 GiB)"
    )
    assert row("System", host=Host("linux", name="Ubuntu"), platform=Platform(vm="kvm", container="docker", wsl=2))[
        1
    ] == ("Ubuntu, WSL 2, in a KVM virtual machine, in a Docker container")
    assert row("Driver", driver=None) == ("absent", "no NVIDIA driver")
    silent = Driver(Unknown("x"), smi=NvidiaSmi("/usr/bin/nvidia-smi", Unknown("slow")))
    assert "does not answer" in row("Driver", driver=silent)[1]


def test_a_torch_that_died_says_where() -> None:
    run = TorchRun(stage="import torch", failure=Failure("signal", "import torch", "SIGSEGV"))

    assert "died in stage 'import torch': SIGSEGV" in row("PyTorch", torch=Torch("2.9.1", cuda=None), torch_run=run)[1]


@pytest.mark.parametrize(
    ("number", "version"),
    [("92600", "9.26.0"), ("91002", "9.10.2"), ("8902", "8.9.2"), ("7605", "7.6.5"), ("9.x", "9.x")],
)
def test_cudnn_s_number(number: str, version: str) -> None:
    assert cudnn_version(number) == version


@pytest.mark.parametrize(
    ("torch", "available", "status", "says"),
    [
        (Torch("2.9.1+cpu", cuda=None), False, "ok", "works on the CPU"),
        (Torch("2.9.1+cu128", cuda="12.8"), False, "note", "reaches no GPU, works on the CPU"),
        (Torch("2.9.1+rocm6.4", cuda=None, hip="6.4"), False, "note", "reaches no GPU"),
        (Torch("2.9.1+cu128", cuda="12.8"), True, "ok", "sees 1 GPU"),
    ],
)
def test_what_torch_reaches(torch: Torch, available: bool, status: str, says: str) -> None:
    shown = row("PyTorch", torch=torch, torch_run=TorchRun("end", available=available, device_count=1))

    assert shown[0] == status
    assert shown[1].endswith(says) or says in shown[1]


def test_equal_gpus_are_folded_and_others_are_not() -> None:
    gpus = (*(Gpu(i, "NVIDIA H100") for i in range(7)), Gpu(7, "NVIDIA H100", problem="GPU is lost"))

    assert row("GPU", gpus=gpus)[1] == "7 x NVIDIA H100; NVIDIA H100: GPU is lost"


def test_why_the_python_is_unknown() -> None:
    assert row("Python", python=Unknown("no answer in 30 s")) == ("unknown", "unknown: no answer in 30 s")
