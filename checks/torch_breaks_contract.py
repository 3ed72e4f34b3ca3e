from collections.abc import Iterator

from envdoctor.facts import Contract, Python, Torch, Unknown, known
from envdoctor.findings import Finding, Severity, check
from envdoctor.rules.contract import violation, within
from envdoctor.rules.pip import pip


@check("PRJ003", Severity.ERROR, cause="project-contract", because_of=("TOR001",))
def torch_breaks_contract(
    contract: Contract | None, torch: Torch | None | Unknown, python: Python | None | Unknown
) -> Iterator[Finding]:
    """PyTorch is missing, or outside of the range or the builds that the project needs.

    A project that names its needs is tried with those. Outside of them it may fail, or run and give other
    results.

    How to mend it: install a PyTorch of that range and build; `envdoctor pins --torch SPEC` says which of
    them run here.

    Source: the project's file, which `--against` names;
    https://packaging.python.org/en/latest/specifications/version-specifiers/.
    """
    if contract is None or (contract.torch is None and not contract.torch_build):
        return
    found = known(torch, "torch")
    wanted = f"torch{contract.torch or ''}"
    build = f"a {' or '.join(contract.torch_build)} build of " if contract.torch_build else ""
    fix = "Install one; `envdoctor pins --torch` says which of them runs on this machine, and the exact commands."
    command = pip(python, "install", f'"{wanted}"')
    if found is None:
        evidence = {"torch": None, "contract.torch": contract.torch}
        yield violation(
            contract, "PyTorch is missing", f"{build}{wanted}", fix, command, evidence=evidence, changes=True
        )
        return
    version = known(found.version, "torch.version")
    if contract.torch and not within(version, contract.torch, "torch.version"):
        evidence = {"torch.version": version, "contract.torch": contract.torch}
        yield violation(contract, f"PyTorch is {version}", wanted, fix, command, evidence=evidence, changes=True)
    if contract.torch_build and found.build not in contract.torch_build:
        known(found.cuda, "torch.cuda")  # a build that nobody knows is no violation
        yield violation(
            contract,
            f"PyTorch {version} is a {found.build} build",
            f"{build}PyTorch",
            "Install that build from PyTorch's own index; `envdoctor pins` says which fits, and the exact commands.",
            evidence={"torch.cuda": found.cuda, "contract.torch_build": list(contract.torch_build)},
        )
