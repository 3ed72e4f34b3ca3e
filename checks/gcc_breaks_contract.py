from collections.abc import Iterator

from envdoctor.facts import Compiler, Contract, Unknown, known
from envdoctor.findings import Finding, Severity, check
from envdoctor.rules.contract import violation, within


@check("PRJ008", Severity.ERROR, cause="project-contract")
def gcc_breaks_contract(contract: Contract | None, compilers: tuple[Compiler, ...] | Unknown) -> Iterator[Finding]:
    """The gcc that a build would use is missing, or outside of the range that the project needs.

    nvcc accepts host compilers of a range, and extensions of a project may need a newer standard of C++.

    How to mend it: install a gcc of that range, and let CC and CXX name it.

    Source: the project's file, which `--against` names; the table of host compilers in NVIDIA's CUDA
    Installation Guide for Linux.
    """
    if contract is None or contract.gcc is None:
        return
    there = [compiler for compiler in known(compilers, "compilers") if compiler.name in ("gcc", "g++")]
    version = known(there[0].version, "compilers.gcc.version") if there else None
    if there and (version is None or within(version, contract.gcc, "gcc's version")):
        return
    yield violation(
        contract,
        f"{there[0].name} is {version}" if there else "There is no gcc",
        f"gcc {contract.gcc or 'of any version'}",
        "Install a gcc of that range, and let the variables CC and CXX name it.",
        evidence={"contract.gcc": contract.gcc},
    )
