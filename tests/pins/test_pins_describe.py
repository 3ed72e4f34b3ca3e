"""Words to machines, and described machines to versions that run on them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envdoctor.data import gpu_by_name, gpus
from envdoctor.facts import Unknown
from envdoctor.pins.choice import NoPins, Pins
from envdoctor.pins.describe import USUAL_GPU, BadDescriptionError, Words, describe
from envdoctor.pins.machine import Card, Machine
from envdoctor.pins.recommend import recommend

V100, P100, T4, A100 = "Tesla V100-SXM2-16GB", "Tesla P100-PCIE-16GB", "Tesla T4", "NVIDIA A100-SXM4-80GB"
RTX_3090, RTX_4090, RTX_5090 = (f"NVIDIA GeForce RTX {number}" for number in (3090, 4090, 5090))
GTX_1080, GTX_980, H100 = "NVIDIA GeForce GTX 1080 Ti", "NVIDIA GeForce GTX 980", "NVIDIA H100 80GB HBM3"
NOTHING: frozenset[str] = frozenset()


def words(*names: str, **more: Any) -> Words:
    return Words(gpus=names, **more)


def machine(*names: str, **more: Any) -> Machine:
    return describe(words(*names, **more)).machine


def test_nothing_told() -> None:
    described = describe(Words())

    assert described.machine == Machine(os="linux", python="3.12")
    assert described.assumed == (
        "Not told, and taken for: system Linux, processor x86_64, Python 3.12.",
        "No GPU was told, and taken for: none.",
    )


def test_everything_told() -> None:
    described = describe(
        words("RTX 4090", os="linux", arch="amd64", glibc="2.31", driver="535.183.01", python="3.11.4")
    )

    assert described.assumed == ()
    assert described.machine == Machine(
        os="linux", python="3.11.4", glibc="2.31", driver="535.183.01", gpus=(Card("RTX 4090", "8.9"),)
    )


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"os": "macos"}, {"arch": "aarch64", "platform": "macos_arm64"}),
        ({"os": "macos", "arch": "x86_64"}, {"platform": "macos_x86_64"}),
        ({"os": "macos", "os_version": "macOS 13.6"}, {"os_version": "13.6"}),
        ({"os": "macos", "os_version": "14"}, {"os_version": "14"}),
        ({"os": "wsl2"}, {"platform": "linux_x86_64", "driver_os": "windows"}),
        ({"os": "windows", "os_version": "11"}, {"os_version": None, "platform": "windows_x86_64"}),
        ({"os_version": "Ubuntu 20.04.6 LTS"}, {"glibc": "2.31", "musl": False}),
        ({"os_version": "Rocky Linux 8.10"}, {"glibc": "2.28"}),
        ({"os_version": "CentOS 7"}, {"glibc": "2.17"}),
        ({"os_version": "debian12"}, {"glibc": "2.36"}),
        ({"os_version": "Alpine 3.20"}, {"glibc": None, "musl": True}),
        ({"os_version": "Ubuntu 18.04", "glibc": "2.31"}, {"glibc": "2.31"}),
        ({"glibc": "musl"}, {"glibc": None, "musl": True}),
        ({"arch": "arm64"}, {"arch": "aarch64", "platform": "linux_aarch64"}),
        ({"python": "3.13t"}, {"python": "3.13", "free_threaded": True}),
        ({"driver": "none"}, {"driver": None, "gpus": ()}),
        ({"driver": "535"}, {"driver": "535", "gpus": (USUAL_GPU,)}),
        ({"gpus": ("none",), "driver": "535"}, {"driver": "535", "gpus": ()}),
        ({"gpus": ("NONE",)}, {"gpus": ()}),
        ({"gpus": ("NVIDIA GH200 480GB",)}, {"arch": "aarch64"}),
        ({"gpus": ("Jetson AGX Orin",)}, {"arch": "aarch64", "jetson": True}),
        ({"gpus": ("AMD Radeon RX 7900 XTX",)}, {"gpus": (), "amd": True, "rocm": ("gfx1100",)}),
        ({"gpus": ("Intel Arc A770",)}, {"gpus": (), "amd": False}),
        ({"gpus": ("10de:1EB8",)}, {"gpus": (Card("Tesla T4", "7.5"),)}),
        ({"gpus": ("0x1eb8",)}, {"gpus": (Card("Tesla T4", "7.5"),)}),
        ({"gpus": ("8.6",)}, {"gpus": (Card("a GPU of Ampere", "8.6"),)}),
        ({"gpus": ("  rtx   3090 ", "T4")}, {"gpus": (Card("rtx 3090", "8.6"), Card("T4", "7.5"))}),
    ],
    ids=str,
)
def test_words(more: dict[str, Any], expected: dict[str, Any]) -> None:
    found = describe(Words(**more)).machine

    assert {name: getattr(found, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("more", "option", "said"),
    [
        ({"gpus": ("RTX 9090",)}, "--gpu", "RTX 4090"),
        ({"gpus": ("GTX 1O80",)}, "--gpu", "GTX 1080"),
        ({"gpus": ("zzzzzzzzzzzz",)}, "--gpu", "nvidia-smi -L"),
        ({"gpus": ("",)}, "--gpu", "no GPU"),
        ({"gpus": ("none", "T4")}, "--gpu", "exclude each other"),
        ({"gpus": ("10de:ffff",)}, "--gpu", "not in the data"),
        ({"gpus": ("9.9",)}, "--gpu", "no GPU is called"),
        ({"driver": "12.2"}, "--driver", "CUDA version"),
        ({"driver": "535.x"}, "--driver", "like 535.183.01"),
        ({"driver": ""}, "--driver", "like 535.183.01"),
        ({"driver": "٥٣٥"}, "--driver", "like 535.183.01"),
        ({"python": "3"}, "--python", "like 3.12"),
        ({"python": "3.x"}, "--python", "like 3.12"),
        ({"python": "312"}, "--python", "like 3.12"),
        ({"glibc": "2"}, "--glibc", "like 2.35"),
        ({"glibc": "2.35", "os": "windows"}, "--glibc", "leave it out"),
        ({"os": "macos", "os_version": "Sonoma"}, "--os-version", "14.5"),
        ({"os_version": "Ubuntu 2.04"}, "--os-version", "--glibc"),
        ({"os_version": "Ubuntu"}, "--os-version", "--glibc"),
        ({"os_version": "22.04"}, "--os-version", "--glibc"),
    ],
    ids=str,
)
def test_what_means_nothing(more: dict[str, Any], option: str, said: str) -> None:
    with pytest.raises(BadDescriptionError) as caught:
        describe(Words(**more))

    assert caught.value.option == option
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@given(st.builds(Words, gpus=st.lists(st.text(), max_size=2).map(tuple), driver=st.text(), python=st.text()))
def test_any_words_are_a_machine_or_one_line(told: Words) -> None:
    try:
        answer: object = recommend(describe(told).machine)
    except BadDescriptionError as error:
        answer = str(error)

    assert isinstance(answer, Pins | NoPins) or str(answer).isprintable()


def test_a_name_on_different_chips_must_fit_all() -> None:
    described = describe(words("NVIDIA GeForce GTX 750"))

    assert [card.capability for card in described.machine.cards] == ["5.0", "5.2"]
    assert [[card.capability for card in one.cards] for one in described.alternatives] == [["5.0"], ["5.2"]]
    assert any("5.0 or 5.2" in line for line in described.assumed)


def test_the_known_gpu_beside_an_unclear_one_stays() -> None:
    described = describe(words("T4", "GTX 560"))

    assert [[card.capability for card in one.cards] for one in described.alternatives] == [
        ["2.0", "7.5"],
        ["2.1", "7.5"],
    ]


@pytest.mark.parametrize("gpu", gpus(), ids=lambda gpu: gpu.name)
def test_every_name_in_the_data_is_understood(gpu: Any) -> None:
    described = describe(words(gpu.name))

    assert tuple(card.capability for card in described.machine.cards) == gpu.capabilities
    assert bool(described.alternatives) == isinstance(gpu_by_name(gpu.name), Unknown)


# What runs where. From the drivers' floors for each CUDA major, the code in the wheels, the tags of the wheels, and
# which releases dropped what; not from what envdoctor says. (description, wish, acceptable "torch variant"s)
TABLE: list[tuple[dict[str, Any], str | None, set[str] | frozenset[str]]] = [
    # PyPI's Linux wheels need driver 580 since 2.11; below it CUDA 12 builds end with 2.14.1.
    ({"gpus": (RTX_4090,), "driver": "580.65.06"}, None, {"2.15.0 cu132"}),
    ({"gpus": (RTX_4090,), "driver": "610.43"}, None, {"2.15.0 cu132"}),
    ({"gpus": (RTX_4090,), "driver": "579.99"}, None, {"2.14.1 cu126"}),
    ({"gpus": (RTX_4090,), "driver": "535.183.01"}, None, {"2.14.1 cu126"}),
    ({"gpus": (RTX_4090,), "driver": "525.60.13"}, None, {"2.14.1 cu126"}),
    ({"gpus": (T4,), "driver": "525.60.11"}, None, {"2.5.1 cu118"}),
    ({"gpus": (A100,), "driver": "470.223.02"}, None, {"2.5.1 cu118"}),
    ({"gpus": (A100,), "driver": "450.80.02"}, None, {"2.5.1 cu118"}),
    ({"gpus": (A100,), "driver": "450.51.06"}, None, NOTHING),
    ({"gpus": (T4,), "driver": "418.39"}, None, NOTHING),
    ({"gpus": (H100,), "driver": "550.54.15"}, None, {"2.14.1 cu126"}),
    ({"gpus": (H100,), "driver": "580.82"}, None, {"2.15.0 cu132"}),
    # No driver told: any can be installed.
    ({"gpus": (RTX_4090,)}, None, {"2.15.0 cu132"}),
    ({"gpus": (V100,)}, None, {"2.14.1 cu126"}),
    # Maxwell, Pascal and Volta: cu126 builds up to 2.14.1, whatever the driver.
    ({"gpus": (V100,), "driver": "580.65.06"}, None, {"2.14.1 cu126"}),
    ({"gpus": (P100,), "driver": "535.183.01"}, None, {"2.14.1 cu126"}),
    ({"gpus": (GTX_1080,), "driver": "580.65.06"}, None, {"2.14.1 cu126"}),
    ({"gpus": (GTX_980,), "driver": "550.54.14"}, None, {"2.14.1 cu126"}),
    ({"gpus": (GTX_1080,), "driver": "590.44"}, None, NOTHING),
    ({"gpus": (V100,), "driver": "580.65.06"}, "<2.11", {"2.10.0 cu126", "2.10.0 cu128"}),
    ({"gpus": (V100,), "driver": "580.65.06"}, ">=2.15", NOTHING),
    ({"gpus": (GTX_1080,), "driver": "470.223.02"}, None, {"2.5.1 cu118"}),
    # Kepler: the K80 ends with 2.3.1 for CUDA 11.8, on R470; K20 and older were never built for.
    ({"gpus": ("Tesla K80",), "driver": "470.223.02", "python": "3.10"}, None, {"2.3.1 cu118"}),
    ({"gpus": ("Tesla K80",), "driver": "535.183.01"}, None, NOTHING),
    ({"gpus": ("Tesla K40m",), "driver": "470.223.02"}, None, NOTHING),
    # Blackwell: from 2.7 with CUDA 12.8, and from 2.11 by default.
    ({"gpus": (RTX_5090,), "driver": "580.65.06"}, None, {"2.15.0 cu132"}),
    ({"gpus": (RTX_5090,), "driver": "570.133.07"}, None, {"2.11.0 cu128", "2.12.1 cu129", "2.13.0 cu129"}),
    ({"gpus": (RTX_5090,), "driver": "535.183.01"}, None, NOTHING),
    ({"gpus": (RTX_5090,), "driver": "580.65.06"}, "<2.7", NOTHING),
    # Mixed generations: what runs on all of them.
    ({"gpus": (V100, RTX_3090), "driver": "580.65.06"}, None, {"2.14.1 cu126"}),
    ({"gpus": (GTX_1080, RTX_4090), "driver": "535.183.01"}, None, {"2.14.1 cu126"}),
    ({"gpus": (GTX_1080, RTX_5090), "driver": "580.65.06"}, None, NOTHING),
    ({"gpus": (T4, H100), "driver": "580.65.06"}, None, {"2.15.0 cu132"}),
    # Windows: PyPI carries CPU builds; CUDA 2.15 is not verified there. WSL 2 runs Linux wheels on Windows' driver.
    ({"gpus": (RTX_4090,), "driver": "581.57", "os": "windows"}, None, {"2.14.1 cu130", "2.14.1 cu132"}),
    ({"gpus": (RTX_4090,), "driver": "531.14", "os": "windows"}, None, {"2.14.1 cu126"}),
    ({"gpus": (T4,), "driver": "528.24", "os": "windows"}, None, {"2.5.1 cu118"}),
    ({"gpus": (GTX_1080,), "driver": "582.28", "os": "windows"}, None, {"2.14.1 cu126"}),
    ({"gpus": ("none",), "os": "windows"}, None, {"2.15.0 cpu"}),
    ({"gpus": (RTX_4090,), "driver": "581.57", "os": "wsl2"}, None, {"2.15.0 cu132"}),
    ({"gpus": (RTX_4090,), "driver": "528.33", "os": "wsl2"}, None, {"2.14.1 cu126"}),
    ({"gpus": (RTX_4090,), "driver": "527.41", "os": "wsl2"}, None, {"2.5.1 cu118"}),
    ({"gpus": ("none",), "os": "windows", "arch": "arm64"}, None, NOTHING),
    # macOS: Intel ended with 2.2.2 (Python 3.12 at most); Apple silicon needs macOS 14 since 2.12.
    ({"os": "macos", "os_version": "15.1"}, None, {"2.15.0 cpu"}),
    ({"os": "macos", "os_version": "13.6"}, None, {"2.11.0 cpu"}),
    ({"os": "macos", "arch": "x86_64"}, None, {"2.2.2 cpu"}),
    ({"os": "macos", "arch": "x86_64", "python": "3.13"}, None, NOTHING),
    # Linux: the C library.
    ({"gpus": (RTX_4090,), "driver": "580.65.06", "os_version": "CentOS 7", "python": "3.11"}, None, {"2.6.0 cu124"}),
    ({"gpus": ("none",), "glibc": "2.27", "python": "3.11"}, None, {"2.6.0 cpu"}),
    ({"gpus": ("none",), "os_version": "Rocky Linux 8.10"}, None, {"2.15.0 cpu"}),
    ({"gpus": ("none",), "os_version": "Alpine 3.20"}, None, NOTHING),
    # Python by the tags of the wheels.
    ({"gpus": ("none",), "python": "3.15"}, None, {"2.15.0 cpu"}),
    ({"gpus": ("none",), "python": "3.10"}, None, {"2.14.1 cpu"}),
    ({"gpus": ("none",), "python": "3.9"}, None, {"2.8.0 cpu"}),
    ({"gpus": ("none",), "python": "3.8"}, None, {"2.4.1 cpu"}),
    ({"gpus": ("none",), "python": "3.7"}, None, {"1.13.1 cpu"}),
    ({"gpus": ("none",), "python": "3.6"}, None, NOTHING),
    ({"gpus": ("none",), "python": "3.16"}, None, NOTHING),
    ({"gpus": (RTX_4090,), "driver": "580.65.06", "python": "3.10"}, None, {"2.14.1 cu130"}),
    ({"gpus": (RTX_4090,), "driver": "535.183.01", "python": "3.15"}, None, NOTHING),
    # aarch64 servers have CUDA builds since 2.11; Jetsons need NVIDIA's own.
    ({"gpus": ("NVIDIA GH200 480GB",), "driver": "580.65.06"}, None, {"2.15.0 cu132"}),
    ({"gpus": ("NVIDIA GH200 480GB",), "driver": "550.54.15"}, None, {"2.14.1 cu126"}),
    ({"gpus": ("none",), "arch": "aarch64"}, None, {"2.15.0 cpu"}),
    ({"gpus": ("Jetson Nano",)}, None, NOTHING),
    # AMD: the ROCm builds that the matrix of 2.14 names; 2.15's are not known.
    ({"gpus": ("AMD Radeon RX 7900 XTX",)}, None, {"2.14.1 rocm7.2"}),
    # Wishes.
    ({"gpus": (RTX_4090,), "driver": "535.183.01"}, "2.4", {"2.4.1 cu124", "2.4.1 cu121"}),
    ({"gpus": (RTX_4090,), "driver": "535.183.01"}, "==2.2.1", {"2.2.1 cu121"}),
    ({"gpus": (RTX_4090,), "driver": "535.183.01"}, ">=9", NOTHING),
    ({"gpus": ("none",)}, "<2", NOTHING),  # 1.13 has no wheels for Python 3.12
]  # fmt: skip


@pytest.mark.parametrize(("told", "wish", "acceptable"), TABLE, ids=[f"{told} {wish}" for told, wish, _ in TABLE])
def test_described_machines(told: dict[str, Any], wish: str | None, acceptable: set[str]) -> None:
    answer = recommend(describe(Words(**told)).machine, torch=wish)

    if isinstance(answer, NoPins):
        assert acceptable == NOTHING
        assert answer.because
    else:
        assert f"{answer.torch} {answer.variant}" in acceptable
