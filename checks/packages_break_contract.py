from collections.abc import Iterator

from envdoctor.facts import Contract, Python, Unknown, known
from envdoctor.findings import Finding, Severity, check
from envdoctor.rules.contract import violation, within
from envdoctor.rules.pip import pip


@check("PRJ004", Severity.ERROR, cause="project-contract")
def packages_break_contract(
    contract: Contract | None, packages: dict[str, str] | Unknown, python: Python | None | Unknown
) -> Iterator[Finding]:
    """Packages are missing, or outside of the ranges that the project needs.

    A project that names its needs is tried with those. Outside of them it may fail, or run and give other
    results.

    How to mend it: install them in those ranges.

    Source: the project's file, which `--against` names;
    https://packaging.python.org/en/latest/specifications/version-specifiers/.
    """
    if contract is None or not contract.packages:
        return
    installed = known(packages, "packages")
    for name, specifiers in contract.packages.items():
        version = installed.get(name)
        if version is not None and within(version, specifiers, f"packages.{name}"):
            continue
        yield violation(
            contract,
            f"{name} is {version}" if version is not None else f"{name} is not installed",
            f"{name}{specifiers}",
            "Install it; look at what pip says about the others.",
            pip(python, "install", f'"{name}{specifiers}"'),
            evidence={f"packages.{name}": version, f"contract.packages.{name}": specifiers},
            changes=True,
        )
