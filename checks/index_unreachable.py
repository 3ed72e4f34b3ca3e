from collections.abc import Iterator

from envdoctor.facts import Network, known
from envdoctor.findings import Finding, Fix, Severity, check

FAULTS = {
    "dns": (
        "the name of its host is not found",
        "Names are not resolved here, or the host's name is misspelt.",
        "Look at /etc/resolv.conf and the network, or correct the address of the index.",
    ),
    "refused": (
        "the connection is refused",
        "Nobody listens at that address: a firewall refuses, or the mirror does not run.",
        "Ask who runs the mirror or the firewall, or correct the address of the index.",
    ),
    "timeout": (
        "there is no answer in time",
        "A firewall drops the packets, or a proxy is needed and not named.",
        "Name the proxy (HTTPS_PROXY), or give pip an index that can be reached from here.",
    ),
    "tls": (
        "the connection cannot be trusted",
        "The certificate is not accepted: a proxy that opens TLS, a wrong clock, or missing root certificates.",
        "Give pip the certificate of your organisation (pip config set global.cert FILE), or set the clock.",
    ),
    "denied": (
        "the server refuses access",
        "The index or a proxy wants other credentials, or allows no access from here.",
        "Renew the credentials in pip's configuration (or ~/.netrc), or ask who runs the index.",
    ),
    "proxy": (
        "the proxy does not let it through",
        "The proxy that a variable or pip's configuration names is not there, or refuses.",
        "Correct or unset the proxy: env | grep -i _proxy shows which are set.",
    ),
    "untrusted": (
        "its address begins with http, and pip refuses that",
        "Without TLS anybody on the way could hand out other packages; pip trusts such an index only if told to.",
        "Use the https address; or, for a mirror in your own network, pip config set global.trusted-host HOST.",
    ),
    "unreachable": (
        "the network is not reachable",
        "There is no way to that address from here.",
        "Look at the network, or install from files (pip install --no-index --find-links DIR).",
    ),
    "http": (
        "the server answers with an error",
        "The index, or what stands before it, does not work.",
        "Try again later, or give pip another index.",
    ),
    "no page": (
        "the index does not know the package pip",
        "The address answers, and is no full index of Python packages.",
        "Correct the address (it usually ends with /simple), or add an index that has the packages.",
    ),
}


@check("INS001", Severity.WARNING, cause="install-blocked")
def index_unreachable(network: Network) -> Iterator[Finding]:
    """Pip of the examined Python does not reach its package index.

    Nothing can be installed: "Could not find a version that satisfies the requirement torch (from
    versions: none)", "Max retries exceeded". What was asked is one page of the index that pip itself is
    configured for. Only looked at on request (--network).

    How to mend it: by what stopped it: the name, the connection, the certificate, the proxy, the credentials.

    Source: https://pip.pypa.io/en/stable/topics/configuration/; https://pip.pypa.io/en/stable/topics/https-certificates/.
    """
    reach = known(network.reach, "network.reach")
    if reach not in FAULTS:
        return
    fault, why, cure = FAULTS[reach]
    place = next((i for i, one in enumerate(network.indexes) if one.tool == "pip"), None)
    index = "its package index" if place is None else f"{network.indexes[place].url}"
    yield Finding(
        what=f"pip does not reach {index}: {fault}.",
        why=f"{why} Nothing can be installed with pip.",
        fix=Fix(cure, ("python -m pip config list",)),
        evidence={"network.reach": reach}
        | ({"network.message": network.message} if network.message else {})
        | ({f"network.indexes.{place}.said_by": network.indexes[place].said_by} if place is not None else {})
        | ({"network.proxies": list(network.proxies)} if network.proxies else {}),
    )
