from collections.abc import Iterator

from envdoctor.facts import Message
from envdoctor.findings import Finding, Fix, Risk, Severity, check
from envdoctor.rules.loading import loader_told
from envdoctor.rules.told import Told, told, told_all

SIGNS = ("xformers-other-torch", "extension-other-torch", "extension-library-missing")
COMPANIONS = ("torchvision", "torchaudio")


@check("LIB053", Severity.ERROR, cause="ext-binary-mismatch", because_of=("TOR055",))
def extension_told(messages: tuple[Message, ...]) -> Iterator[Finding]:
    """A compiled extension was built for another PyTorch, CUDA or Python than the one that loads it.

    flash-attn, xformers, torch-scatter, mmcv, detectron2, vLLM and others hold code that is linked with one
    release of PyTorch and one CUDA: with another their symbols are missing ("undefined symbol: _ZN3c10…") or
    the CUDA runtime of their release is.

    How to mend it: install the wheel that its project publishes for this PyTorch and CUDA, or build it again
    beside this PyTorch, without pip's cache.

    Source: https://docs.pytorch.org/docs/stable/cpp_extension.html; itanium-cxx-abi (names of symbols).
    """
    one = loader_told(messages, "ext-binary-mismatch") or told(messages, *SIGNS) or _companion(messages)
    if one is None:
        return
    what = one.value("package") or (one.value("library") or "").rpartition("/")[2] or "An extension"
    name = (one.value("package") or "NAME-OF-THE-EXTENSION").replace("_", "-")
    yield Finding(
        what=f"{what} was built for another PyTorch or CUDA: {one.quote}.",
        why="Its compiled part is linked with functions or libraries that this PyTorch does not have.",
        fix=Fix(
            "Install its wheel for this PyTorch and CUDA, or build it again beside this PyTorch.",
            (
                f"python -m pip uninstall -y {name}",
                f"python -m pip install --no-cache-dir --no-build-isolation {name}",
            ),
            Risk.CHANGES_ENVIRONMENT,
        ),
        verify="python -c 'import torch; print(torch.__version__, torch.version.cuda, torch.compiled_with_cxx11_abi())"
        "'",
        evidence=one.evidence,
        confidence=one.confidence,
    )


def _companion(messages: tuple[Message, ...]) -> Told | None:
    found = told_all(messages, "companion-cuda-differs", "companion-requires-torch")
    return next((one for one in found if one.value("package") not in COMPANIONS), None)
