"""The Python that a new environment is made with."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import msgspec

from envdoctor.probes.interpreter import UnknownInterpreterError, choose
from envdoctor.setup.outside import Ended, Outside
from envdoctor.setup.problem import SetupError, WrongWishError

ASK = """
import json, sys
from importlib.util import find_spec
def has(name):
    try:
        return find_spec(name) is not None
    except Exception:
        return False
pip = None
if has("pip"):
    try:
        import pip as found
        pip = str(found.__version__)
    except Exception:
        pass
print(json.dumps({"executable": sys.executable, "version": ".".join(map(str, sys.version_info[:3])),
    "implementation": sys.implementation.name, "venv": has("venv"), "ensurepip": has("ensurepip"), "pip": pip}))
"""
SECONDS = 20.0
PIP_REPORTS = (22, 2)
"""From this release on pip says what it would install. Source: pip's changelog, 22.2, `--report`."""


class Base(msgspec.Struct, frozen=True, kw_only=True):
    """An interpreter, as it answered."""

    executable: str
    version: str
    """"3.11.7"."""
    implementation: str = "cpython"
    venv: bool = True
    ensurepip: bool = True
    """False on Debian and Ubuntu without the package python3-venv: `venv` cannot put pip into an environment."""
    pip: str | None = None

    @property
    def minor(self) -> str:
        """As in "3.11"."""
        return ".".join(self.version.split(".")[:2])

    @property
    def resolves(self) -> bool:
        """Its own pip can say what it would install."""
        numbers = tuple(int(part) for part in re.findall(r"\d+", self.pip or "")[:2])
        return numbers >= PIP_REPORTS


def find_base(wanted: str | None, outside: Outside) -> Base:
    """Return the Python to build with.

    Args:
        wanted: a version ("3.11"), a path, a program on PATH; None: the one that `envdoctor check` examines.
        outside: where to look.

    Raises:
        WrongWishError: there is none.
    """
    if wanted is None or not re.match(r"\d+(\.\d+)*t?$", wanted):
        try:
            path = choose(outside.system, wanted).executable
        except UnknownInterpreterError as error:
            raise WrongWishError("--python", str(error)) from None
        return ask(path, outside)
    asked: set[str] = set()
    for path in _places(wanted, outside):
        real = outside.system.real(path)
        if real in asked:
            continue
        asked.add(real)
        try:
            base = ask(path, outside)
        except SetupError:
            continue
        if f"{base.version}.".startswith(f"{wanted}."):
            return base
    raise WrongWishError(
        "--python",
        f"there is no Python {wanted} on this machine; install one (from your system, python.org, or with "
        f"`uv python install {wanted}`), or name an interpreter by its path",
    )


def ask(path: str, outside: Outside) -> Base:
    """Let an interpreter say what it is.

    Raises:
        SetupError: it does not start.
    """
    answer = outside.run([path, "-I", "-c", ASK], seconds=SECONDS)
    if not isinstance(answer, Ended) or answer.exit_code != 0:
        said = answer.lines[-1] if isinstance(answer, Ended) and answer.lines else "it gives no answer"
        raise WrongWishError("--python", f"{path} cannot build an environment: {said}; name another interpreter")
    try:
        return msgspec.convert({"executable": path, **json.loads(answer.stdout.splitlines()[-1])}, Base)
    except (ValueError, LookupError, TypeError):
        raise WrongWishError("--python", f"{path} is no Python that answers; name another interpreter") from None


def _places(version: str, outside: Outside) -> Iterator[str]:
    """Yield interpreters that may be of a version, the likeliest first."""
    from envdoctor.probes import pythons  # noqa: PLC0415  # looks through many folders

    for name in (f"python{'.'.join(version.split('.')[:2])}", "python3", "python"):
        yield from outside.system.everywhere(name)
    for found in pythons.probe(outside.system):
        known = found.version if isinstance(found.version, str) else ""
        if found.kind not in ("venv", "conda") and f"{known}.".startswith(".".join(version.split(".")[:2]) + "."):
            yield found.executable
