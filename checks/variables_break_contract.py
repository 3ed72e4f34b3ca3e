from collections.abc import Iterator

from envdoctor.facts import CannotTellError, Contract, Unknown
from envdoctor.findings import Finding, Severity, check
from envdoctor.probes.environment import is_allowed
from envdoctor.rules.contract import violation


@check("PRJ012", Severity.ERROR, cause="project-contract")
def variables_break_contract(
    contract: Contract | None, variables: dict[str, bool] | Unknown, environment: dict[str, str] | Unknown
) -> Iterator[Finding]:
    """An environment variable that the project needs is not set, or one that it forbids is.

    Only whether a variable is set is looked at; the value of one that is not on the list of harmless ones is
    never read into a report.

    How to mend it: set it or take it away where the program is started.

    Source: the project's file, which `--against` names; the names are the project's.

    """
    if contract is None:
        return
    unknown = ""
    for name in (*contract.variables, *contract.forbidden_variables):
        is_set = _is_set(name, variables, environment)
        forbidden = name in contract.forbidden_variables
        if is_set is None:
            unknown = name
        elif is_set is forbidden:
            yield violation(
                contract,
                f"{name} is {'' if is_set else 'not '}set",
                "it not to be" if forbidden else "it to be",
                f"{'Take it away' if forbidden else 'Set it'} where the program is started (shell, service).",
                f"unset {name}" if forbidden else f"export {name}=...",
                evidence={f"variables.{name}": is_set},
            )
    if unknown:
        raise CannotTellError(f"whether {unknown} is set was not looked at")


def _is_set(name: str, variables: dict[str, bool] | Unknown, environment: dict[str, str] | Unknown) -> bool | None:
    if isinstance(variables, dict) and name in variables:
        return variables[name]
    if isinstance(environment, dict):
        # Absent from a report may mean: not on its list.
        return True if name in environment else (False if is_allowed(name) else None)
    return None
