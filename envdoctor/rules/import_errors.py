"""Why `import torch` failed: by what it said, and by how it ended."""

from __future__ import annotations

import re

import msgspec

from envdoctor.facts import Failure
from envdoctor.findings import INSTALL, Fix, Risk
from envdoctor.rules.import_signatures import SIGNATURES
from envdoctor.rules.judging import said


class Reason(msgspec.Struct, frozen=True):
    """Why an import fails."""

    cause: str
    why: str
    fix: Fix


WARNING_RAISED = Reason(
    "env-variable",
    "A warning is raised as an exception: PYTHONWARNINGS (or -W) turns warnings into errors, and PyTorch does not "
    "import without any.",
    Fix("Unset PYTHONWARNINGS.", ("unset PYTHONWARNINGS",)),
)
SIGNALS = {
    "SIGILL": Reason(
        "torch-broken",
        "It ran an instruction that this processor does not know: the build is made for newer ones.",
        Fix("Install a build for this processor, or an older release.", (INSTALL,), Risk.CHANGES_ENVIRONMENT),
    ),
    "SIGKILL": Reason(
        "limits",
        "It was killed from outside, most often because the memory of the machine, container or job was used up.",
        Fix("Give the container or job more memory; see the kernel's log.", ("sudo dmesg | tail",)),
    ),
}


def explain(failure: Failure) -> Reason | None:
    """Return why an import failed, by what it said and how it ended; None: that tells nothing exact."""
    if failure.kind == "exception" and re.match(r"[\w.]*Warning: ", failure.detail):
        return WARNING_RAISED
    # The exception itself counts before what was printed on the way, which may be harmless.
    return recognise(failure.detail) or recognise(said(failure)) or SIGNALS.get(failure.detail)


def recognise(text: str) -> Reason | None:
    """Return what the first signature that fits says of a text."""
    for signature in SIGNATURES:
        match = re.search(signature.pattern, text, re.IGNORECASE)
        if match:
            it = next((group for group in match.groups() if group), "it")
            return Reason(signature.cause, signature.why.replace("{it}", it), signature.fix)
    return None
