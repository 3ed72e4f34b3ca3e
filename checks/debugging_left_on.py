from collections.abc import Iterator

from envdoctor.facts import Torch, Unknown
from envdoctor.findings import Finding, Fix, Severity, check

OFF = ("", "0", "OFF", "off", "false", "False", "INFO")
SWITCHES = {
    # Variable → what it costs.
    "CUDA_LAUNCH_BLOCKING": "every kernel is waited for, so the CPU cannot work ahead of the GPU",
    "TORCH_DISTRIBUTED_DEBUG": "every collective operation is checked across all processes",
    "TORCH_USE_CUDA_DSA": "kernels are to check their inputs",
    "CUDNN_LOGDEST_DBG": "cuDNN writes a log of its calls",
    "TORCHDYNAMO_DISABLE": "torch.compile does nothing",
    "TORCH_COMPILE_DISABLE": "torch.compile does nothing",
}
WHEN_SET = {
    # Count whatever their value, even "0".
    "PYTORCH_NO_CUDA_MEMORY_CACHING": "every allocation and release goes to the driver and waits for the GPU",
    "PYTORCH_NO_HIP_MEMORY_CACHING": "every allocation and release goes to the driver and waits for the GPU",
}


@check("ENV006", Severity.WARNING, cause="env-variable")
def debugging_left_on(environment: dict[str, str], torch: Torch | None | Unknown) -> Iterator[Finding]:
    """A switch that is meant for finding faults is still on, and slows training down.

    `CUDA_LAUNCH_BLOCKING=1` and its like were set to get an exact error message and forgotten, often in a
    start file. Results are right; steps take longer.

    How to mend it: unset the variable outside of debugging.

    Source: https://docs.pytorch.org/docs/stable/cuda_environment_variables.html;
    https://docs.pytorch.org/docs/stable/torch.compiler_troubleshooting.html.
    """
    found = {name: cost for name, cost in SWITCHES.items() if environment.get(name, "").strip() not in OFF}
    found |= {name: cost for name, cost in WHEN_SET.items() if name in environment}
    if not found or torch is None:
        return
    idle = isinstance(torch, Torch) and torch.build == "cpu" and not any("compile" in cost for cost in found.values())
    yield Finding(
        what=f"{', '.join(f'{name}={environment[name]}' for name in found)} is set.",
        why=f"With it {'; '.join(dict.fromkeys(found.values()))}.",
        fix=Fix("Unset it unless you are debugging.", tuple(f"unset {name}" for name in found)),
        severity=Severity.NOTE if idle else Severity.WARNING,
        evidence={f"environment.{name}": environment[name] for name in found},
    )
