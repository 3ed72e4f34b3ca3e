from collections.abc import Iterator

from envdoctor.facts import Torch, TorchRun, Unknown
from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.rules.alloc_conf import Fault, fault

VARIABLES = ("PYTORCH_ALLOC_CONF", "PYTORCH_CUDA_ALLOC_CONF", "PYTORCH_HIP_ALLOC_CONF")


@check("ENV005", Severity.WARNING, cause="env-variable")
def alloc_conf_malformed(
    environment: dict[str, str], torch: Torch | None | Unknown, torch_run: TorchRun | None | Unknown
) -> Iterator[Finding]:
    """The variable that sets PyTorch's memory allocator is not of the form that PyTorch reads.

    `PYTORCH_CUDA_ALLOC_CONF` (newer: `PYTORCH_ALLOC_CONF`) holds `key:value` pairs with commas between. With
    "=" or ";" in it `import torch` ends the whole process without an exception; a wrong value raises at
    the first use of the GPU.

    How to mend it: correct the value, or unset the variable.

    Source: https://docs.pytorch.org/docs/stable/notes/cuda.html; tried with PyTorch 2.15.0.
    """
    for name in VARIABLES:
        value = environment.get(name)
        found = fault(value) if value else None
        if value is None or found is None:
            continue
        died = isinstance(torch_run, TorchRun) and _died(torch_run, found)
        if torch is None and not found.aborts:
            continue
        yield Finding(
            what=f"{name} is malformed: {found.text} (it is `{value}`).",
            why="`import torch` ends the process when it reads this."
            if found.aborts
            else "PyTorch raises when it reads this, at the first use of the GPU.",
            fix=Fix(
                "Correct it where it is set, for instance to expandable_segments:True, or unset it.",
                (f"unset {name}",),
            ),
            severity=_severity(found, died=died),
            confidence="proved" if found.sure else "likely",
            evidence={f"environment.{name}": value},
        )


def _died(run: TorchRun, found: Fault) -> bool:
    """Say whether PyTorch came to harm in a way that this fault explains."""
    if run.failure is not None and (found.aborts or "lloc" in run.failure.detail):
        return True
    return bool(run.init_error and "lloc" in run.init_error)


def _severity(found: Fault, *, died: bool) -> Severity:
    if died:
        return Severity.ERROR
    return Severity.WARNING if found.sure else Severity.NOTE
