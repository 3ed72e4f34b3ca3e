from collections.abc import Iterator

from envdoctor.data import release
from envdoctor.facts import Host, Message, Torch, Unknown
from envdoctor.findings import Finding, Fix, Risk, Severity, check
from envdoctor.rules.remedies import family
from envdoctor.rules.told import told


@check("BLD055", Severity.ERROR, cause="triton-or-compile", because_of=("BLD051", "BLD052", "BLD053"))
def triton_unfit_told(
    messages: tuple[Message, ...], torch: Torch | None | Unknown, host: Host | Unknown
) -> Iterator[Finding]:
    """Triton is missing, or is not the one that belongs to this PyTorch.

    Each PyTorch works with one release of Triton, which its Linux wheels require. On Windows and macOS there is
    none on PyPI (Windows: the package triton-windows); another release beside it lacks names that PyTorch or a
    library imports.

    How to mend it: install the Triton that this PyTorch requires; on Windows triton-windows of the same minor
    release.

    Source: the metadata of torch's wheels on PyPI; https://github.com/woct0rdho/triton-windows.
    """
    wrong = told(messages, "triton-other-version", "triton-library-fails")
    missing = told(messages, "triton-missing")
    one = wrong or missing
    if one is None or told(messages, "triton-optional") is not None:
        return  # a library that can do without it says so
    version = torch.version if isinstance(torch, Torch) and isinstance(torch.version, str) else None
    row = release(version) if version else None
    wanted = row.triton if row is not None else None
    package = "triton-windows" if family(host) == "windows" else "triton"
    yield Finding(
        what=f"The Triton that is installed does not fit: {one.quote}."
        if wrong
        else f"Triton does not work here: {one.quote}.",
        why="PyTorch and the libraries on it use names of exactly the Triton that they were released with.",
        fix=Fix(
            f"Install the Triton of this PyTorch ({wanted})."
            if wanted
            else "Install the Triton that this PyTorch requires.",
            (f'python -m pip install "{package}{wanted or ""}"',),
            Risk.CHANGES_ENVIRONMENT,
        ),
        verify="python -c 'import torch, triton; print(torch.__version__, triton.__version__)'",
        evidence=one.evidence,
        confidence=one.confidence,
    )
