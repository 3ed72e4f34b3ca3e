from collections.abc import Iterator

from envdoctor.facts import Message
from envdoctor.findings import Finding, Fix, Risk, Severity, check
from envdoctor.rules.told import told


@check("INS054", Severity.ERROR, cause="install-blocked", because_of=("SYS071",))
def download_fails(messages: tuple[Message, ...]) -> Iterator[Finding]:
    """The installer cannot fetch a package, or what it fetched is not what it expected.

    A proxy or a mirror answers instead of the index, a certificate is not trusted, the connection breaks in a
    wheel of 2 GB, a cached half is taken for the whole ("do not match the hashes"), or pip runs out of memory
    while it caches it.

    How to mend it: clear the cache and try again with a longer time-out; name the proxy and its certificate;
    without a network, carry the wheels over.

    Source: https://pip.pypa.io/en/stable/topics/https-certificates/; https://pip.pypa.io/en/stable/topics/caching/.
    """
    one = told(messages, "download-fails", "long-paths")
    if one is None:
        return
    yield Finding(
        what=f"A package cannot be fetched or unpacked: {one.quote}.",
        why="The network, a proxy, a mirror or a damaged cache stands between the installer and the index.",
        fix=Fix(
            "Clear the cache and try again, with a longer time-out and without the cache.",
            ("python -m pip cache purge", "python -m pip install --no-cache-dir --timeout 120 torch"),
            Risk.CHANGES_ENVIRONMENT,
        ),
        verify="python -m pip download --no-deps --dest . torch",
        evidence=one.evidence,
        confidence=one.confidence,
    )
