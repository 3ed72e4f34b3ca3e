import pytest

from envdoctor.facts import Torch, TorchRun
from envdoctor.findings import Finding, Severity
from envdoctor.testing import findings

TORCH = Torch("2.9.1+cpu")
GNU = {"libgomp": "/env/lib/python3.12/site-packages/torch/lib/libgomp.so.1"}
INTEL = {"libiomp5": "/env/lib/libiomp5.so"}
LLVM = {"libomp": "/env/lib/libomp.so"}


def ask(libraries: dict[str, str]) -> list[Finding]:
    return findings("LIB007", torch=TORCH, torch_run=TorchRun(libraries=libraries))


def test_names_both_runtimes() -> None:
    [found] = ask(GNU | INTEL)

    assert "GNU's (/env/lib/python3.12/site-packages/torch/lib/libgomp.so.1) and Intel's (/env" in found.what
    assert found.evidence == {f"torch_run.libraries.{name}": path for name, path in (GNU | INTEL).items()}
    assert (found.severity, found.cause) == (Severity.NOTE, "multiple-installs-or-shadowing")


def test_a_pair_that_hangs_is_worse() -> None:
    [found] = ask(LLVM | INTEL)

    assert "crash or to hang" in found.why
    assert found.severity is Severity.WARNING


def test_a_checksum_in_the_name_hides_nothing() -> None:
    [found] = ask({"libgomp-a34b3233": "/x/libgomp-a34b3233.so.1.0.0"} | INTEL)

    assert found.evidence["torch_run.libraries.libgomp-a34b3233"] == "/x/libgomp-a34b3233.so.1.0.0"


@pytest.mark.parametrize(
    "libraries",
    [
        pytest.param({}, id="none is loaded"),
        pytest.param(GNU, id="GNU's alone"),
        pytest.param(INTEL, id="Intel's alone"),
        pytest.param(
            GNU | {"libgomp-a34b3233": "/x/libgomp-a34b3233.so.1.0.0"}, id="two copies of the same: a wheel's own"
        ),
        pytest.param(GNU | {"libc10": "/x/libc10.so", "libstdc++": "/usr/lib/libstdc++.so.6"}, id="others"),
    ],
)
def test_stays_silent(libraries: dict[str, str]) -> None:
    assert not ask(libraries)


def test_stays_silent_without_torch() -> None:
    assert not findings("LIB007", torch=None, torch_run=None)
    assert not findings("LIB007", torch=TORCH, torch_run=None)
