"""The files for containers hold what the code recommends, and the page about them what it says."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from msgspec.structs import replace

from envdoctor.cli.main import main
from envdoctor.data import toolkits
from envdoctor.examine import Options, judge_snapshot
from envdoctor.facts import Snapshot
from tests.machines_broken import BROKEN
from tests.machines_snapshots import CPU_RUN, CPU_TORCH, container

DOCKER = Path(__file__).parent.parent / "docker"
IMAGES = ("cpu", "cuda-runtime", "cuda-devel")
README = (DOCKER / "README.md").read_text("utf-8")


def image(name: str) -> str:
    return (DOCKER / f"{name}.Dockerfile").read_text("utf-8")


def recommended(name: str) -> dict[str, Any]:
    machine = ["--gpu", "none"] if name == "cpu" else ["--driver", "580"]
    done = CliRunner().invoke(
        main, ["pins", "--os", "linux", "--arch", "x86_64", "--python", "3.12", *machine, "--json"]
    )

    assert done.exit_code == 0, done.output
    pins: dict[str, Any] = json.loads(done.stdout)["pins"]
    return pins


@pytest.mark.parametrize("name", IMAGES)
def test_an_image_holds_the_recommended_versions(name: str) -> None:
    for command in recommended(name)["install"]:
        assert f"RUN {command}\n" in image(name)


@pytest.mark.parametrize("name", IMAGES)
def test_an_image_installs_envdoctor_apart_from_torch(name: str) -> None:
    lines = image(name).replace("\\\n", "").splitlines()
    own = [line for line in lines if line.startswith("RUN") and "/opt/envdoctor/source" in line]

    assert len(own) == 1
    assert "-m venv /opt/envdoctor/venv" in own[0]
    assert {line.split()[0] for line in lines if line and not line.startswith("#")} <= {
        "FROM", "ENV", "RUN", "COPY", "WORKDIR", "CMD",
    }  # fmt: skip


@pytest.mark.parametrize("name", IMAGES)
@pytest.mark.skipif(shutil.which("sh") is None, reason="no shell to read the steps with")
def test_every_step_is_a_command_that_a_shell_can_read(name: str) -> None:
    joined = image(name).replace("\\\n", " ")
    for step in re.findall(r"^RUN (.*)", joined, re.MULTILINE):
        subprocess.run(["sh", "-n", "-c", step], check=True)


def test_the_toolkit_is_of_the_cuda_that_torch_is_built_for() -> None:
    [version] = re.findall(r"^FROM nvidia/cuda:([\d.]+)-devel-ubuntu24\.04$", image("cuda-devel"), re.MULTILINE)
    cuda = version.rpartition(".")[0]

    assert recommended("cuda-devel")["variant"] == f"cu{cuda.replace('.', '')}"
    assert cuda in {toolkit.cuda for toolkit in toolkits()}


@pytest.mark.parametrize("name", ["cuda-runtime", "cuda-devel"])
def test_the_driver_that_the_host_needs_is_named(name: str) -> None:
    assert f"NVIDIA driver {recommended(name)['driver']} or newer" in image(name)


def test_compose_gives_the_gpu_and_shared_memory() -> None:
    services = yaml.safe_load((DOCKER / "compose.yml").read_text("utf-8"))["services"]

    assert services.keys() == {"cpu", "gpu", "devel"}
    for name, service in services.items():
        assert (DOCKER.parent / service["build"]["dockerfile"]).is_file()
        assert service["shm_size"].endswith("gb")
        devices = service.get("deploy", {"resources": {"reservations": {"devices": []}}})["resources"]["reservations"]
        assert devices["devices"] == (
            [] if name == "cpu" else [{"driver": "nvidia", "count": "all", "capabilities": ["gpu"]}]
        )


def test_the_devcontainer_builds_an_image_that_is_there_and_is_named_for_what_it_holds() -> None:
    folder = DOCKER / "devcontainer"
    devcontainer = json.loads((folder / "devcontainer.json").read_text("utf-8"))
    pins = recommended("cuda-devel")

    assert (folder / devcontainer["build"]["dockerfile"]).resolve() == DOCKER / "cuda-devel.Dockerfile"
    assert (folder / devcontainer["build"]["context"]).resolve() == DOCKER.parent
    assert devcontainer["name"].startswith(f"PyTorch {pins['torch']} ({pins['variant']}), Python {pins['python']}")
    assert devcontainer["hostRequirements"]["gpu"] is True
    assert {"--gpus=all", "--shm-size=8g"} <= set(devcontainer["runArgs"])


@pytest.mark.parametrize(
    ("code", "snapshot"),
    [
        ("VIR001", BROKEN["VIR001"]),
        ("SYS001", BROKEN["SYS001"]),
        ("SYS002", BROKEN["SYS002"]),
        ("TOR003", replace(container(), torch=CPU_TORCH, torch_run=CPU_RUN)),
    ],
)
def test_the_page_says_what_envdoctor_says(code: str, snapshot: Snapshot) -> None:
    found = judge_snapshot(snapshot, Options()).findings[0]

    assert found.code == code
    assert f"**{code}**:\n\n> {found.what}\n>\n> {found.fix.text}\n" in README


def test_the_page_names_every_file() -> None:
    files = {path.relative_to(DOCKER).as_posix() for path in DOCKER.rglob("*") if path.is_file()} - {"README.md"}

    assert {name for name in files if f"`{name}`" not in README} == set()
