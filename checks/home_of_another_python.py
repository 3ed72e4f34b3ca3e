from collections.abc import Iterator

from envdoctor.facts import Message, Unknown
from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.rules.told import told


@check("ENV053", Severity.ERROR, cause="env-variable")
def home_of_another_python(messages: tuple[Message, ...], environment: dict[str, str] | Unknown) -> Iterator[Finding]:
    """PYTHONHOME or PYTHONPATH leads Python to the library of another Python.

    A Python that takes another's library says "No module named 'encodings'", "SRE module mismatch" or "Could
    not find platform independent libraries" and does not start, or loads packages that were compiled for
    another release.

    How to mend it: unset both variables; programs that need them should set them for themselves.

    Source: https://docs.python.org/3/using/cmdline.html#envvar-PYTHONHOME.
    """
    one = told(messages, "python-does-not-start", "python-prefix-missing", "python-library-mixed")
    home = None if isinstance(environment, Unknown) else environment.get("PYTHONHOME") or environment.get("PYTHONPATH")
    if one is None or not home:
        return
    name = "PYTHONHOME" if not isinstance(environment, Unknown) and environment.get("PYTHONHOME") else "PYTHONPATH"
    yield Finding(
        what=f"{name} is {home}, and Python does not start: {one.quote}.",
        why="Python takes the library that the variable names, which belongs to another Python.",
        fix=Fix("Unset both variables.", ("unset PYTHONHOME PYTHONPATH",)),
        verify="python -c 'import sys; print(sys.prefix)'",
        evidence=one.evidence | {f"environment.{name}": home},
        confidence=one.confidence,
    )
