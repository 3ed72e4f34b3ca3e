import pytest

from envdoctor.facts import CannotTellError, Python, Torch
from envdoctor.findings import Severity
from envdoctor.testing import findings

SITE = "/home/u/venv/lib/python3.12/site-packages"
VENV = Python("/home/u/venv/bin/python")


def torch(
    path: str, version: str | None = "2.6.0+cu124", folder: str | None = SITE, listed: str | None = "2.6.0"
) -> Torch:
    if version is None:
        return Torch(path=path, metadata_folder=folder, metadata_version=listed)
    return Torch(version, path=path, metadata_folder=folder, metadata_version=listed)


def test_names_both_places() -> None:
    [found] = findings("TOR008", torch=torch("/cluster/modules/torch", "2.1.0"), python=VENV)

    assert "/cluster/modules/torch" in found.what
    assert "2.1.0" in found.what
    assert f"2.6.0 in {SITE}" in found.what
    assert (found.severity, found.cause) == (Severity.ERROR, "multiple-installs-or-shadowing")


@pytest.mark.parametrize(
    "shadow",
    [
        pytest.param(torch("/w/torch.py", None), id="a file torch.py in the working directory"),
        pytest.param(torch("/w/torch.py", None, None, None), id="also where no torch is installed"),
        pytest.param(torch("/w/torch", None), id="a folder torch that is no PyTorch"),
        pytest.param(torch("/w/torch", None, None, None), id="also where no torch is installed (2)"),
        pytest.param(torch("/home/u/.local/lib/torch", "2.8.0", SITE, "2.6.0"), id="another release on PYTHONPATH"),
        pytest.param(torch("/home/u/venv/lib/python3.12/site-packages2/torch", "2.5.0"), id="a name that begins alike"),
    ],
)
def test_shadows(shadow: Torch) -> None:
    [found] = findings("TOR008", torch=shadow, python=VENV)

    assert isinstance(shadow.path, str)
    assert shadow.path in found.fix.text


@pytest.mark.parametrize(
    ("found", "python"),
    [
        pytest.param(torch(f"{SITE}/torch"), VENV, id="at home"),
        pytest.param(torch(f"{SITE}/torch", folder=f"{SITE}/"), VENV, id="at home, with a slash"),
        pytest.param(torch("C:\\P\\Lib\\site-packages\\torch", folder="c:\\p\\lib\\site-packages", listed="2.5"), VENV,
                     id="Windows does not tell capitals apart"),
        pytest.param(torch("/src/pytorch/torch", "2.6.0a0+gitabc", listed="2.5.0a0+gitdef"), VENV,
                     id="installed in place from its source, which went on"),
        pytest.param(torch("/src/pytorch/torch", "2.6.0a0+gitabc", folder="."), VENV, id="in the source's own folder"),
        pytest.param(torch("/opt/m/torch", "2.6.0+cu126"), VENV, id="the same release elsewhere"),
        pytest.param(torch("/usr/lib/python3/dist-packages/torch", "2.0.1+debian", "/usr/lib/python3/dist-packages"),
                     VENV, id="Debian's package"),
        pytest.param(torch("/opt/modules/torch", "2.6.0", None, None), VENV, id="without metadata: unpacked by hand"),
        pytest.param(torch(f"{SITE}/torch", None, None, None), VENV, id="the rest of a removed one is TOR002's"),
        pytest.param(torch("/usr/local/lib/python3.12/dist-packages/torch", "2.6.0a0+ecf3bae40a.nv25.01",
                           "/usr/local/lib/python3.12/dist-packages", "2.6.0a0+ecf3bae40a.nv25.1"), VENV,
                     id="NVIDIA's container writes its version in two ways"),
        pytest.param(Torch("2.6.0", path=None), VENV, id="no path"),
        pytest.param(None, VENV, id="no torch"),
        pytest.param(torch("/w/torch.py", None), None, id="no Python"),
    ],
)  # fmt: skip
def test_stays_silent(found: Torch | None, python: Python | None) -> None:
    assert not findings("TOR008", torch=found, python=python)


def test_a_pasted_text_tells_no_place() -> None:
    with pytest.raises(CannotTellError):
        findings("TOR008", torch=Torch("2.6.0"), python=VENV)
