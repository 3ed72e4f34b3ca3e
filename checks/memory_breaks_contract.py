from collections.abc import Iterator

from envdoctor.facts import Contract, Memory, Unknown, known
from envdoctor.findings import Finding, Severity, check
from envdoctor.rules.contract import SHOWN, size, violation


@check("PRJ009", Severity.ERROR, cause="project-contract")
def memory_breaks_contract(contract: Contract | None, memory: Memory | Unknown) -> Iterator[Finding]:
    """The main memory, or what the control group grants of it, is less than the project needs.

    Beyond its memory a process is killed or swaps. Machines show a little less than is built in: up to 8 %
    less will do.

    How to mend it: use a machine with more memory, or raise the container's or the job's limit.

    Source: the project's file, which `--against` names; `MemTotal` of /proc/meminfo leaves out what the
    kernel keeps, Linux' Documentation/filesystems/proc.rst.
    """
    if contract is None or contract.memory_bytes is None:
        return
    found = known(memory, "memory")
    total = known(found.total_bytes, "memory.total_bytes")
    limit = found.limit_bytes if isinstance(found.limit_bytes, int) else None
    there = min(total, limit) if total is not None and limit is not None else total
    if there is None or there >= SHOWN * contract.memory_bytes:
        return
    limited = limit is not None and there == limit
    yield violation(
        contract,
        f"The control group grants {size(there)} of memory" if limited else f"There is {size(there)} of memory",
        size(contract.memory_bytes),
        "Raise the limit of the container or the job." if limited else "Use a machine with more memory.",
        evidence={"memory.limit_bytes" if limited else "memory.total_bytes": there},
    )
