"""Files for conda, Docker and editors: what stands in them, and what does not."""

import importlib
import json
from typing import Any

import pytest

from envdoctor.data import releases
from envdoctor.pins.choice import Pins
from envdoctor.pins.formats import FORMATS, Answer
from envdoctor.pins.formats.dockerfile import CUDA_IMAGES, in_container
from envdoctor.pins.install import Target
from envdoctor.pins.machine import Machine
from envdoctor.pins.recommend import recommend
from tests.pins.machines import machine

FILES = [one for one in FORMATS if one not in ("text", "json", "pylock")]


def rendered(format_: str, described: Machine, **wishes: Any) -> str:
    found = recommend(described, **wishes)
    assert isinstance(found, Pins), found
    text: str = importlib.import_module(f"envdoctor.pins.formats.{format_}").render(
        Answer(pins=found, machine=described, target=Target()), found
    )
    return text


def conda(described: Machine, **wishes: Any) -> list[str]:
    text = rendered("conda", described, **wishes)
    return [line.strip().removeprefix("- ") for line in text.splitlines() if not line.startswith("#")]


ADA = machine("RTX 4090", driver="535.183.01", python="3.11")


def test_conda_forge_for_new_releases() -> None:
    lines = conda(ADA, needs=["numpy<2"])

    assert lines[lines.index("channels:") + 1 : lines.index("dependencies:")] == ["conda-forge", "nodefaults"]
    assert lines[lines.index("dependencies:") + 1 :] == [
        "python=3.11",
        "pytorch-gpu=2.14.1",
        "cuda-version>=12,<13",
        "torchvision=0.29.1",
        "numpy<2",
    ]


def test_the_old_channel_for_old_releases() -> None:
    lines = conda(ADA, torch="2.3.1")

    assert lines[lines.index("channels:") + 1 : lines.index("dependencies:")] == [
        "pytorch",
        "nvidia",
        "conda-forge",
        "nodefaults",
    ]
    assert {"pytorch=2.3.1", "torchvision=0.18.1", "torchaudio=2.3.1", "pytorch-cuda=12.1", "mkl<2024.1"} <= set(lines)


@pytest.mark.parametrize(
    ("described", "torch", "expected", "absent"),
    [
        pytest.param(machine(), "2.4.1", "cpuonly", "mkl<2024.1", id="CPU, old channel"),
        pytest.param(machine(), "2.15.0", "pytorch-cpu=2.15.0", "cuda-version", id="CPU, conda-forge"),
        pytest.param(machine(os="macos"), None, "pytorch=2.2.2", "cpuonly", id="Intel Mac"),
        pytest.param(machine(arch="aarch64", python="3.9"), "2.4.1", "pytorch-cpu=2.4.1", "cpuonly", id="ARM"),
        pytest.param(
            machine(python="3.14", free_threaded=True), None, "python-freethreading=3.14", "python=3.14", id="3.14t"
        ),
    ],
)
def test_conda_packages(described: Machine, torch: str | None, expected: str, absent: str) -> None:
    lines = conda(described, torch=torch)

    assert expected in lines
    assert not [line for line in lines if line.startswith(absent)]


def test_conda_takes_no_package_that_is_bound_to_the_wheels() -> None:
    text = rendered("conda", ADA, needs=["vllm", "transformers"])

    assert "- transformers==" in text
    assert "- vllm" not in text
    assert "# vllm==" in text


def test_wheels_bring_their_libraries_so_a_plain_image_will_do() -> None:
    text = rendered("dockerfile", ADA)

    assert "\nFROM python:3.11-slim\n" in text
    assert "--index-url https://download.pytorch.org/whl/cu126" in text
    assert "--gpus all" in text
    assert "nvidia/cuda" not in text


