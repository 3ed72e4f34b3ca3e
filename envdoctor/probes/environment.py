"""Variables that change what PyTorch, CUDA, compilers or Python do: by allow-list, never by "all but"."""

from __future__ import annotations

from envdoctor.probes.reading import printable
from envdoctor.probes.system import System

CAP = 8000
"""Characters of a value; a PATH of thousands of folders says no more than its beginning."""

NAMES = frozenset(
    """
    CUDA_HOME CUDA_PATH CUDA_ROOT CUDACXX CUDAHOSTCXX CUDAARCHS NVCC_PREPEND_FLAGS NVCC_APPEND_FLAGS NVCC_CCBIN
    NVIDIA_VISIBLE_DEVICES NVIDIA_DRIVER_CAPABILITIES NVIDIA_REQUIRE_CUDA NVIDIA_DISABLE_REQUIRE NVIDIA_TF32_OVERRIDE
    GPU_DEVICE_ORDINAL HSA_OVERRIDE_GFX_VERSION HIP_VISIBLE_DEVICES HIP_PLATFORM ROCR_VISIBLE_DEVICES
    ROCM_HOME ROCM_PATH ZE_AFFINITY_MASK ONEAPI_DEVICE_SELECTOR FORCE_CUDA MAX_JOBS
    PATH LD_LIBRARY_PATH LD_PRELOAD LD_BIND_NOW LIBRARY_PATH CPATH DYLD_LIBRARY_PATH DYLD_INSERT_LIBRARIES
    GLIBC_TUNABLES
    PYTHONPATH PYTHONHOME PYTHONWARNINGS PYTHONNOUSERSITE PYTHONSTARTUP PYTHONSAFEPATH PYTHONOPTIMIZE PYTHONINSPECT
    PYTHONDEVMODE PYTHONMALLOC PYTHONUTF8 PYTHONIOENCODING PYTHONUSERBASE PYTHONPLATLIBDIR PYTHON_GIL PYENV_VERSION
    VIRTUAL_ENV CONDA_PREFIX CONDA_DEFAULT_ENV CONDA_SHLVL CONDA_OVERRIDE_CUDA
    CC CXX CFLAGS CXXFLAGS LDFLAGS XDG_CACHE_HOME TMPDIR TEMP TMP LANG LC_ALL
    SLURM_JOB_ID SLURM_CPUS_PER_TASK SLURM_CPUS_ON_NODE SLURM_GPUS SLURM_JOB_GPUS SLURM_STEP_GPUS
    WORLD_SIZE RANK LOCAL_RANK LOCAL_WORLD_SIZE WSL_DISTRO_NAME
    """.split()  # noqa: SIM905  # one readable table
)
"""Taken by their whole name."""

PREFIXES = tuple(
    """
    CUDA_ CUDNN_ CUBLAS_ CUBLASLT_ NCCL_ TORCH_ TORCHINDUCTOR_ TORCHDYNAMO_ PYTORCH_ TRITON_
    OMP_ MKL_ KMP_ GOMP_ OPENBLAS_ NUMEXPR_
    """.split()  # noqa: SIM905  # one readable table
)
"""Taken whatever follows: switches of these libraries."""

NEVER = ("TOKEN", "SECRET", "PASS", "KEY", "CREDENTIAL", "AUTH")
"""Names with one of these are not taken, whatever else they are."""


def probe(system: System) -> dict[str, str]:
    """Return the allowed variables that are set, sorted by name. Values are cut; redaction happens in reports."""
    return {name: _value(value) for name, value in sorted(system.environment.items()) if is_allowed(name)}


def is_allowed(name: str) -> bool:
    """Say whether a variable of this name may be taken."""
    if not name.isascii() or any(word in name.upper() for word in NEVER):
        return False
    return name in NAMES or name.startswith(PREFIXES)


def _value(value: str) -> str:
    return printable(value if len(value) <= CAP else f"{value[:CAP]}…")
