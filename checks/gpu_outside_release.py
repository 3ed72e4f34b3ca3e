from collections.abc import Iterator

from envdoctor.compat import newest_covered, number, runs_on
from envdoctor.facts import Gpu, Host, Message, Torch, TorchRun, Unknown
from envdoctor.findings import INSTALL, Finding, Fix, Risk, Severity, check
from envdoctor.rules.builds import arch_list_of, capabilities_of
from envdoctor.rules.judging import torch_name

SYSTEMS = (Host("linux", arch="x86_64"), Host("windows", arch="x86_64"))
LAST = (1, 13)
"""From this release on the table of architectures tells."""
NEWEST = (
    ((11, 8), (9, 0)),
    ((11, 1), (8, 6)),
    ((11, 0), (8, 0)),
    ((10, 0), (7, 5)),
    ((9, 0), (7, 0)),
    ((8, 0), (6, 1)),
)
"""CUDA from → the newest capability that it has code for; a card of the same major runs it."""
OLDEST = (((1, 3), (3, 7)), ((0, 4), (3, 5)))
"""PyTorch from → the oldest capability in its published builds."""


@check("GPU063", Severity.ERROR, cause="gpu-arch-too-new", because_of=("GPU055", "TOR004"))
def gpu_outside_release(
    messages: tuple[Message, ...],  # noqa: ARG001  # such releases are met in pasted texts only
    torch: Torch | None,
    torch_run: TorchRun | None | Unknown,
    gpus: tuple[Gpu, ...],
    host: Host | Unknown,
) -> Iterator[Finding]:
    """The release of PyTorch that a text names has no code for the GPU that it names.

    Releases from before 1.13 are too old for the table of architectures, and CUDA itself bounds what they can
    hold: CUDA 10 ends at capability 7.5, 11.1 at 8.6 (a card of the same major runs older code). From 1.3 on
    the published builds begin at 3.7, without K20 and K40. For later releases the table counts, where every
    system's build leaves the card out. `torch.cuda.is_available()` is True all the same; the first kernel fails.

    How to mend it: install a newer release for a newer card; for an older card the newest that has its code.

    Source: https://docs.nvidia.com/cuda/cuda-toolkit-release-notes/;
    https://github.com/pytorch/pytorch/issues/24205.
    """
    if torch is None or not isinstance(torch.version, str) or not isinstance(torch.cuda, str):
        return
    if isinstance(torch_run, TorchRun) and torch_run.available is False:
        return
    cards = {number(one)[:2] for several in capabilities_of(gpus, torch_run).values() for one in several}
    if not cards:
        return
    recent = number(torch.version) >= LAST
    old = _recent(cards, torch, host) if recent else _early(cards, torch.version, torch.cuda)
    if old is None:
        return
    capability = ".".join(str(part) for part in max(cards))
    yield Finding(
        what=f"{torch_name(torch)} (CUDA {torch.cuda}) has no code for compute capability {capability}.",
        why="The published builds of that release do without it." if old else "That build is older than the GPU.",
        fix=Fix(
            "Install the newest release that still has its code, or build PyTorch for this card."
            if old
            else "Install a newer PyTorch, built for a CUDA that knows the GPU.",
            (INSTALL,),
            Risk.CHANGES_ENVIRONMENT,
        ),
        cause="gpu-arch-too-old" if old else "gpu-arch-too-new",
        verify='python -c "import torch; print(torch.cuda.get_device_capability(), torch.version.cuda)"',
        confidence="likely",
        evidence={"torch.version": torch.version, "torch.cuda": torch.cuda},
    )


def _early(cards: set[tuple[int, ...]], version: str, cuda: str) -> bool | None:
    """Say whether the cards are too old for an early release; None: they are neither too old nor too new."""
    newest = next((last for since, last in NEWEST if number(cuda) >= since), None)
    oldest = next((first for since, first in OLDEST if number(version) >= since), None)
    if newest is None or oldest is None:
        return None
    if max(cards) < oldest:
        return True
    return False if min(cards)[0] > newest[0] else None


def _recent(cards: set[tuple[int, ...]], torch: Torch, host: Host | Unknown) -> bool | None:
    """Say the same of a release in the table, for a text that does not name its system: all builds must agree."""
    if not isinstance(host, Unknown):
        return None
    lists = [arch_list_of(torch, None, one)[0] for one in SYSTEMS]
    lists = [one for one in lists if one]
    if not lists or any(runs_on(f"{major}.{minor}", one) for one in lists for major, minor in cards):
        return None
    return all(max(cards) < (newest_covered(one) or (0, 0)) for one in lists)
