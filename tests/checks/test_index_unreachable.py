import pytest

from envdoctor.facts import CannotTellError, Index, Network, Unknown
from envdoctor.findings import Severity
from envdoctor.testing import findings

FAULTS = {
    "dns": "the name of its host is not found",
    "refused": "the connection is refused",
    "timeout": "there is no answer in time",
    "tls": "the connection cannot be trusted",
    "denied": "the server refuses access",
    "proxy": "the proxy does not let it through",
    "untrusted": "its address begins with http, and pip refuses that",
    "unreachable": "the network is not reachable",
    "http": "the server answers with an error",
    "no page": "the index does not know the package pip",
}
INDEX = Index("pip", "https://mirror.example/simple", "pip config: global.index-url", mirror=True)


@pytest.mark.parametrize("reach", FAULTS)
def test_each_fault_has_words_of_its_own(reach: str) -> None:
    network = Network(("HTTPS_PROXY",), (INDEX,), reach, "pip said so")
    [found] = findings("INS001", network=network)

    assert found.what == f"pip does not reach https://mirror.example/simple: {FAULTS[reach]}."
    assert found.severity is Severity.WARNING
    assert found.cause == "install-blocked"
    assert found.evidence["network.message"] == "pip said so"
    assert found.evidence["network.proxies"] == ["HTTPS_PROXY"]


def test_an_index_that_is_not_known_is_not_named() -> None:
    [found] = findings("INS001", network=Network(reach="dns"))

    assert "pip does not reach its package index: " in found.what


@pytest.mark.parametrize("reach", ["ok", "a word of a later release"])
def test_stays_silent(reach: str) -> None:
    assert not findings("INS001", network=Network((), (INDEX,), reach))


def test_no_pip_to_ask_is_not_silent_health() -> None:
    with pytest.raises(CannotTellError, match="no pip"):
        findings("INS001", network=Network(reach=Unknown("no pip to ask")))
