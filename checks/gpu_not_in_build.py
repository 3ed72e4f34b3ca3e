from collections.abc import Iterator

from envdoctor.compat import newest_covered, number, runs_on
from envdoctor.facts import Gpu, Host, Torch, TorchRun, Unknown
from envdoctor.findings import INSTALL, Finding, Fix, Risk, Severity, check
from envdoctor.rules.builds import arch_list_of, capabilities_of
from envdoctor.rules.judging import gpu_name, torch_name

FIXES = {
    "newer": "Install a newer build, which knows this GPU.",
    "older": "Install the newest build that still has code for this GPU.",
}


@check("TOR004", Severity.ERROR, cause="gpu-arch-too-new")
def gpu_not_in_build(
    torch: Torch | None, torch_run: TorchRun | None | Unknown, gpus: tuple[Gpu, ...], host: Host | Unknown
) -> Iterator[Finding]:
    """The installed build of PyTorch holds no code that runs on the GPU.

    A GPU runs machine code of its own major compute capability with an equal or lower minor (8.9 runs
    sm_86), and PTX of an older one; the usual wheels carry no PTX. Otherwise the first kernel fails:
    "no kernel image is available for execution on the device", "sm_120 is not compatible". A new card
    needs a newer build; an old one needs a build from before its generation was dropped.

    Where torch could not be asked, its table of releases tells what such a build holds.

    How to mend it: install a build whose list of architectures covers the GPU.

    Source: https://docs.nvidia.com/cuda/cuda-c-programming-guide/ (binary and PTX compatibility).
    """
    if torch is None or torch.build not in ("cuda", "unknown"):
        return
    arch_list, asked = arch_list_of(torch, torch_run, host)
    cards = capabilities_of(gpus, torch_run)
    works = _working(torch_run)
    left_out = {
        name: found
        for name, found in cards.items()
        if name not in works and not any(runs_on(c, arch_list) for c in found)
    }
    if not arch_list or not left_out:
        return
    newest = newest_covered(arch_list) or (0, 0)
    # A new card is there to compute; an old one beside it may serve the screen.
    name, found = max(left_out.items(), key=lambda item: number(item[1][-1]))
    newer = number(found[0]) > newest
    yield Finding(
        what=f"{name} has compute capability {' or '.join(found)}; {torch_name(torch)} holds code for "
        f"{', '.join(arch_list)} only.",
        why=f"{'It is newer than all' if newer else 'Its generation is not among those'} that this build was compiled "
        "for, so no kernel starts there.",
        fix=Fix(FIXES["newer" if newer else "older"], (INSTALL,), Risk.CHANGES_ENVIRONMENT),
        cause="gpu-arch-too-new" if newer else "gpu-arch-too-old",
        severity=Severity.ERROR if newer or len(left_out) == len(cards) else Severity.WARNING,
        confidence="proved" if asked else "likely",
        evidence={"torch.version": torch.version, "torch.cuda": torch.cuda}
        | ({"torch_run.arch_list": list(arch_list)} if asked else {}),
    )


def _working(run: TorchRun | None | Unknown) -> set[str]:
    """Return the GPUs on which torch was seen to compute: what runs needs no rule."""
    if not isinstance(run, TorchRun):
        return set()
    return {gpu_name(device.index, device.name) for device in run.devices if device.computes is True}
