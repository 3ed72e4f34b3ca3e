from collections.abc import Iterator

from envdoctor.facts import Message, Platform, Unknown
from envdoctor.findings import Finding, Fix, Risk, Severity, check
from envdoctor.rules.judging import wsl_of
from envdoctor.rules.told import told

WINDOWS = Fix(
    "Install the CUDA toolkit, which brings cuda.lib, or the package triton-windows, which needs none.",
    ('python -m pip install "triton-windows<4"',),
    Risk.CHANGES_ENVIRONMENT,
)


@check("BLD053", Severity.ERROR, cause="triton-or-compile")
def libcuda_not_linkable(messages: tuple[Message, ...], platform: Platform | Unknown) -> Iterator[Finding]:
    """Triton cannot link with libcuda: there is no `libcuda.so` where it looks.

    A driver brings `libcuda.so.1`; the name without number is made by its development link or by `ldconfig`.
    In containers, notebooks and WSL, where the driver's library lies in a folder of its own, neither is there,
    and the linker says "cannot find -lcuda". On Windows it is `cuda.lib` of the toolkit.

    How to mend it: run `ldconfig` with that folder, or make the link and name its folder in LIBRARY_PATH or
    TRITON_LIBCUDA_PATH.

    Source: https://github.com/triton-lang/triton/blob/main/third_party/nvidia/backend/driver.py;
    https://github.com/pytorch/pytorch/issues/107960.
    """
    one = told(messages, "libcuda-not-linkable", "cuda-header-for-triton")
    if one is None:
        return
    folder = "/usr/lib/wsl/lib" if wsl_of(platform) else "/usr/local/nvidia/lib64"
    yield Finding(
        what=f"Triton does not find the driver's library, or CUDA's header, to build with: {one.quote}.",
        why="It builds a module against libcuda when a kernel first runs; the loader's cache does not list it.",
        fix=WINDOWS
        if "cuda.lib" in one.message.text
        else Fix(
            "See where libcuda.so.1 lies, enter that folder into the loader's cache, or name it for Triton.",
            (
                "find / -name 'libcuda.so*' -not -path '/proc/*' 2>/dev/null",
                f"sudo ldconfig {folder}",
                f"export TRITON_LIBCUDA_PATH={folder} LIBRARY_PATH={folder}:$LIBRARY_PATH",
            ),
            Risk.NEEDS_ROOT,
        ),
        verify="ldconfig -p | grep libcuda.so",
        evidence=one.evidence,
        confidence=one.confidence,
    )
