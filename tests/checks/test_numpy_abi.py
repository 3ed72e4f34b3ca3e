from typing import Any

import pytest

from envdoctor.facts import CannotTellError, Host, Python, Torch, TorchRun, Unknown
from envdoctor.findings import Finding, Severity
from envdoctor.testing import findings

LINUX, WINDOWS, MAC = Host("linux"), Host("windows"), Host("darwin", arch="x86_64")
NOT_RUN = Unknown("not run")
FAILED = TorchRun(numpy_works=False, numpy_error="RuntimeError: Numpy is not available")
PIP = Python("/x/bin/python", pip="24.0")


def ask(
    version: str | None, numpy: str | None, host: Host = LINUX, run: Any = NOT_RUN, python: Any = PIP
) -> list[Finding]:
    packages = {} if numpy is None else {"numpy": numpy}
    torch = None if version is None else Torch(version)
    return findings("LIB003", torch=torch, torch_run=run, packages=packages, host=host, python=python)


def test_names_both_versions() -> None:
    [found] = ask("2.2.0+cu121", "2.1.3", run=FAILED)

    assert found.what == "NumPy 2.1.3 is installed beside PyTorch 2.2.0+cu121, which is built for NumPy 1."
    assert (found.severity, found.cause, found.confidence) == (Severity.ERROR, "numpy-abi", "proved")
    assert found.fix.commands == ('/x/bin/python -m pip install "numpy<2"',)


@pytest.mark.parametrize(
    ("version", "host"),
    [
        pytest.param("2.2.2", LINUX, id="the last on Linux"),
        pytest.param("2.4.0+cpu", WINDOWS, id="the last on Windows"),
        pytest.param("2.2.2", MAC, id="the last of all for Intel Macs"),
        pytest.param("2.0.1+cu117", LINUX, id="an old one"),
    ],
)
def test_is_likely_where_it_was_not_tried(version: str, host: Host) -> None:
    [found] = ask(version, "2.0.0", host)

    assert found.confidence == "likely"


def test_conda_repairs_its_own() -> None:
    [found] = ask("2.1.0", "2.0.0", run=FAILED, python=Python("/c/bin/python", kind="conda", pip="24.0"))

    assert found.fix.commands == ('conda install "numpy<2"',)


@pytest.mark.parametrize(
    ("warning", "cause"),
    [
        ("Failed to initialize NumPy: _ARRAY_API not found (Triggered internally at /x.cpp:84.)", "numpy-abi"),
        (
            "Failed to initialize NumPy: libopenblas.so: cannot open (Triggered internally at /x.cpp:84.)",
            "python-broken",
        ),
    ],
)
def test_a_numpy_that_fails_for_another_reason(warning: str, cause: str) -> None:
    run = TorchRun(numpy_works=False, numpy_error="RuntimeError: Numpy is not available", warnings=(warning,))
    [found] = ask("2.15.0+cu132", "2.3.1", run=run)

    assert warning[len("Failed to initialize NumPy: ") : -len(" (Triggered internally at /x.cpp:84.)")] in found.what
    assert found.cause == cause
    assert '"numpy==2.3.1"' in found.fix.commands[0]


@pytest.mark.parametrize(
    ("version", "numpy", "host", "run"),
    [
        pytest.param("2.3.0+cu121", "2.0.0", LINUX, NOT_RUN, id="the first for NumPy 2 on Linux"),
        pytest.param("2.4.1", "2.1.2", WINDOWS, NOT_RUN, id="the first for NumPy 2 on Windows"),
        pytest.param("2.15.0+cu132", "1.26.4", LINUX, NOT_RUN, id="a new torch runs with NumPy 1 as well"),
        pytest.param("2.2.0", "1.26.4", LINUX, NOT_RUN, id="NumPy 1 beside an old torch"),
        pytest.param("2.2.0", "2.1.0", LINUX, TorchRun(numpy_works=True), id="it was seen to work"),
        pytest.param("2.2.0", "2.1.0", LINUX, TorchRun(numpy_works=None), id="NumPy is not to be found"),
        pytest.param("2.0.1+debian", "2.1.0", LINUX, NOT_RUN, id="Debian builds for its own NumPy"),
        pytest.param("2.2.0a0+git1234", "2.1.0", LINUX, NOT_RUN, id="a source build"),
        pytest.param("2.2.0a0+81ea7a4.nv24.1", "2.1.0", LINUX, NOT_RUN, id="NVIDIA's container"),
        pytest.param("2.3.0.dev20240301+cu121", "2.0.0", LINUX, NOT_RUN, id="a nightly"),
        pytest.param("2.2.0", None, LINUX, NOT_RUN, id="no NumPy"),
        pytest.param(None, "2.1.0", LINUX, NOT_RUN, id="no torch"),
    ],
)
def test_stays_silent(version: str | None, numpy: str | None, host: Host, run: Any) -> None:
    assert not ask(version, numpy, host, run)


def test_a_torch_of_unknown_version_is_not_judged() -> None:
    with pytest.raises(CannotTellError):
        findings(
            "LIB003", torch=Torch(), torch_run=NOT_RUN, packages={"numpy": "2.0.0"}, host=LINUX, python=Unknown("?")
        )
