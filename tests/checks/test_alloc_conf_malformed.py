from typing import Any

import pytest
from msgspec.structs import replace

from envdoctor.facts import Failure, TorchRun, Unknown
from envdoctor.findings import Severity
from tests.machines_broken import BLIND
from tests.machines_snapshots import CPU_RUN, GPU_RUN, cpu_machine, gpu_machine, judged

DIED = replace(GPU_RUN, failure=Failure("signal", "import torch", "SIGABRT"))
RAISED = replace(BLIND, init_error="ValueError: Unrecognized key 'foo' in Accelerator allocator config.")


def conf(value: str, name: str = "PYTORCH_CUDA_ALLOC_CONF", run: Any = GPU_RUN, **facts: Any) -> Any:
    return judged("ENV005", gpu_machine(), environment={name: value}, torch_run=run, **facts)


def test_a_form_that_kills_the_import() -> None:
    [found] = conf("max_split_size_mb=512", run=DIED)

    assert "`max_split_size_mb=512` is not of the form key:value" in found.what
    assert found.severity is Severity.ERROR
    assert found.fix.commands == ("unset PYTORCH_CUDA_ALLOC_CONF",)


@pytest.mark.parametrize("name", ["PYTORCH_ALLOC_CONF", "PYTORCH_CUDA_ALLOC_CONF", "PYTORCH_HIP_ALLOC_CONF"])
def test_each_name_of_the_variable_counts(name: str) -> None:
    [found] = conf("expandable_segments:true", name)

    assert found.what.startswith(f"{name} is malformed: `expandable_segments` must be True or False, not `true`")
    assert found.evidence == {f"environment.{name}": "expandable_segments:true"}


@pytest.mark.parametrize(
    ("value", "run", "severity", "confidence"),
    [
        pytest.param("max_split_size_mb=5", CPU_RUN, Severity.WARNING, "proved", id="it will bite"),
        pytest.param("max_split_size_mb:5", DIED, Severity.WARNING, "proved", id="a death for another reason"),
        pytest.param("foo:1", RAISED, Severity.ERROR, "likely", id="PyTorch says so"),
        pytest.param("foo:1", GPU_RUN, Severity.NOTE, "likely", id="a newer PyTorch may know it"),
        pytest.param("a=b", None, Severity.WARNING, "proved", id="nothing ran"),
        pytest.param("a=b", Unknown("no"), Severity.WARNING, "proved", id="nobody ran it"),
    ],
)
def test_is_an_error_only_where_pytorch_came_to_harm(
    value: str, run: TorchRun | None | Unknown, severity: Severity, confidence: str
) -> None:
    [found] = conf(value, run=run)

    assert (found.severity, found.confidence) == (severity, confidence)


@pytest.mark.parametrize(
    "value",
    [
        "", " ", "expandable_segments:True", "max_split_size_mb:128", "garbage_collection_threshold:0.8",
        "roundup_power2_divisions:[256:1,512:2,>:4]", "backend:cudaMallocAsync", " expandable_segments : True , ",
    ],
)  # fmt: skip
def test_stays_silent_on_what_pytorch_takes(value: str) -> None:
    assert not conf(value)


def test_stays_silent_where_nothing_is_set() -> None:
    assert not judged("ENV005", cpu_machine())
    assert not judged("ENV005", gpu_machine(), environment={"PYTORCH_JIT": "a=b"})


def test_a_wrong_value_without_pytorch_harms_nobody() -> None:
    assert not conf("max_split_size_mb:5", run=None, torch=None)
