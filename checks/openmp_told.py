from collections.abc import Iterator

from envdoctor.facts import Message
from envdoctor.findings import Finding, Severity, check
from envdoctor.rules.import_signatures import ONE_OPENMP
from envdoctor.rules.told import told


@check("LIB057", Severity.ERROR, cause="multiple-installs-or-shadowing", because_of=("TOR002",))
def openmp_told(messages: tuple[Message, ...]) -> Iterator[Finding]:
    """Two OpenMP or MKL runtimes are loaded into one process.

    PyTorch, NumPy, scikit-learn and OpenCV each bring one. Mixed from conda and PyPI, the second stops the
    program ("OMP: Error #15"), finds no room ("static TLS block"), or does not fit its own parts (MKL FATAL).

    How to mend it: install everything that computes from one source into a new environment. Importing torch
    first, or KMP_DUPLICATE_LIB_OK=TRUE, only covers it up.

    Source: https://www.intel.com/content/www/us/en/docs/onemkl/developer-guide-linux/; openmp/runtime/src/i18n of LLVM.
    """
    one = told(messages, "two-openmp", "mkl-fails")
    if one is None:
        return
    yield Finding(
        what=f"Two runtimes for parallel computing are loaded: {one.quote}.",
        why="Packages of different sources bring a copy each, and one process can use one.",
        fix=ONE_OPENMP,
        verify="python -c 'import numpy, torch; print(torch.__config__.parallel_info())'",
        evidence=one.evidence,
        confidence=one.confidence,
    )
