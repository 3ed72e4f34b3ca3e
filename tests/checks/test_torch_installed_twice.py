from typing import Any

import pytest

from envdoctor.facts import Companion, Failure, Python, Torch, TorchRun, Unknown
from envdoctor.findings import INSTALL, Finding, Severity
from envdoctor.testing import findings as asked

SITE = "/x/lib/python3.12/site-packages"
USERS = "/home/ada/.local/lib/python3.12/site-packages"
ONE = Torch("2.6.0+cu124", path=f"{SITE}/torch", metadata_version="2.6.0", metadata_folder=SITE)


def findings(code: str, **facts: Any) -> list[Finding]:
    usual: dict[str, Any] = {"torch_run": Unknown("not run"), "torchvision": None, "torchaudio": None}
    return asked(code, **(usual | facts))


@pytest.mark.parametrize(
    ("run", "severity"),
    [
        (TorchRun(stage="end"), Severity.WARNING),
        (TorchRun(failure=Failure("exception", "import torch", "ImportError: x")), Severity.ERROR),
    ],
)
def test_the_user_s_own_hides_the_environment_s(run: TorchRun, severity: Severity) -> None:
    torch = Torch("1.4.0", path=f"{USERS}/torch", metadata_version="1.4.0", metadata_folder=USERS)
    python = Python("/x/bin/python", prefix="/x", duplicates={"torch": ("1.4.0", "2.13.0")})
    [found] = findings("TOR010", torch=torch, python=python, torch_run=run)

    assert "hides this environment's PyTorch 2.13.0" in found.what
    assert (found.severity, found.cause) == (severity, "multiple-installs-or-shadowing")
    assert found.fix.commands == ("export PYTHONNOUSERSITE=1",)


def test_names_the_versions_and_removes_before_it_installs() -> None:
    python = Python("/x/bin/python", pip="24.0", duplicates={"torch": ("2.6.0", "2.8.0")})
    [found] = findings("TOR010", torch=ONE, python=python)

    assert "2.6.0, 2.8.0" in found.what
    assert found.fix.commands == ("/x/bin/python -m pip uninstall -y torch",) * 2 + (INSTALL,)
    assert (found.severity, found.cause) == (Severity.WARNING, "multiple-installs-or-shadowing")


@pytest.mark.parametrize(
    ("stage", "detail", "severity"),
    [
        ("import torch", "ImportError: libtorch_cuda.so: cannot open shared object file", Severity.ERROR),
        ("import torch", "AttributeError: x", Severity.ERROR),
        ("import torch", "OSError: [Errno 28] No space left on device", Severity.WARNING),
        ("CUDA init", "RuntimeError: x", Severity.WARNING),
    ],
)
def test_two_of_which_the_first_fails(stage: str, detail: str, severity: Severity) -> None:
    python = Python("/x/bin/python", duplicates={"torch": ("2.6.0", "2.8.0")})
    run = TorchRun(failure=Failure("exception", stage, detail))
    [found] = findings("TOR010", torch=ONE, python=python, torch_run=run)

    assert found.severity is severity


@pytest.mark.parametrize(
    ("wanted", "severity"),
    [
        pytest.param("==2.8.0", Severity.ERROR, id="for the one that does not run"),
        pytest.param("==2.6.0", Severity.WARNING, id="for the one that runs"),
        pytest.param("==2.5.0", Severity.WARNING, id="for neither"),
        pytest.param(">=2.8.0", Severity.WARNING, id="for any newer one"),
        pytest.param(None, Severity.WARNING, id="for any"),
    ],
)
def test_a_torchvision_that_was_installed_for_the_other_one_cannot_work(wanted: str | None, severity: Severity) -> None:
    python = Python("/x/bin/python", duplicates={"torch": ("2.6.0", "2.8.0")})
    vision = Companion("0.23.0", requires_torch=wanted)
    [found] = findings("TOR010", torch=ONE, python=python, torchvision=vision)

    assert found.severity is severity
    assert ("torchvision is made for 2.8.0" in found.why) == (severity is Severity.ERROR)


def test_uses_uv_where_there_is_no_pip() -> None:
    python = Python("/x/bin/python", kind="uv", pip=None, duplicates={"torch": ("2.6.0", "2.8.0")})
    [found] = findings("TOR010", torch=ONE, python=python)

    assert found.fix.commands[0] == "uv pip uninstall --python /x/bin/python torch"


@pytest.mark.parametrize(
    "torch",
    [
        pytest.param(
            Torch("2.6.0", path=f"{SITE}/torch", metadata_version="2.8.0", metadata_folder=SITE), id="in one folder"),
        pytest.param(Torch("2.6.0", metadata_version="2.8.0"), id="a pasted text"),
    ],
)  # fmt: skip
def test_files_and_metadata_of_different_releases(torch: Torch) -> None:
    [found] = findings("TOR010", torch=torch, python=Python("/x/bin/python"))

    assert "2.6.0" in found.what
    assert "2.8.0" in found.what


def test_files_of_one_variant_under_the_metadata_of_another() -> None:
    [found] = findings("TOR010", torch=Torch("2.6.0+cpu", metadata_version="2.6.0+cu124"), python=Python("/x"))

    assert "are of 2.6.0+cpu; pip's list says 2.6.0+cu124" in found.what


def test_remains_are_only_noted_and_nothing_is_reinstalled() -> None:
    python = Python("/x/bin/python", leftovers=(f"{SITE}/~orch", f"{SITE}/~orch-2.6.0.dist-info"))
    [found] = findings("TOR010", torch=ONE, python=python)

    assert "~orch" in found.what
    assert found.severity is Severity.NOTE
    assert not found.fix.commands


@pytest.mark.parametrize(
    ("torch", "python"),
    [
        pytest.param(ONE, Python("/x"), id="one"),
        pytest.param(ONE, Python("/x", duplicates={"numpy": ("1.26.4", "2.1.0")}), id="another package is there twice"),
        pytest.param(ONE, Python("/x", leftovers=(f"{SITE}/~orchvision",)), id="remains of another package"),
        pytest.param(
            Torch("2.12.0.dev20260301+cu130", metadata_version="2.12.0.dev20260301"), Python("/x"), id="a nightly"),
        pytest.param(
            Torch("2.6.0a0+ecf3bae40a.nv25.01", metadata_version="2.6.0a0+ecf3bae40a.nv25.1"), Python("/x"),
            id="NVIDIA's container"),
        pytest.param(
            Torch("2.7.0a0+gitabc", metadata_version="2.6.0a0+gitdef", path="/src/torch", metadata_folder=SITE),
            Python("/x"), id="installed in place from its source"),
        pytest.param(
            Torch("2.1.0", metadata_version="2.6.0", path="/mod/torch", metadata_folder=SITE), Python("/x"),
            id="another place is TOR008's business"),
        pytest.param(Torch("2.6.0+cu124", metadata_version=None), Python("/x"), id="no metadata"),
        pytest.param(Torch("2.6.0+cu124", metadata_version="2.6.0"), Python("/x"), id="PyPI names no variant"),
        pytest.param(Torch("2.0.1+cu117", metadata_version="2.0.1+cu117.with.pypi.cudnn"), Python("/x"),
                     id="more words for the same variant"),
        pytest.param(Torch(metadata_version="2.6.0"), Python("/x"), id="no version"),
        pytest.param(None, Python("/x", duplicates={"torch": ("1.0", "2.0")}), id="no torch is found"),
        pytest.param(ONE, None, id="no Python"),
    ],
)  # fmt: skip
def test_stays_silent(torch: Torch | None, python: Python | None) -> None:
    assert not findings("TOR010", torch=torch, python=python)
