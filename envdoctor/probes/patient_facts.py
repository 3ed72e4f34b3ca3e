"""Turns what the examined Python told into facts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from envdoctor.facts import Companion, Failure, Python, Torch, TorchRun, Unknown
from envdoctor.probes.child import Account, converse
from envdoctor.probes.interpreter import Choice

SCRIPT = Path(__file__).parent / "patient" / "start.py"
TRACE_BEFORE_END_SECONDS = 0.4
"""So long before the deadline the patient writes down where it hangs."""

ENOUGH_TO_START_SECONDS = 2.0
"""A Python on a slow disk of a busy machine has started by then."""
KEPT = 500
"""Characters of a line that are kept."""

F = TypeVar("F", Python, Torch, Companion, TorchRun, dict[str, str])


def ask(
    choice: Choice,
    *,
    seconds: float,
    import_torch: bool = True,
    gpu_test: bool = True,
    environment: Mapping[str, str] | None = None,
) -> Account | None | Unknown:
    """Start the examined Python and let it tell what it is and what its torch can do."""
    options = {
        "import_torch": import_torch,
        "gpu_test": gpu_test,
        "seconds": seconds,
        "trace_after": max(0.1, seconds - TRACE_BEFORE_END_SECONDS),
    }
    return converse(choice.executable, SCRIPT, options, seconds=seconds, environment=environment)


def understand(choice: Choice, account: Account | None | Unknown) -> dict[str, Any]:
    """Return the facts `python`, `packages`, `torch`, `torch_run`, `torchvision`, `torchaudio`."""
    if not isinstance(account, Account) or not isinstance(account.facts.get("python"), dict):
        unknown = _cannot_tell(choice, account)
        if unknown is not None:
            return dict.fromkeys(("python", "packages", "torch", "torch_run", "torchvision", "torchaudio"), unknown)
        python = _did_not_start(choice, account)
        nothing = Unknown(f"the examined Python did not start: {python.failure.detail if python.failure else '?'}")
        return {"python": python} | dict.fromkeys(
            ("packages", "torch", "torch_run", "torchvision", "torchaudio"), nothing
        )
    told = account.facts
    return {
        "python": _python(choice, account),
        "packages": _packages(account),
        "torch": _fact(told, "torch", Torch, account),
        "torch_run": _torch_run(account),
        "torchvision": _companion("torchvision", account),
        "torchaudio": _companion("torchaudio", account),
    }


def _cannot_tell(choice: Choice, account: Account | None | Unknown) -> Unknown | None:
    """Return why nothing can be said of a Python that said nothing; None: it does not start, that is certain."""
    if isinstance(account, Unknown) and not account.reason.startswith(f"{choice.executable} does not start: "):
        return account  # we failed, not the Python
    if isinstance(account, Account) and account.failure is not None and account.failure.kind == "hang":
        waited = sum(account.seconds.values())
        if waited < ENOUGH_TO_START_SECONDS:
            return Unknown(f"the examined Python had said nothing after {waited:.2g} s; give it a longer --timeout")
    return None


def _did_not_start(choice: Choice, account: Account | None | Unknown) -> Python:
    if account is None:
        failure = Failure("exit", "start", "there is no such program")
    elif isinstance(account, Unknown):
        failure = Failure("exit", "start", account.reason.removeprefix(f"{choice.executable} does not start: "))
    else:
        failure = account.failure or Failure("exit", account.stage, "it said nothing", ())
    return Python(choice.executable, chosen_because=choice.because, failure=failure)


def _python(choice: Choice, account: Account) -> Python:
    told = dict(account.facts["python"])
    # Behind a shim another file answers, and that one is examined.
    told["executable"] = told.get("executable") or choice.executable
    told["chosen_because"] = choice.because
    told["startup_output"] = [line[:KEPT] for line in account.stdout.splitlines() if line.strip()][:5]
    for key in ("duplicates", "leftovers", "shadowing"):
        if key in account.facts:
            told[key] = account.facts[key]
    python = _convert(told, Python)
    return python if isinstance(python, Python) else Python(choice.executable, chosen_because=choice.because)


def _packages(account: Account) -> dict[str, str] | Unknown:
    return _convert(account.facts["packages"], dict[str, str]) if "packages" in account.facts else _not_reached(account)


def _torch_run(account: Account) -> TorchRun | None | Unknown:
    told = account.facts
    if "torch" not in told:
        return _not_reached(account)
    if told["torch"] is None:
        return None
    if "import torch" not in account.seconds:
        return _not_reached(account) if account.failure else Unknown("torch was not imported, as asked")
    names = {"version": "torch_version", "file": "torch_file", "cuda": "torch_cuda", "hip": "torch_hip"}
    fields = [field.name for field in msgspec.structs.fields(TorchRun)]
    values: dict[str, Any] = {
        name: told[names.get(name, name)] for name in fields if names.get(name, name) in told and name != "failure"
    }
    failure = told.get("failure") or (account.failure and msgspec.to_builtins(account.failure))
    stage = failure.get("stage", account.stage) if isinstance(failure, dict) else account.stage
    values |= {"stage": stage, "failure": failure, "seconds": account.seconds}
    run = _convert(values, TorchRun)
    return run if isinstance(run, TorchRun) else Unknown("torch's answers are not understood")


def _companion(name: str, account: Account) -> Companion | None | Unknown:
    fact = _fact(account.facts, name, Companion, account)
    if isinstance(fact, Companion) and f"{name}_load_error" in account.facts:
        return msgspec.structs.replace(fact, load_error=account.facts[f"{name}_load_error"])
    return fact


def _fact(told: dict[str, Any], name: str, kind: type[F], account: Account) -> F | None | Unknown:
    if name not in told:
        return _not_reached(account)
    return None if told[name] is None else _convert(told[name], kind)


def _convert(value: Any, kind: type[F]) -> F | Unknown:
    if isinstance(value, dict) and value.keys() == {"unknown"}:
        return Unknown(str(value["unknown"]))
    try:
        return msgspec.convert(value, kind)
    except (msgspec.ValidationError, UnicodeError) as error:  # halves of characters are no text
        return Unknown(f"the examined Python told something odd: {error}")


def _not_reached(account: Account) -> Unknown:
    how = f": {account.failure.detail}" if account.failure else ""
    return Unknown(f"the examined Python came to an end in stage {account.stage!r}{how}")
