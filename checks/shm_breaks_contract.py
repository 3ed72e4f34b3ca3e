from collections.abc import Iterator

from envdoctor.facts import Contract, SharedMemory, Unknown, known
from envdoctor.findings import Finding, Severity, check
from envdoctor.rules.contract import size, violation


@check("PRJ010", Severity.ERROR, cause="project-contract")
def shm_breaks_contract(contract: Contract | None, shm: SharedMemory | None | Unknown) -> Iterator[Finding]:
    """The shared memory is smaller than the project needs.

    Workers of a DataLoader hand batches over through /dev/shm; containers get 64 MB of it unless told
    otherwise.

    How to mend it: start the container with --shm-size or --ipc=host.

    Source: the project's file, which `--against` names;
    https://docs.docker.com/reference/cli/docker/container/run/ (--shm-size).
    """
    if contract is None or contract.shm_bytes is None:
        return
    found = known(shm, "shm")
    total = known(found.total_bytes, "shm.total_bytes") if found is not None else 0
    if total >= contract.shm_bytes:
        return
    yield violation(
        contract,
        f"The shared memory has {size(total)}" if found is not None else "There is no shared memory",
        size(contract.shm_bytes),
        f"Start the container with --shm-size={-(-contract.shm_bytes // 10**6)}m or --ipc=host.",
        evidence={"shm.total_bytes": total if found is not None else None, "contract.shm_bytes": contract.shm_bytes},
    )
