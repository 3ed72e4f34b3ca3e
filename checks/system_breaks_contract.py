from collections.abc import Iterator

from envdoctor.facts import Contract, Host, known
from envdoctor.findings import Finding, Severity, check
from envdoctor.rules.contract import violation


@check("PRJ001", Severity.ERROR, cause="project-contract")
def system_breaks_contract(contract: Contract | None, host: Host) -> Iterator[Finding]:
    """The project does not run on this operating system or processor.

    A project that names its needs is tried with those. Outside of them it may fail, or run and give other
    results.

    How to mend it: use a machine of the kind that the project names, or widen the file if it does work here.

    Source: the project's file, which `--against` names; names as Python's `platform` module gives them, in
    lower case.
    """
    if contract is None:
        return
    if contract.os and host.os not in contract.os:
        yield violation(
            contract,
            f"The operating system is {host.os}",
            " or ".join(contract.os),
            "Use a machine with another system (on Windows: WSL 2), or widen `os` in the file.",
            evidence={"host.os": host.os, "contract.os": list(contract.os)},
        )
    arch = known(host.arch, "host.arch") if contract.arch else None
    if contract.arch and arch not in contract.arch:
        yield violation(
            contract,
            f"The processor is {arch or 'of an unknown kind'}",
            " or ".join(contract.arch),
            "Use a machine with another processor, or widen `arch` in the file.",
            evidence={"host.arch": arch, "contract.arch": list(contract.arch)},
        )
