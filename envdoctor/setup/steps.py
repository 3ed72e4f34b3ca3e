"""The steps of a plan, each with its commands and its risk."""

from __future__ import annotations

import msgspec

from envdoctor.facts import Unknown
from envdoctor.setup.plan import Plan, gigabytes, shown


class Step(msgspec.Struct, frozen=True):
    """One thing that is done, the commands that do it, and what it may do besides."""

    what: str
    commands: tuple[str, ...]
    risk: str
    """What could go wrong, and what happens then: a sentence."""


def steps(plan: Plan) -> tuple[Step, ...]:
    """Return what `--apply` does, in its order."""
    made = plan.tool.make_command(plan.base, plan.folder)
    tool = plan.tool
    found = [
        Step(
            f"Make an empty environment in {plan.folder}",
            (shown(made),),
            "A new folder; nothing outside of it is changed. It is removed again if any step fails.",
        )
    ]
    if isinstance(plan.items, Unknown):
        renew = (plan.python, "-m", "pip", "install", "--upgrade", "pip")
        found.append(
            Step("Renew pip there, and let it resolve", (shown(renew),), "Downloads what PyPI or the mirror serves.")
        )
    count = "" if isinstance(plan.items, Unknown) else f"{len(plan.items)} packages"
    size = "" if isinstance(plan.download_bytes, Unknown) else f", {gigabytes(plan.download_bytes)} to download"
    found.append(
        Step(
            f"Install {count or 'what it resolved'}{size}",
            (shown(tool.install_command(plan.python, "REQUIREMENTS", plan.index)),),
            "Runs no code of the packages where they are wheels; a package without a wheel builds itself, and that "
            f"runs its code. {_trust(plan)} Files in the cache of {tool.name} stay.",
        )
    )
    examine = shown(("envdoctor", "check", "--python", plan.folder))
    found.append(Step("Examine it", (examine,), "Imports the new torch."))
    if plan.smoke:
        command = shown(("envdoctor", "bench", "--preset", "smoke", "--python", plan.folder))
        found.append(Step("Train a small network in it", (command,), "Uses the processor and the GPUs for a minute."))
    replaced = " The one that is there is replaced." if plan.replaces_lock else ""
    found.append(Step(f"Write {plan.lock_file}", (), f"Versions, hashes and facts, without private data.{replaced}"))
    return tuple(found)


def _trust(plan: Plan) -> str:
    if isinstance(plan.items, Unknown):
        return "Whether all have hashes is seen later."
    return (
        "Every file is compared with its hash."
        if all(item.hashes for item in plan.items)
        else "Not every file has a known hash, so none is compared."
    )
