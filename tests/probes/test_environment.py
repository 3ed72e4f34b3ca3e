from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from envdoctor.probes import environment
from envdoctor.probes.system import System


@pytest.mark.parametrize(
    "name",
    [
        "CUDA_VISIBLE_DEVICES",
        "CUDA_HOME",
        "CUDA_LAUNCH_BLOCKING",
        "LD_LIBRARY_PATH",
        "PYTORCH_CUDA_ALLOC_CONF",
        "TORCH_CUDA_ARCH_LIST",
        "NCCL_P2P_DISABLE",
        "OMP_NUM_THREADS",
        "NVIDIA_VISIBLE_DEVICES",
        "PYTHONPATH",
        "CONDA_PREFIX",
        "TMPDIR",
        "SLURM_JOB_ID",
    ],
)
def test_taken(name: str) -> None:
    assert environment.is_allowed(name)


@pytest.mark.parametrize(
    "name",
    [
        "AWS_SECRET_ACCESS_KEY",
        "HF_TOKEN",
        "HTTPS_PROXY",
        "SSH_AUTH_SOCK",
        "USER",
        "HOSTNAME",
        "PIP_INDEX_URL",
        "PATHS",
        "MY_CUDA_HOME",
        "cuda_home",
        pytest.param("TORCH_HUB_TOKEN", id="an allowed prefix and a forbidden word"),
        pytest.param("TRITON_CACHE_password", id="in small letters"),
        pytest.param("CUDA_ÄPFEL", id="no ASCII"),
        pytest.param("", id="no name"),
    ],
)
def test_never_taken(name: str) -> None:
    assert not environment.is_allowed(name)


def test_what_is_not_set_is_absent_and_what_is_empty_is_there() -> None:
    found = environment.probe(System(environment={"CUDA_VISIBLE_DEVICES": "", "HOME": "/home/ada"}))

    assert found == {"CUDA_VISIBLE_DEVICES": ""}


def test_values_are_cut() -> None:
    found = environment.probe(System(environment={"PATH": "/bin:" * 10_000}))

    assert len(found["PATH"]) == environment.CAP + 1
    assert found["PATH"].endswith("…")


@given(st.dictionaries(st.text(), st.text(st.characters(categories=None))))
def test_any_environment_can_be_written_as_json(variables: dict[str, str]) -> None:
    found = environment.probe(System(environment={**variables, "PATH": "".join(variables.values())}))

    assert msgspec.json.decode(msgspec.json.encode(found)) == found
