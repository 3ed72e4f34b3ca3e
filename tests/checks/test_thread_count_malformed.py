import pytest

from envdoctor.facts import Torch
from envdoctor.findings import Severity
from envdoctor.testing import findings

TORCH = Torch("2.15.0+cpu")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OMP_NUM_THREADS", "many"),
        ("OMP_NUM_THREADS", "$SLURM_CPUS_PER_TASK"),
        ("OMP_NUM_THREADS", "0"),
        ("OMP_NUM_THREADS", "-1"),
        ("OMP_NUM_THREADS", "4.0"),
        ("OMP_NUM_THREADS", "4,"),
        ("MKL_NUM_THREADS", "4,2"),
        ("NUMEXPR_MAX_THREADS", "auto"),
    ],
)
def test_names_variable_and_value(name: str, value: str) -> None:
    [found] = findings("ENV007", environment={name: value}, torch=TORCH)

    assert f'{name} is "{value}"' in found.what
    assert (found.severity, found.cause) == (Severity.WARNING, "env-variable")
    assert found.fix.commands == (f"unset {name}",)


@pytest.mark.parametrize(
    ("environment", "torch"),
    [
        pytest.param({}, TORCH, id="nothing is set"),
        pytest.param({"OMP_NUM_THREADS": "8"}, TORCH, id="a number"),
        pytest.param({"OMP_NUM_THREADS": " 08 "}, TORCH, id="a number with blanks"),
        pytest.param({"OMP_NUM_THREADS": "4,2,1"}, TORCH, id="a number for each level"),
        pytest.param({"OMP_NUM_THREADS": ""}, TORCH, id="an empty value is as good as none"),
        pytest.param({"KMP_AFFINITY": "granularity=fine"}, TORCH, id="another variable"),
        pytest.param({"OMP_NUM_THREADS": "many"}, None, id="no torch reads it"),
    ],
)
def test_stays_silent(environment: dict[str, str], torch: Torch | None) -> None:
    assert not findings("ENV007", environment=environment, torch=torch)
