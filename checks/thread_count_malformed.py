import re
from collections.abc import Iterator

from envdoctor.facts import Torch
from envdoctor.findings import Finding, Fix, Severity, check

NAMES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS", "NUMEXPR_MAX_THREADS")
COUNT = re.compile(r"\s*\+?0*[1-9]\d{0,4}\s*", re.ASCII)
COUNTS = re.compile(rf"{COUNT.pattern}(?:,{COUNT.pattern})*", re.ASCII)
"""OpenMP takes a number for each level of nesting."""


@check("ENV007", Severity.WARNING, cause="env-variable")
def thread_count_malformed(environment: dict[str, str], torch: Torch | None) -> Iterator[Finding]:
    """A variable with a number of threads holds something else.

    OpenMP and MKL print a line ("libgomp: Invalid value for environment variable OMP_NUM_THREADS"), leave it aside and
    take all CPUs; NumExpr raises when it is imported. A batch script that sets the variable from another one
    that is not set leaves it like that.

    How to mend it: set it to a whole number, or unset it.

    Source: https://www.openmp.org/spec-html/5.2/openmpse59.html (OMP_NUM_THREADS).
    """
    if torch is None:
        return
    for name in NAMES:
        value = environment.get(name, "")
        fits = COUNTS if name == "OMP_NUM_THREADS" else COUNT
        if value.strip() and not fits.fullmatch(value):
            yield Finding(
                what=f'{name} is "{value[:80]}", which is no number of threads.',
                why="The libraries that read it print a line and take all CPUs instead, or raise.",
                fix=Fix("Set it to a whole number, or unset it.", (f"unset {name}",)),
                evidence={f"environment.{name}": value},
            )
