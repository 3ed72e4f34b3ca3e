from collections.abc import Iterator

from envdoctor.facts import Network
from envdoctor.findings import Finding, Fix, Severity, check

PYTORCHS = "download.pytorch.org"


@check("INS002", Severity.NOTE, cause="install-blocked", because_of=("INS001",))
def index_is_a_mirror(network: Network) -> Iterator[Finding]:
    """Packages are installed from a mirror or an index of its own, by the configuration of pip, uv or conda.

    A mirror can lag behind or lack PyTorch's variants (+cu126, +cpu): an installation then takes another
    build than the one that was meant, or finds "no matching distribution". PyTorch's own index is no
    mirror. Only looked at on request (--network).

    How to mend it: nothing, unless a version is missing there; then name PyTorch's own index for it.

    Source: https://pip.pypa.io/en/stable/topics/configuration/; https://docs.astral.sh/uv/concepts/indexes/;
    https://docs.conda.io/projects/conda/en/latest/user-guide/configuration/use-condarc.html.
    """
    mirrors = {place: one for place, one in enumerate(network.indexes) if one.mirror and PYTORCHS not in one.url}
    if not mirrors:
        return
    named = ", ".join(f"{one.tool}: {one.url} ({one.said_by})" for one in mirrors.values())
    yield Finding(
        what=f"Packages come from configured places: {named}.",
        why="Another index than the tool's own decides which builds of PyTorch are found.",
        fix=Fix("If a build is missing there, install it from PyTorch's own index (https://download.pytorch.org/whl)."),
        evidence={f"network.indexes.{place}.url": one.url for place, one in mirrors.items()},
    )
