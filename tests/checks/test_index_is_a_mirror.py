import pytest

from envdoctor.facts import Index, Network
from envdoctor.findings import Severity
from envdoctor.testing import findings

OWN = Index("pip", "https://default.example/simple", "pip's own default")


def test_names_tool_place_and_who_says_so() -> None:
    mirror = Index("uv", "https://mirror.example/simple", "UV_DEFAULT_INDEX", mirror=True)
    [found] = findings("INS002", network=Network((), (OWN, mirror), "ok"))

    assert "uv: https://mirror.example/simple (UV_DEFAULT_INDEX)" in found.what
    assert found.severity is Severity.NOTE
    assert found.evidence == {"network.indexes.1.url": "https://mirror.example/simple"}


@pytest.mark.parametrize(
    "indexes",
    [
        pytest.param((), id="none"),
        pytest.param((OWN,), id="the tool's own"),
        pytest.param(
            (OWN, Index("pip", "https://download.pytorch.org/whl/cu130", "PIP_EXTRA_INDEX_URL", mirror=True)),
            id="PyTorch's own index is no mirror",
        ),
    ],
)
def test_stays_silent(indexes: tuple[Index, ...]) -> None:
    assert not findings("INS002", network=Network((), indexes, "ok"))
