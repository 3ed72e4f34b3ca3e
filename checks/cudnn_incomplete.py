from collections.abc import Iterator

from envdoctor.facts import Library, Python, Torch, TorchRun, Unknown
from envdoctor.findings import Finding, Fix, Risk, Severity, check
from envdoctor.rules.judging import cuda_works
from envdoctor.rules.pip import pip

PARTS = (
    "libcudnn_adv",
    "libcudnn_cnn",
    "libcudnn_engines_precompiled",
    "libcudnn_engines_runtime_compiled",
    "libcudnn_graph",
    "libcudnn_heuristic",
    "libcudnn_ops",
)
"""What every cuDNN 9 consists of, beside the library that programs are linked with."""
WITH_THESE = "9"


@check("LIB009", Severity.WARNING, cause="cudnn-mismatch", because_of=("LIB004",))
def cudnn_incomplete(
    torch: Torch | None,
    libraries: tuple[Library, ...],
    torch_run: TorchRun | None | Unknown,
    python: Python | None | Unknown,
) -> Iterator[Finding]:
    """A part of the cuDNN that lies beside PyTorch is missing.

    cuDNN loads its parts when they are first needed, so `import torch` works and the first convolution
    fails: "Unable to load any of {libcudnn_ops.so.9…}", CUDNN_STATUS_SUBLIBRARY_LOADING_FAILED.

    How to mend it: install the package with cuDNN again.

    Source: https://docs.nvidia.com/deeplearning/cudnn/ (the sub-libraries of cuDNN 9).
    """
    if torch is None or torch.build != "cuda":
        return
    ours = {one.name: (place, one) for place, one in enumerate(libraries) if _is_ours(one)}
    if "libcudnn" not in ours:
        return  # none at all: the import says so
    place, main = ours["libcudnn"]
    missing = [part for part in PARTS if part not in ours]
    package = main.package.partition(" ")[::2] if isinstance(main.package, str) else ("", "")
    if not missing or not package[0]:
        return
    works = cuda_works(torch_run)
    yield Finding(
        what=f"{package[0]} {package[1]} is not whole: {', '.join(missing)} {'is' if len(missing) == 1 else 'are'} not "
        f"in {main.path.rpartition('/')[0]}.",
        why="cuDNN loads its parts when they are first needed: the first convolution on a GPU fails.",
        fix=Fix(
            "Install the package again.",
            (pip(python, "install --force-reinstall --no-deps", f"{package[0]}=={package[1]}"),),
            Risk.CHANGES_ENVIRONMENT,
        ),
        severity=Severity.ERROR if works else Severity.WARNING,
        evidence={f"libraries.{place}.path": main.path, f"libraries.{place}.package": main.package},
    )


def _is_ours(one: Library) -> bool:
    version = one.version if isinstance(one.version, str) else ""
    return one.owner == "wheel" and one.name.startswith("libcudnn") and version.partition(".")[0] == WITH_THESE
