import pytest

from envdoctor.facts import Python, Torch, Unknown
from envdoctor.findings import Finding, Severity
from envdoctor.testing import findings


def ask(packages: dict[str, str], torch: Torch | None = None) -> list[Finding]:
    installed = {name.replace("_", "-"): version for name, version in packages.items()}
    return findings(
        "LIB010", torch=torch or Torch("2.9.1+cu128", cuda="12.8"), packages=installed, python=Python("/x/python")
    )


@pytest.mark.parametrize(
    ("name", "version", "wanted"),
    [
        ("flash_attn", "2.7.4.post1+cu12torch2.6cxx11abiFALSE", "2.6"),
        ("flash_attn", "2.8.3+cu12torch2.10", "2.10"),
        ("causal_conv1d", "1.4.0+cu118torch2.1cxx11abiFALSE", "2.1"),
        ("torch_scatter", "2.1.2+pt24cu121", "2.4"),
        ("torch_sparse", "0.6.18+pt210cpu", "2.10"),
        ("pyg_lib", "0.4.0+pt25cu124", "2.5"),
        ("xformers", "0.0.28.post1", "2.4"),
        ("torchtext", "0.17.2", "2.2"),
    ],
)
def test_names_package_and_torch(name: str, version: str, wanted: str) -> None:
    [found] = ask({name: version})

    assert f"{name.replace('_', '-')} {version} (for {wanted})" in found.what
    assert "2.9.1+cu128" in found.what
    assert (found.severity, found.cause) == (Severity.WARNING, "ext-binary-mismatch")


def test_several_are_one_finding() -> None:
    [found] = ask({"torch_scatter": "2.1.2+pt24cu121", "xformers": "0.0.28.post1"})

    assert found.fix.commands == ("/x/python -m pip uninstall -y torch-scatter xformers",)


@pytest.mark.parametrize(
    ("torch", "packages"),
    [
        pytest.param(None, {}, id="nothing else is installed"),
        pytest.param(None, {"flash_attn": "2.8.3+cu12torch2.9cxx11abiTRUE"}, id="built for this one"),
        pytest.param(None, {"torch_scatter": "2.1.2+pt29cu128"}, id="built for this one, too"),
        pytest.param(None, {"xformers": "0.0.33.post1"}, id="another patch of the same minor"),
        pytest.param(None, {"xformers": "0.0.35"}, id="any newer one will do"),
        pytest.param(None, {"xformers": "9.9"}, id="a release that the data does not know"),
        pytest.param(None, {"flash_attn": "2.8.3"}, id="built on this machine"),
        pytest.param(None, {"torchmetrics": "1.0+local"}, id="no compiled part"),
        pytest.param(None, {"mine": "1.0+ptolemy", "other": ""}, id="words that are no numbers"),
        pytest.param(Torch("2.10.0a0+git1234567"), {"torch_scatter": "2.1.2+pt24cu121"}, id="a torch of one's own"),
        pytest.param(Torch("2.10.0.dev20260101+cu128"), {"xformers": "0.0.28.post1"}, id="a nightly"),
        pytest.param(Torch(Unknown("?")), {"xformers": "0.0.28.post1"}, id="a version that is not known"),
    ],
)
def test_stays_silent(torch: Torch | None, packages: dict[str, str]) -> None:
    assert not ask(packages, torch)
