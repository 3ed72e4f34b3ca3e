from typing import Any

import pytest
from msgspec.structs import replace

from envdoctor.facts import Gpu, Host, Message, Unknown
from envdoctor.findings import Finding
from tests.machines_broken import BLIND, BROKEN
from tests.machines_snapshots import CPU_RUN, CPU_TORCH, CUDA_TORCH, GPU_RUN, R580, gpu_machine, judged

ORIN = Gpu(0, name="Orin", compute_capability="8.7")
BOARD = BROKEN["GPU008"]
TEGRA = Host("linux", "Ubuntu 22.04.5 LTS", "5.15.148-tegra", "aarch64", "glibc", "2.35")


def ask(**facts: Any) -> list[Finding]:
    return judged("GPU008", BOARD, **facts)


def test_a_cpu_build_is_not_made_for_it() -> None:
    [found] = ask()

    assert found.what == "PyTorch 2.15.0+cpu is a CPU build; this is a Jetson."
    assert found.evidence["gpus.0.compute_capability"] == "8.7"


def test_neither_is_one_for_servers() -> None:
    [found] = ask(torch=CUDA_TORCH, torch_run=BLIND)

    assert "build for servers" in found.what
    assert found.evidence["driver.cuinit"] == 0


def test_the_kernel_may_be_all_that_tells() -> None:
    [found] = ask(gpus=Unknown("there is no NVML library to ask"), host=TEGRA)

    assert found.evidence["host.kernel"] == "5.15.148-tegra"


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param({"torch": CUDA_TORCH, "torch_run": GPU_RUN}, id="it works"),
        pytest.param({"torch": None, "torch_run": None}, id="no PyTorch"),
        pytest.param(
            {"torch": replace(CUDA_TORCH, version="2.5.0a0+872d972e41.nv24.08"), "torch_run": BLIND},
            id="NVIDIA's build",
        ),
        pytest.param({"torch": CUDA_TORCH, "torch_run": Unknown("--no-import")}, id="nobody asked PyTorch"),
        pytest.param(
            {"torch": CUDA_TORCH, "torch_run": BLIND, "driver": replace(R580, cuinit=999)}, id="CUDA itself is broken"
        ),
        pytest.param({"gpus": (replace(ORIN, compute_capability="8.6"),)}, id="another GPU"),
        pytest.param(
            {"gpus": (replace(ORIN, name="Thor", compute_capability="11.0"),), "host": TEGRA},
            id="Thor runs what is built for servers",
        ),
        pytest.param({"gpus": Unknown("no"), "host": Unknown("no")}, id="nobody knows the board"),
        pytest.param({"messages": (Message("jetson", "Jetson"),)}, id="a pasted text is another check's"),
    ],
)
def test_stays_silent(facts: dict[str, Any]) -> None:
    assert not ask(**facts)


def test_sound_machines_are_sound() -> None:
    assert not judged("GPU008", gpu_machine())
    assert not judged("GPU008", gpu_machine(), torch=CPU_TORCH, torch_run=CPU_RUN)