@pytest.mark.parametrize("torch", ["2.15.0", "2.14.1", "2.11.0", "2.10.0", "2.6.0", "2.5.1", "2.0.1", "1.13.1"])
def test_building_from_source_takes_an_image_with_the_right_nvcc(torch: str) -> None:
    described = machine("A100", driver="580.95.05", python="3.10" if torch < "2.15" else "3.11")
    if torch == "2.15.0":
        described = machine("A100", driver="580.95.05", python="3.11")
    found = recommend(described, torch=torch, needs=["torch-scatter"])
    assert isinstance(found, Pins)
    text = rendered("dockerfile", described, torch=torch, needs=["torch-scatter"])

    [image] = [line for line in text.splitlines() if line.startswith("FROM ")]
    assert image.startswith(f"FROM nvidia/cuda:{found.cuda}.")
    assert "-devel-ubuntu" in image
    assert '--no-build-isolation "torch-scatter==2.1.2"' in text
    assert 'ENV TORCH_CUDA_ARCH_LIST="8.0"' in text


def test_there_is_an_image_for_every_cuda_version_of_a_build() -> None:
    wheels = [one for release in releases() for one in release.platforms.values()]
    used = {variant.cuda for one in wheels for variant in one.variants if variant.cuda and variant.verified}

    assert used <= set(CUDA_IMAGES)


def test_a_free_threaded_python_has_no_image() -> None:
    text = rendered("dockerfile", machine(python="3.14", free_threaded=True))

    assert "uv venv --python 3.14t" in text


@pytest.mark.parametrize(
    ("described", "platform", "gpus"),
    [
        (machine("RTX 4090", os="windows", driver="581.57"), "linux_x86_64", 1),
        (machine(os="macos", arch="aarch64", os_version="15.1"), "linux_aarch64", 0),
        (machine(musl=True), "linux_x86_64", 0),
        (machine("RTX 4090", driver="535.1", glibc="2.17"), "linux_x86_64", 1),
    ],
)
def test_in_a_container_it_is_always_linux(described: Machine, platform: str, gpus: int) -> None:
    inside = in_container(described)

    assert (inside.platform, len(inside.cards), inside.glibc) == (platform, gpus, "2.35")
    assert isinstance(recommend(inside), Pins)


def test_windows_containers_run_on_the_driver_of_windows() -> None:
    assert in_container(machine("RTX 4090", os="windows", driver="527.41")).driver_os == "windows"


def test_a_devcontainer_asks_for_the_gpu() -> None:
    value = json.loads(rendered("devcontainer", ADA))

    assert value["image"] == "python:3.11"
    assert value["hostRequirements"] == {"gpu": True}
    assert value["runArgs"] == ["--gpus=all"]
    assert "torch==2.14.1" in value["onCreateCommand"]


def test_a_devcontainer_without_a_gpu_asks_for_none() -> None:
    value = json.loads(rendered("devcontainer", machine()))

    assert "runArgs" not in value
    assert "hostRequirements" not in value


def test_a_devcontainer_that_builds_has_nvcc_and_the_python() -> None:
    value = json.loads(rendered("devcontainer", ADA, needs=["flash-attn"]))

    assert value["image"] == "nvidia/cuda:12.6.3-devel-ubuntu22.04"
    assert value["features"]["ghcr.io/devcontainers/features/python:1"]["version"] == "3.11"


def test_uv_builds_what_needs_torch_without_isolation() -> None:
    text = rendered("uv", ADA, needs=["flash-attn"])

    assert 'no-build-isolation-package = ["flash-attn"]' in text


@pytest.mark.parametrize("format_", FILES)
@pytest.mark.parametrize(
    "described",
    [
        ADA,
        machine(),
        machine(os="macos", arch="aarch64"),
        machine("T4", os="windows", driver="581.57"),
        machine(amd=True),
    ],
    ids=str,
)
def test_every_file_holds_the_recommended_version(format_: str, described: Machine) -> None:
    found = recommend(described)
    assert isinstance(found, Pins)

    assert found.torch in rendered(format_, described)
