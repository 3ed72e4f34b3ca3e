from collections.abc import Iterator

from envdoctor.compat import newest_covered, number, runs_on
from envdoctor.facts import Gpu, Host, Message, Torch, TorchRun, Unknown
from envdoctor.findings import INSTALL, Finding, Fix, Risk, Severity, check
from envdoctor.rules.builds import arch_list_of, capabilities_of
from envdoctor.rules.told import Told, told

NEWEST = (((12, 8), 120), ((11, 8), 90), ((11, 1), 86), ((11, 0), 80), ((10, 0), 75), ((9, 0), 70), ((8, 0), 61))
"""CUDA from → the newest architecture that it has code for; what is newer cannot be in the build."""
OLD = 72
"""Up to Volta a card that is not covered was dropped; builds never dropped a later one."""
SIGNS = ("sm-not-compatible", "gpu-too-old", "no-kernel-image")


@check("GPU055", Severity.ERROR, cause="gpu-arch-too-new", because_of=("TOR004", "GPU056", "GPU057"))
def gpu_refused_by_build(
    messages: tuple[Message, ...],
    torch: Torch | None | Unknown,
    torch_run: TorchRun | None | Unknown,
    gpus: tuple[Gpu, ...] | Unknown,
    host: Host | Unknown,
) -> Iterator[Finding]:
    """A program says that it holds no code for this GPU.

    A build carries machine code for a list of GPU generations. A card that is newer than the list, or whose
    generation was dropped from it, ends with "no kernel image is available" or "sm_120 is not compatible" at
    the first kernel, although torch.cuda.is_available() is True. Extensions (flash-attn, xformers, vLLM) have
    lists of their own.

    How to mend it: for a new card install a newer build, for an old one the newest that still has its code;
    build extensions for the card.

    Source: https://docs.nvidia.com/cuda/cuda-c-programming-guide/ (binary compatibility);
    https://github.com/pytorch/pytorch/blob/main/RELEASE.md.
    """
    found = told(messages, *SIGNS)
    if found is None or (isinstance(torch, Torch) and torch.build == "rocm"):
        return
    listed = told(messages, "sm-list")
    card = _capability(found, gpus, torch_run)
    old = _is_old(found, card, _built_for(torch, torch_run, host, listed))
    covered = isinstance(torch, Torch) and card is not None and _covers(torch, torch_run, host, card)
    yield Finding(
        what=f"The program has no code for {'this older' if old else 'this'} GPU"
        f"{f' (compute capability {card // 10}.{card % 10})' if card else ''}: {found.quote}.",
        why="Its generation was dropped from this build."
        if old
        else "It is newer than what this build was compiled for, or the build was made for other cards.",
        fix=Fix(
            (
                "PyTorch itself covers the card: the fault is in an extension. Build it for the card "
                "(TORCH_CUDA_ARCH_LIST). "
                if covered
                else ""
            )
            + (
                "Install the newest build that still has code for it (CUDA 12.6 builds up to 2.14 keep "
                "Maxwell to Volta)."
                if old
                else "Install a newer build: RTX 50 and B200 need CUDA 12.8 or newer (PyTorch 2.7)."
            ),
            (INSTALL,),
            Risk.CHANGES_ENVIRONMENT,
        ),
        cause="gpu-arch-too-old" if old else "gpu-arch-too-new",
        verify='python -c "import torch; print(torch.cuda.get_device_capability(), torch.cuda.get_arch_list())"',
        confidence=found.confidence,
        evidence=found.evidence,
    )


def _capability(found: Told, gpus: tuple[Gpu, ...] | Unknown, run: TorchRun | None | Unknown) -> int | None:
    """Return the card's capability as in sm_86: what the message names, else the only one that is known."""
    named = found.value("sm") or found.value("missing")
    if named:
        return int(named)
    exact = found.value("capability") or found.value("dropped")
    listed = {} if isinstance(gpus, Unknown) else capabilities_of(gpus, run)
    cards = {exact} if exact else {one for several in listed.values() for one in several}
    numbers = [number(one) for one in cards]
    return max((one[0] * 10 + one[1] for one in numbers if len(one) > 1), default=None)


def _built_for(
    torch: Torch | None | Unknown, run: TorchRun | None | Unknown, host: Host | Unknown, listed: Told | None
) -> int | None:
    """Return the newest architecture in the build: as the message lists, as the table says, as its CUDA allows."""
    words = (listed.value("list") or "") if listed else ""
    named = [one[0] for word in words.split() if (one := number(word))]
    if named:
        return max(named)
    if not isinstance(torch, Torch):
        return None
    newest = newest_covered(arch_list_of(torch, run, host)[0])
    if newest:
        return newest[0] * 10 + newest[1]
    cuda = number(torch.cuda) if isinstance(torch.cuda, str) else ()
    return next((arch for since, arch in NEWEST if cuda >= since), None) if cuda else None


def _is_old(found: Told, card: int | None, newest: int | None) -> bool:
    """Say whether the card's generation was dropped; otherwise it is too new for the build."""
    if found.message.sign == "gpu-too-old" and not (card and card > OLD and found.value("capability")):
        return True
    if card is None:
        return False
    if newest is not None and card > newest:
        return False
    return card <= OLD


def _covers(torch: Torch, run: TorchRun | None | Unknown, host: Host | Unknown, card: int) -> bool:
    return runs_on(f"{card // 10}.{card % 10}", arch_list_of(torch, run, host)[0])
