import re
from collections.abc import Iterator

from envdoctor.compat import number
from envdoctor.facts import Python, Torch, Unknown
from envdoctor.findings import Finding, Fix, Risk, Severity, check
from envdoctor.rules.judging import torch_name
from envdoctor.rules.pip import pip

IN_VERSION = (
    # How a compiled package names the PyTorch that it was built for, behind the plus of its version.
    re.compile(r"\+.*?torch(\d+)\.?(\d+)", re.ASCII),
    re.compile(r"\+pt(\d)(\d+)", re.ASCII),
)
COMPILED = ("torchtext", "vllm", "xformers")
"""Their metadata name one PyTorch; the data has it for each release."""
EXACT = re.compile(r"==\s*(\d+\.\d+)\b.*", re.ASCII)


@check("LIB010", Severity.WARNING, cause="ext-binary-mismatch", because_of=("TOR010", "TOR008"))
def extension_of_another_torch(
    torch: Torch | None, packages: dict[str, str], python: Python | None | Unknown
) -> Iterator[Finding]:
    """A compiled package beside PyTorch was built for another release of it.

    Extensions are linked with the C++ of one PyTorch, and that changes with each minor release: importing the
    package fails with "undefined symbol: _ZN…", or it switches its kernels off. pip replaces PyTorch without
    asking them.

    How to mend it: install the release of the package that was built for this PyTorch, or the PyTorch that it wants.

    Source: the local part of the installed version (flash_attn 2.7.4+cu12torch2.6, torch_scatter 2.1.2+pt25cu124);
    the requirements that the packages publish (xformers, vLLM, torchtext).
    """
    if (
        torch is None
        or not isinstance(torch.version, str)
        or not re.fullmatch(r"\d+\.\d+\.\d+(\+(?!git).*)?", torch.version)
    ):
        return  # a build of one's own, and everything else may be as well
    others = {name: pair for name, version in packages.items() if (pair := _built_for(name, version))}
    mine = number(torch.version)
    others = {name: wanted for name, wanted in others.items() if mine[: len(number(wanted))] != number(wanted)}
    if not others:
        return
    named = ", ".join(f"{name} {packages[name]} (for {wanted})" for name, wanted in others.items())
    yield Finding(
        what=f"Compiled for another PyTorch than {torch_name(torch)}: {named}.",
        why="Their native code is linked with that PyTorch's, and does not load, or not work, with another one.",
        fix=Fix(
            "Install the releases that were built for this PyTorch, or remove them if nothing needs them.",
            (pip(python, "uninstall -y", " ".join(others)),),
            Risk.CHANGES_ENVIRONMENT,
        ),
        evidence={"torch.version": torch.version} | {f"packages.{name}": packages[name] for name in others},
    )


def _built_for(name: str, version: str) -> str | None:
    """Return the release of PyTorch that a package was built for ("2.6"), or None: it does not tell."""
    for pattern in IN_VERSION:
        found = pattern.search(version)
        if found:
            return f"{found[1]}.{found[2]}"
    if name not in COMPILED:
        return None
    from envdoctor import data  # noqa: PLC0415  # takes a moment to read, and is seldom needed

    known = data.package(name)
    rows = known.rows if known is not None else ()
    wanted = next((row.torch for row in rows if version.partition("+")[0] in row.versions), None)
    exact = EXACT.fullmatch((wanted or "").strip())
    return exact[1] if exact else None
