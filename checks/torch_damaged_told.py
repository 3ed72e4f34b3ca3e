from collections.abc import Iterator

from envdoctor.facts import Message
from envdoctor.findings import Finding, Severity, check
from envdoctor.rules.import_errors import Reason, recognise
from envdoctor.rules.import_signatures import REINSTALL
from envdoctor.rules.loading import loader_told
from envdoctor.rules.told import told

OTHERWISE = Reason(
    "torch-broken", "Its files are incomplete, damaged, or made for processors with other instructions.", REINSTALL
)


@check("TOR053", Severity.ERROR, cause="torch-broken", because_of=("TOR002", "SYS071", "PYT051"))
def torch_damaged_told(messages: tuple[Message, ...]) -> Iterator[Finding]:
    """PyTorch is installed, and its own files are damaged, missing, or not for this machine.

    An interrupted or repeated installation, a removed nvidia-* package or a disk that was full leaves a PyTorch
    that does not import. "Illegal instruction" means that the processor lacks instructions that the build uses
    (AVX), often in a virtual machine that hides them.

    How to mend it: make a new environment and install once; on an old processor, an older release or a build
    from conda-forge.

    Source: the public issues of PyTorch in which these messages were explained; ld.so(8).
    """
    one = loader_told(messages, "torch-broken") or told(
        messages, "c-extensions-not-loaded", "torch-file-missing", "torch-requirement-missing", "import-crashes"
    )
    if one is None:
        return
    reason = recognise(one.message.text) or OTHERWISE
    yield Finding(
        what=f"PyTorch does not import: {one.quote}.",
        why=reason.why,
        fix=reason.fix,
        verify="python -c 'import torch; print(torch.__version__)'",
        cause=reason.cause if one.message.sign == "c-extensions-not-loaded" else "torch-broken",
        evidence=one.evidence,
        confidence=one.confidence,
    )
