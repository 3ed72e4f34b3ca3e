from collections.abc import Iterator

from envdoctor.facts import Host, Message, Unknown
from envdoctor.findings import Finding, Fix, Risk, Severity, check
from envdoctor.rules.told import told


@check("SYS056", Severity.ERROR, cause="mps-or-macos", because_of=("SYS057",))
def mps_refused(messages: tuple[Message, ...], host: Host | Unknown) -> Iterator[Finding]:
    """PyTorch does not get the GPU of a Mac.

    MPS needs Apple silicon (or an AMD GPU), an arm64 Python, and a macOS that the release of PyTorch supports:
    12.3 at first, 13.0 since 2.5, 14.0 for bfloat16 and since 2.12. A Python for Intel under Rosetta is told an
    old macOS version; a sandbox (of an editor, an agent, an app) or a session without a screen may hide the
    Metal device.

    How to mend it: update macOS, use an arm64 Python, and start the program outside of the sandbox.

    Source: https://pytorch.org/docs/stable/notes/mps.html; https://github.com/pytorch/pytorch/issues/139425.
    """
    intel = isinstance(host, Host) and host.os == "darwin" and host.arch == "x86_64"
    found = told(messages, "mps-unavailable", "mac-too-old", "mac-fork")
    if found is None or (isinstance(host, Host) and host.os != "darwin"):
        return
    release = f" This is {host.name}." if isinstance(host, Host) and isinstance(host.name, str) else ""
    yield Finding(
        what=f"macOS does not give PyTorch what it needs: {found.quote}.{release}",
        why="This Python is for Intel: under Rosetta it is told an old macOS and gets no MPS."
        if intel
        else "MPS depends on the macOS release, an arm64 Python, and access to the Metal device.",
        fix=Fix(
            "See version and machine type (arm64, not x86_64). Update macOS (14 or newer for current "
            "releases), install "
            "an arm64 Python, and try in a plain Terminal: sandboxes hide the GPU. An Intel Mac ends at PyTorch 2.2.2.",
            ("sw_vers", 'python3 -c "import platform; print(platform.machine(), platform.mac_ver())"'),
            Risk.CHANGES_ENVIRONMENT,
        ),
        verify='python3 -c "import torch; print(torch.backends.mps.is_built(), torch.backends.mps.is_available())"',
        confidence=found.confidence,
        evidence=found.evidence,
    )
