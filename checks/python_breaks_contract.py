from collections.abc import Iterator

from envdoctor.facts import Contract, Python, Unknown, known
from envdoctor.findings import Finding, Severity, check
from envdoctor.rules.contract import violation, within


@check("PRJ002", Severity.ERROR, cause="project-contract", because_of=("PYT001",))
def python_breaks_contract(contract: Contract | None, python: Python | None | Unknown) -> Iterator[Finding]:
    """The examined Python is outside of the range that the project needs.

    A project that names its needs is tried with those. Outside of them it may fail, or run and give other
    results.

    How to mend it: make an environment with a Python of that range.

    Source: the project's file, which `--against` names;
    https://packaging.python.org/en/latest/specifications/version-specifiers/.
    """
    if contract is None or contract.python is None:
        return
    found = known(python, "python")
    version = known(found.version, "python.version") if found is not None else None
    if version is None or within(version, contract.python, "python.version"):
        return
    yield violation(
        contract,
        f"The examined Python is {version}",
        f"Python {contract.python}",
        "Make an environment with a Python of that range; `envdoctor setup DIR --python X.Y` makes one.",
        evidence={"python.version": version, "contract.python": contract.python},
    )
