from collections.abc import Iterator

from envdoctor.facts import Companion, Torch, TorchRun, Unknown
from envdoctor.findings import Finding, Severity, check
from envdoctor.rules.companions import judge_companion


@check("LIB001", Severity.ERROR, cause="torchvision-mismatch", because_of=("TOR010",))
def torchvision_mismatch(
    torchvision: Companion | None, torch: Torch | None, torch_run: TorchRun | None | Unknown
) -> Iterator[Finding]:
    """The torchvision here is built for another release or variant of torch than the one beside it.

    Its compiled operators are linked against one build of torch. Release and variant (CPU, cu126, …)
    must both fit; pip compares the release alone, so a CUDA torchvision can come beside a CPU torch.

    How to mend it: install both in one command from one index.

    Source: https://github.com/pytorch/vision (compatibility table); the files' own version.py,
    metadata and needed libraries.
    """
    if torchvision is None or torch is None:
        return
    finding = judge_companion("torchvision", torchvision, torch, torch_run)
    if finding is not None:
        yield finding
