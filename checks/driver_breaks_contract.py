from collections.abc import Iterator

from envdoctor.facts import Contract, Driver, Unknown, known
from envdoctor.findings import Finding, Severity, check
from envdoctor.rules.contract import violation, within


@check("PRJ006", Severity.ERROR, cause="project-contract", because_of=("VIR001", "DRV001", "DRV003"))
def driver_breaks_contract(contract: Contract | None, driver: Driver | None | Unknown) -> Iterator[Finding]:
    """The NVIDIA driver is missing, or outside of the range that the project needs.

    A project that names its needs is tried with those. Outside of them it may fail, or run and give other
    results.

    How to mend it: install a driver of that range; in a container, on the host.

    Source: the project's file, which `--against` names; https://docs.nvidia.com/deploy/cuda-compatibility/
    for what a driver runs.
    """
    if contract is None or contract.driver is None:
        return
    found = known(driver, "driver")
    version = known(found.version, "driver.version") if found is not None else None
    if version is not None and within(version, contract.driver, "driver.version"):
        return
    yield violation(
        contract,
        f"The NVIDIA driver is {version}" if version else "There is no NVIDIA driver that runs",
        f"driver {contract.driver or 'of any version'}",
        "Install a driver of that range (in a container: on the host; on WSL 2: in Windows).",
        evidence={"driver.version": version, "contract.driver": contract.driver},
    )
