"""Machines as people describe them, and what may be recommended: decided by the sources, not by what envdoctor says.

Sources, by letter: D the driver floors of each CUDA major (NVIDIA, CUDA release notes, tables 2 and 3), and the last
branch of each architecture; A the machine code in the wheels (RELEASE.md's CUDA support matrix, `get_arch_list()`);
T the tags of the wheels on PyPI (Python, glibc, macOS); M METADATA on PyPI; C NVIDIA's cuDNN support matrices;
R README or changelog of the package.
"""

from typing import Any

import pytest

from envdoctor.pins.choice import NoPins
from envdoctor.pins.describe import Words, describe
from envdoctor.pins.recommend import recommend

NOTHING: frozenset[str] = frozenset()
R580 = "580.95.05"


def told(*gpus: str, **more: Any) -> dict[str, Any]:
    return {"gpus": gpus} | more


CPU = told("none")
# (description, wishes, acceptable "torch variant"s, source)
TABLE: list[tuple[dict[str, Any], dict[str, Any], set[str] | frozenset[str], str]] = [
    # --- NVIDIA on Linux, by driver ---------------------------------------------------------------------------------
    (told("GeForce GTX 1050 Ti", driver="418.226.00"), {}, NOTHING, "D: CUDA 10.1; no wheel is that old"),
    (told("Tesla T4", driver="440.118.02", python="3.8"), {}, NOTHING, "D: CUDA 10.2"),
    (told("GeForce RTX 2080 Ti", driver="455.45.01", python="3.8"), {}, {"2.4.1 cu118"}, "D T"),
    (told("GeForce RTX 3080", driver="460.91.03", python="3.9"), {}, {"2.5.1 cu118"}, "D A"),
    (told("RTX A6000", driver="510.108.03", python="3.10"), {}, {"2.5.1 cu118"}, "D"),
    (told("RTX 3090", driver="515.65.01", python="3.11"), {}, {"2.5.1 cu118"}, "D"),
    (told("RTX 4090", driver="520.61.05", python="3.10"), {}, {"2.5.1 cu118"}, "D: the first that knows Ada"),
    (told("RTX 4090", driver="525.147.05", python="3.10"), {}, {"2.14.1 cu126"}, "D"),
    (told("H100 PCIe", driver="525.60.13", python="3.10"), {}, {"2.14.1 cu126"}, "D"),
    (told("L4", driver="545.23.08"), {}, {"2.14.1 cu126"}, "D"),
    (told("H200", driver="565.57.01"), {}, {"2.14.1 cu126"}, "D: 565 says CUDA 12.7, which is no toolkit"),
    (told("L40S", driver="550.163.01", python="3.13"), {}, {"2.14.1 cu126"}, "D T"),
    (told("RTX 4070", driver="610.43.02", python="3.14"), {}, {"2.15.0 cu132"}, "D T"),
    (told("Tesla T4", driver="595.71.05"), {}, {"2.15.0 cu132"}, "D A"),
    # --- Maxwell, Pascal, Volta, Kepler -----------------------------------------------------------------------------
    (told("Quadro K2200", driver="550.163.01"), {}, {"2.14.1 cu126"}, "A: 5.0 is Maxwell, whatever the K says"),
    (told("TITAN V", driver="580.105.08"), {}, {"2.14.1 cu126"}, "A C"),
    (told("Tesla M60", driver="535.183.01", python="3.9"), {}, {"2.8.0 cu126"}, "A T"),
    (told("Tesla P4", driver="590.44.01"), {}, NOTHING, "D: R580 is Pascal's last"),
    (told("GeForce GTX 770", driver="470.256.02", python="3.8"), {}, NOTHING, "A: no wheel has 3.0"),
    (told("Tesla K80", driver="470.256.02", python="3.8"), {}, {"2.3.1 cu118"}, "A C"),
    (told("Tesla K80", "Tesla T4", driver="470.256.02", python="3.9"), {}, {"2.3.1 cu118"}, "A C: both have code"),
    (told("GTX 1080 Ti", driver="535.183.01"), {"torch": "2.15.0"}, NOTHING, "A: 2.15 has no cu126"),
    (told("Tesla V100", driver=R580), {"torch": "2.12"}, {"2.12.1 cu126"}, "A"),
    # --- Blackwell --------------------------------------------------------------------------------------------------
    (told("B200", driver="570.124.06"), {}, {"2.11.0 cu128"}, "A: cu128 ended with 2.11"),
    (told("B200", driver="565.57.01"), {}, NOTHING, "D: Blackwell begins with R570"),
    (told("B300", driver=R580), {}, {"2.15.0 cu132"}, "A: 10.3 runs sm_100"),
    (told("RTX PRO 6000 Blackwell Workstation Edition", driver="575.57.08"), {}, {"2.11.0 cu128"}, "A D"),
    (told("RTX 5090", driver="570.133.07"), {"torch": "2.7.1"}, {"2.7.1 cu128"}, "A"),
    (told("RTX 5090", driver=R580), {"torch": "2.6"}, NOTHING, "A: 12.0 begins with 2.7"),
    (told("RTX 5060", driver="595.71.05", python="3.14"), {}, {"2.15.0 cu132"}, "A T"),
    (told("RTX 5070 Ti", driver="572.83", os="windows"), {}, {"2.11.0 cu128"}, "A D"),
    (told("RTX 5090", driver="610.43", os="windows"), {}, {"2.14.1 cu130", "2.14.1 cu132"}, "A D"),
    # --- ARM --------------------------------------------------------------------------------------------------------
    (told("NVIDIA GB10", driver=R580), {}, {"2.15.0 cu132"}, "A: 12.1 runs sm_120"),
    (told("GB200", driver="570.124.06"), {}, {"2.11.0 cu128"}, "A D"),
    (told("GH200", driver="535.129.03", python="3.10"), {}, {"2.14.1 cu126"}, "A D"),
    (told("GH200", driver="535.129.03", python="3.9"), {}, NOTHING, "T: CUDA wheels for ARM begin with 2.11"),
    (told("Tesla T4", arch="aarch64", driver=R580), {}, NOTHING, "A: ARM wheels begin at 8.0"),
    (told("RTX A6000", arch="aarch64", driver=R580), {}, {"2.15.0 cu132"}, "A: 8.6 runs sm_80"),
    (told("Jetson AGX Orin", os_version="Ubuntu 22.04", driver="540.4.0"), {}, NOTHING, "A: no build for 8.7"),
    (told("Jetson AGX Xavier"), {}, NOTHING, "A: no build for 7.2"),
    (told("Jetson Thor", driver="580.00"), {}, {"2.15.0 cu132"}, "A: 11.0 is in the ARM wheels"),
    (told("none", arch="aarch64", glibc="2.17", python="3.9"), {}, {"2.5.1 cpu"}, "T: manylinux2014 up to 2.5"),
    # --- several GPUs -----------------------------------------------------------------------------------------------
    (told("V100", "A100", driver=R580), {}, {"2.14.1 cu126"}, "A"),
    (told("RTX 3090", "RTX 5090", driver="570.133.07"), {}, {"2.11.0 cu128"}, "A D"),
    (told("GTX 1080", "RTX 5090", driver="581.57", os="windows"), {}, NOTHING, "A: no build has both"),
    (told("Quadro M4000", "RTX 3060", driver="580.105.08"), {}, {"2.14.1 cu126"}, "A"),
    (told("RTX 4060", "AMD Radeon 780M", driver="560.35.03"), {}, {"2.14.1 cu126"}, "D: the NVIDIA GPU counts"),
    # --- Windows, WSL, macOS ----------------------------------------------------------------------------------------
    (told("GTX 1650", driver="430.64", os="windows"), {}, NOTHING, "D"),
    (told("GTX 960M", driver="582.28", os="windows"), {}, {"2.14.1 cu126"}, "D: on Windows R580 runs to 582"),
    (told("GTX 680", driver="474.44", os="windows", python="3.8"), {}, NOTHING, "A"),
    (told("none", os="windows", os_version="windows 10", python="3.14"), {}, {"2.15.0 cpu"}, "T"),
    (told("RTX 4090", driver="531.79", os="wsl2", os_version="Ubuntu 20.04"), {}, {"2.14.1 cu126"}, "D T"),
    (told("RTX 4090", driver="581.80", os="wsl2", python="3.14t"), {}, {"2.15.0 cu132"}, "D T"),
    (told(os_version="macOS 12", python="3.11"), {}, {"2.11.0 cpu"}, "T: macOS 14 since 2.12"),
    (told("M2 Pro", os="macos", os_version="15.3", python="3.13"), {}, {"2.15.0 cpu"}, "T"),
    (told("none", os="macos", os_version="13.0", python="3.14"), {}, {"2.11.0 cpu", "2.9.1 cpu"}, "T"),
    (told("none", os="macos", os_version="10.15", arch="x86_64", python="3.9"), {}, {"2.2.2 cpu"}, "T"),
    # --- C libraries and Pythons ------------------------------------------------------------------------------------
    (told("none", os_version="CentOS 7", python="3.8"), {}, {"2.4.1 cpu"}, "T"),
    (told("A100", os_version="Red Hat Linux 7.9", driver="470.82.01", python="3.9"), {}, {"2.5.1 cu118"}, "T"),
    (told("RTX 2080", os_version="Ubuntu 18.04", driver="535.1", python="3.9"), {}, {"2.6.0 cu124"}, "T: glibc 2.27"),
    (told("none", os_version="Amazon Linux 2", python="3.9"), {}, {"2.6.0 cpu"}, "T: glibc 2.26"),
    (told("none", os_version="Debian 10", python="3.9"), {}, {"2.8.0 cpu"}, "T: glibc 2.28"),
    (told("none", os_version="Alpine 3.19"), {}, NOTHING, "T: there are no musllinux wheels"),
    (told("none", os_version="Arch Linux"), {}, {"2.15.0 cpu"}, "T"),
    (told("none", python="3.13t"), {}, {"2.12.0 cpu"}, "T: cp313t ended with 2.12.0"),
    (told("none", python="3.15t"), {}, {"2.15.0 cpu"}, "T"),
    (told("none", python="3.12t"), {}, NOTHING, "there is no such Python"),
    (told("none", python="3.7"), {"torch": ">=2"}, NOTHING, "T"),
    # --- AMD and Intel ----------------------------------------------------------------------------------------------
    (told("Radeon RX 7900 XTX"), {}, {"2.14.1 rocm7.2", "2.14.1 rocm7.14"}, "A: ROCm of 2.15 is not known"),
    (told("AMD Instinct MI300X", python="3.10"), {}, {"2.14.1 rocm7.2", "2.14.1 rocm7.14"}, "A"),
    (told("Radeon RX 580"), {}, {"2.15.0 cpu"}, "A: gfx803 is in no list"),
    (told("Radeon RX 7900 XTX", os="windows"), {}, {"2.15.0 cpu"}, "T"),
    (told("Intel Arc B580"), {}, {"2.15.0 cpu"}, "T"),
    # --- wishes -----------------------------------------------------------------------------------------------------
    (told("RTX 4090", driver="550.163.01"), {"torch": ">=2.15"}, NOTHING, "D: 2.15 is CUDA 13 alone"),
    (told("RTX 4090", driver=R580, python="3.13"), {"torch": "2.3.1"}, NOTHING, "T"),
    (told("RTX 4090", driver="535.183.01"), {"torchvision": "0.19"}, {"2.4.1 cu121", "2.4.1 cu124"}, "M"),
    (told("RTX 4090", driver="535.183.01"), {"needs": ["torchaudio==2.5.1"]}, {"2.5.1 cu121", "2.5.1 cu124"}, "M"),
    (told("none", python="3.15"), {"needs": ["torchaudio"]}, NOTHING, "T: torchaudio ends with 3.14"),
    (CPU, {"needs": ["numpy<2"]}, {"2.15.0 cpu"}, "a build for NumPy 2 works with 1.x"),
    (told("none", python="3.13"), {"needs": ["numpy<2"]}, NOTHING, "T: NumPy 1.26 ends with 3.12"),
    (told("none", os="macos", arch="x86_64", python="3.11"), {"needs": ["numpy>=2"]}, NOTHING, "M: NumPy 1"),
    (told("RTX 3090", driver="470.256.02", python="3.10"), {"needs": ["cuda-toolkit==11.8"]}, {"2.5.1 cu118"}, "D"),
    (told("RTX 5090", driver=R580), {"needs": ["cuda-toolkit==11.8"]}, NOTHING, "A"),
    (told("RTX 3090", driver=R580), {"needs": ["cuda-toolkit==12.8"]}, {"2.11.0 cu128"}, "A"),
    (told("V100", driver=R580), {"needs": ["cuda-toolkit==12.8"]}, {"2.10.0 cu128"}, "A: 2.11+cu128 has no 7.0"),
    (told("RTX 4090", driver=R580), {"needs": ["vllm"]}, {"2.14.0 cu130"}, "M: vllm 0.33.0 pins torch 2.14.0"),
    (told("RTX 4090", driver="535.183.01"), {"needs": ["vllm"]}, {"2.10.0 cu126", "2.10.0 cu128"}, "M: CUDA 12"),
    (told("V100", driver=R580), {"needs": ["vllm"]}, {"2.9.1 cu126", "2.9.1 cu128"}, "M R: 7.0 up to 0.14"),
    (told("GTX 1080", driver="535.183.01"), {"needs": ["vllm"]}, NOTHING, "R: 7.0 or higher"),
    (told("RTX 4090", driver="581.57", os="windows"), {"needs": ["vllm"]}, NOTHING, "T R: Linux alone"),
    (told("RTX 4090", driver="581.57", os="wsl2"), {"needs": ["vllm"]}, {"2.14.0 cu130"}, "M"),
    (told("none"), {"needs": ["vllm"]}, NOTHING, "PyPI has CUDA builds of it alone"),
    (told("A100", driver=R580), {"needs": ["xformers==0.0.28.post3"]}, {"2.5.1 cu121", "2.5.1 cu124"}, "M"),
    (told("A100", driver=R580), {"needs": ["xformers<0.0.35"]}, {"2.10.0 cu126", "2.10.0 cu128"}, "M"),
    (told("V100", driver=R580), {"needs": ["xformers"]}, {"2.7.0 cu126"}, "M R: 0.0.31 dropped V100"),
    (told("A100", driver=R580), {"needs": ["flash-attn"]}, {"2.15.0 cu132"}, "M: any torch"),
    (told("Tesla T4", driver=R580), {"needs": ["flash-attn"]}, NOTHING, "R: Ampere and newer"),
    (told("RTX 4090", driver="535.183.01"), {"needs": ["triton==3.2.0"]}, {"2.6.0 cu124"}, "M: torch pins it"),
    (told("GTX 1080", driver="535.183.01"), {"needs": ["triton"]}, NOTHING, "R: 7.0 or higher"),
    (told("RTX 3060", driver="581.57", os="windows"), {"needs": ["triton"]}, NOTHING, "T: Linux alone"),
    (told("A100", driver=R580), {"needs": ["torchtext"]}, {"2.3.1 cu121"}, "M R"),
    (CPU, {"needs": ["transformers", "lightning", "bitsandbytes"]}, {"2.15.0 cpu"}, "M"),
    (CPU, {"needs": ["transformers==4.52.4"]}, {"2.6.0 cpu"}, "M: torch<2.7"),
    (told("A100", driver="535.183.01"), {"needs": ["vllm,flash-attn,triton"]}, {"2.10.0 cu126", "2.10.0 cu128"}, "M"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("described", "wishes", "acceptable"),
    [pytest.param(*row[:3], id=f"{row[0]} {row[1]}") for row in TABLE],
)
def test_described_machines(described: dict[str, Any], wishes: dict[str, Any], acceptable: set[str]) -> None:
    answer = recommend(describe(Words(**described)).machine, **wishes)

    if isinstance(answer, NoPins):
        assert acceptable == NOTHING, answer.because
        assert answer.because
    else:
        assert f"{answer.torch} {answer.variant}" in acceptable


@pytest.mark.parametrize("needs", [[], ["vllm"]], ids=str)
@pytest.mark.parametrize(("described", "wishes"), [row[:2] for row in TABLE if row[2] == NOTHING], ids=str)
def test_where_nothing_runs_something_leads_out(
    described: dict[str, Any], wishes: dict[str, Any], needs: list[str]
) -> None:
    answer = recommend(describe(Words(**described)).machine, **(wishes | {"needs": [*wishes.get("needs", []), *needs]}))

    assert isinstance(answer, NoPins)
    assert answer.ways_out
