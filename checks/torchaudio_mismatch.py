from collections.abc import Iterator

from envdoctor.facts import Companion, Torch, TorchRun, Unknown
from envdoctor.findings import Finding, Severity, check
from envdoctor.rules.companions import judge_companion


@check("LIB002", Severity.ERROR, cause="torchaudio-mismatch", because_of=("TOR010",))
def torchaudio_mismatch(
    torchaudio: Companion | None, torch: Torch | None, torch_run: TorchRun | None | Unknown
) -> Iterator[Finding]:
    """The torchaudio here is built for another release or variant of torch than the one beside it.

    Its compiled operators are linked against one build of torch. Release and variant (CPU, cu126, …)
    must both fit; pip compares the release alone, so a CUDA torchaudio can come beside a CPU torch.

    How to mend it: install both in one command from one index.

    Source: https://github.com/pytorch/audio (compatibility table); the files' own version.py,
    metadata and needed libraries.
    """
    if torchaudio is None or torch is None:
        return
    finding = judge_companion("torchaudio", torchaudio, torch, torch_run)
    if finding is not None:
        yield finding
