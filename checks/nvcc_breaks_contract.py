from collections.abc import Iterator

from envdoctor.facts import Contract, Toolkit, Unknown, known
from envdoctor.findings import Finding, Severity, check
from envdoctor.rules.contract import violation, within


@check("PRJ007", Severity.ERROR, cause="project-contract")
def nvcc_breaks_contract(contract: Contract | None, toolkits: tuple[Toolkit, ...] | Unknown) -> Iterator[Finding]:
    """The nvcc that a build would use is missing, or outside of the range that the project needs.

    PyTorch builds extensions with the toolkit that CUDA_HOME names, else with the nvcc on PATH.

    How to mend it: install the toolkit, or let CUDA_HOME name the right one.

    Source: the project's file, which `--against` names; torch.utils.cpp_extension, `_find_cuda_home`.

    """
    if contract is None or contract.nvcc is None:
        return
    there = [toolkit for toolkit in known(toolkits, "toolkits") if isinstance(toolkit.nvcc, str)]
    used = next((t for t in there if t.cuda_home), None) or next((t for t in there if t.first_on_path), None)
    used = used or (there[0] if len(there) == 1 else None)
    version = known(used.version, "toolkits.version") if used is not None else None
    if version is not None and within(version, contract.nvcc, "the toolkit's version"):
        return
    if used is not None and version is None:
        return  # it is there, and does not tell its version
    others = ", ".join(str(toolkit.version) for toolkit in there)
    found = f"nvcc is of CUDA {version} ({used.path})" if used else "No nvcc is on PATH or in CUDA_HOME"
    yield violation(
        contract,
        f"{found}{f' (toolkits here: {others})' if used is None and others else ''}",
        f"nvcc {contract.nvcc or 'of any version'}",
        "Install that CUDA toolkit, or let CUDA_HOME name the one that fits.",
        evidence={"contract.nvcc": contract.nvcc},
    )
