import pytest

from envdoctor.findings import Severity
from envdoctor.testing import findings
from tests.complaints import ELSEWHERE, complaints


@pytest.mark.parametrize(
    ("agrees", "text"),
    [
        pytest.param(
            "words",
            "# Inference on 64 cores slower than on 4\n\nWith OMP_NUM_THREADS=4 it needs 40 ms, without 900 ms.\n",
            id="many cores",
        ),
        pytest.param(
            "words",
            "# torch in Kubernetes much slower than on my machine\n\nThe pod has a limit of 2 CPUs; "
            "torch.get_num_threads() says 48.\n",
            id="a limit",
        ),
        pytest.param(
            "words",
            "# Each request is 6 times slower with 8 workers\n\nThe container has 4 vCPUs; every worker starts "
            "32 OpenMP threads.\n",
            id="workers",
        ),
        pytest.param("words", "# torch.set_num_threads(1) makes my CPU model 5x faster. Why?\n", id="fewer are faster"),
        pytest.param(
            "words",
            "# CPU inference uses one core only\n\nget_num_threads() returns 1 on a 32 core machine.\n",
            id="one core",
        ),
        pytest.param("words", "# Inference pods are throttled on big nodes\n", id="a quota"),
        pytest.param("hint", "# Slow on a 96 core server, quick on my desktop\n", id="cores alone"),
    ],
)
def test_a_complaint_is_named_as_surely_as_its_signs_agree(agrees: str, text: str) -> None:
    [found] = findings("RUN076", messages=complaints(text))

    assert found.cause == "cpu-threads-oversubscribed"
    assert found.severity is (Severity.NOTE if agrees == "hint" else Severity.WARNING)
    assert found.confidence == ("proved" if agrees == "figures" else "likely")
    assert all(path.startswith("messages.") for path in found.evidence)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            "# torchrun prints a warning\n\nSetting OMP_NUM_THREADS environment variable for each process to "
            "be 1 in default, to avoid your system being overloaded\n",
            id="torchrun's own words",
        ),
        pytest.param("# How many threads does torch use?\n", id="a question"),
        *[pytest.param(text, id=name) for name, text in ELSEWHERE.items()],
    ],
)
def test_stays_silent(text: str) -> None:
    assert not findings("RUN076", messages=complaints(text))
