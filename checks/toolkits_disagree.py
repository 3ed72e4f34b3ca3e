from collections.abc import Iterator

from envdoctor.compat import number
from envdoctor.facts import Toolkit, Torch, Unknown, known
from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.rules.judging import toolkits_at


@check("TKT004", Severity.WARNING, cause="env-variable", because_of=("ENV002",))
def toolkits_disagree(toolkits: tuple[Toolkit, ...], torch: Torch | None | Unknown) -> Iterator[Finding]:
    """The nvcc on PATH is of another CUDA version than the toolkit that CUDA_HOME names.

    `nvcc --version` shows one version, and a build of an extension uses the other. It comes from adding a
    toolkit at the end of PATH, where an older nvcc (such as a distribution's, /usr/bin/nvcc) stands before it.

    How to mend it: put `$CUDA_HOME/bin` first on PATH.

    Source: https://docs.nvidia.com/cuda/cuda-installation-guide-linux/ (environment setup);
    torch/utils/cpp_extension.py (CUDA_HOME).
    """
    found = toolkits_at(toolkits)
    home = next(((path, one) for path, one in found.items() if one.cuda_home), None)
    first = next(((path, one) for path, one in found.items() if one.first_on_path), None)
    if home is None or first is None or home[0] == first[0]:
        return
    versions = {path: known(one.version, f"{path}.version") for path, one in (home, first)}
    named, typed = versions[home[0]], versions[first[0]]
    if named is None or typed is None or number(named)[:2] == number(typed)[:2]:
        return
    cuda = torch.cuda if isinstance(torch, Torch) and isinstance(torch.cuda, str) else None
    yield Finding(
        what=f"nvcc on PATH is of CUDA {typed} ({first[1].path}); CUDA_HOME names CUDA {named} ({home[1].path}).",
        why="nvcc on the command line and builds of PyTorch extensions use different releases."
        + (f" PyTorch is built for CUDA {cuda}." if cuda else ""),
        fix=Fix("Put CUDA_HOME's bin first on PATH, or correct CUDA_HOME.", ('export PATH="$CUDA_HOME/bin:$PATH"',)),
        evidence={f"{path}.version": version for path, version in versions.items()},
    )
