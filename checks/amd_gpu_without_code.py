from collections.abc import Iterator

from envdoctor.facts import Message, PciGpu, Torch, Unknown
from envdoctor.findings import Finding, Fix, Risk, Severity, check
from envdoctor.rules.surroundings import is_amd
from envdoctor.rules.told import told


@check("GPU057", Severity.ERROR, cause="rocm", because_of=("GPU058",))
def amd_gpu_without_code(
    messages: tuple[Message, ...], torch: Torch | None | Unknown, pci_gpus: tuple[PciGpu, ...] | Unknown
) -> Iterator[Finding]:
    """The ROCm build holds no code for this AMD GPU.

    ROCm wheels carry code for a list of GPUs (gfx906, gfx90a, gfx942, gfx1030, gfx1100, …). On another one the
    first kernel ends with "invalid device function", a missing Tensile file, or a crash.
    HSA_OVERRIDE_GFX_VERSION makes the runtime take a near relative's code; it must be exported in the shell
    that starts the program.

    How to mend it: install wheels that know the GPU, or export the override of a near relative.

    Source: https://rocm.docs.amd.com/projects/install-on-linux/en/latest/reference/system-requirements.html;
    https://github.com/pytorch/pytorch/issues/132570.
    """
    own = told(messages, "hip-no-code", "rocm-library")
    other = told(messages, "crash", "no-kernel-image", "illegal-access", "hip-override")
    found = own or (other if is_amd(torch, pci_gpus) else None)
    if found is None:
        return
    yield Finding(
        what=f"The ROCm build does not run on this AMD GPU: {found.quote}.",
        why="The build, or the override that this process sees, has no code that fits the GPU.",
        fix=Fix(
            "See the GPU's name (gfx…) and compare it with torch.cuda.get_arch_list(). Install wheels for "
            "it (a newer ROCm, "
            "AMD's own index for newer cards), or export the override of a near relative in the shell that starts the "
            "program: 10.3.0 for RX 6000 and 5000, 11.0.0 for RX 7000 and integrated GPUs of that generation.",
            ("rocminfo | grep gfx", "export HSA_OVERRIDE_GFX_VERSION=10.3.0"),
            Risk.CHANGES_ENVIRONMENT,
        ),
        verify="python -c \"import torch; print(torch.cuda.get_arch_list()); print(torch.ones(2, device='cuda') * 2)\"",
        confidence=found.confidence if own else "likely",
        evidence=found.evidence,
    )
