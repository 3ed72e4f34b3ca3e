import pytest

from envdoctor.facts import CannotTellError, Failure, Host, Python, Torch, Unknown
from envdoctor.findings import Finding, Severity
from envdoctor.testing import findings

LINUX = Host("linux", arch="x86_64")
ARM = Host("linux", arch="aarch64")
WINDOWS = Host("windows", arch="x86_64")
MAC = Host("darwin", arch="aarch64")
INTEL_MAC = Host("darwin", arch="x86_64")


def python(version: str, *, free: bool = False, kind: str = "cpython", bits: int = 64) -> Python:
    return Python("python", version=version, implementation=kind, free_threaded=free, bits=bits)


def ask(examined: Python | None, host: Host = LINUX, torch: Torch | None | Unknown = None) -> list[Finding]:
    return findings("PYT002", python=examined, torch=torch, host=host)


@pytest.mark.parametrize(
    ("examined", "host", "words"),
    [
        pytest.param(Python("python", version="2.7.18"), LINUX, "Python 2.7", id="Python 2"),
        pytest.param(Python("python", version="3.5.10"), LINUX, "Python 3.5", id="too old to be examined"),
        pytest.param(python("3.6.15"), LINUX, "Python 3.6", id="3.6"),
        pytest.param(python("3.16.0a1"), WINDOWS, "Python 3.16", id="newer than all wheels"),
        pytest.param(python("3.12.1", free=True), LINUX, "free-threaded", id="free-threaded before 3.13"),
        pytest.param(python("3.10.14", kind="pypy"), LINUX, "pypy", id="PyPy"),
        pytest.param(python("3.13.1"), INTEL_MAC, "2.2.2", id="Intel Macs end with 2.2.2 and Python 3.12"),
    ],
)
def test_no_wheel_at_all(examined: Python, host: Host, words: str) -> None:
    [found] = ask(examined, host)

    assert words in found.what
    assert (found.severity, found.cause) == (Severity.ERROR, "python-unsupported")
    assert "environment with Python" in found.fix.text


@pytest.mark.parametrize(
    ("examined", "host", "newest"),
    [
        pytest.param(python("3.10.13"), LINUX, "2.14.1", id="3.10"),
        pytest.param(python("3.9.18"), WINDOWS, "2.8.0", id="3.9"),
        pytest.param(python("3.8.18"), LINUX, "2.4.1", id="3.8"),
        pytest.param(python("3.7.16"), ARM, "1.13.1", id="3.7"),
        pytest.param(python("3.13.0", free=True), LINUX, "2.12.0", id="3.13t was dropped early"),
    ],
)
def test_names_the_newest_torch_that_it_can_have(examined: Python, host: Host, newest: str) -> None:
    [found] = ask(examined, host)

    assert newest in found.what
    assert "3.11 to 3.15" in found.fix.text
    assert found.severity is Severity.WARNING


def test_an_old_python_is_named_although_its_packages_are_not_known() -> None:
    assert ask(Python("python", version="2.7.18"), torch=Unknown("the examined Python came to an end"))


@pytest.mark.parametrize(
    ("examined", "host", "torch"),
    [
        pytest.param(python("3.11.7"), LINUX, None, id="the oldest of the newest release"),
        pytest.param(python("3.15.0rc2"), LINUX, None, id="the newest, before its release"),
        pytest.param(python("3.14.0", free=True), LINUX, None, id="free-threaded with wheels of its own"),
        pytest.param(python("3.13.0"), WINDOWS, None, id="Windows"),
        pytest.param(python("3.12.1"), MAC, None, id="Apple's processors"),
        pytest.param(python("3.12.1"), INTEL_MAC, None, id="an Intel Mac can have all that there is for it"),
        pytest.param(python("3.10.13"), LINUX, Torch("2.4.1"), id="a torch is installed"),
        pytest.param(python("3.6.15"), LINUX, Torch("1.10.2"), id="an old torch on an old Python"),
        pytest.param(python("3.13.0", free=True), LINUX, Torch("2.9.1"), id="a free-threaded one has its torch"),
        pytest.param(python("3.12.1", bits=32), WINDOWS, None, id="32 bits are PYT003's"),
        pytest.param(Python("python", failure=Failure("exit", "start", "gone")), LINUX, None, id="it does not start"),
        pytest.param(None, LINUX, None, id="there is none"),
    ],
)
def test_stays_silent(examined: Python | None, host: Host, torch: Torch | None) -> None:
    assert not ask(examined, host, torch)


@pytest.mark.parametrize(
    ("examined", "host", "torch"),
    [
        pytest.param(python("3.9.1"), Host("linux", arch="riscv64"), None, id="a processor without wheels"),
        pytest.param(python("3.9.1"), Host("windows", arch="aarch64"), None, id="Windows on ARM is not in the table"),
        pytest.param(python("3.9.1"), Host("linux"), None, id="the processor is not known"),
        pytest.param(python("3.9.1"), LINUX, Unknown("it died"), id="whether it has a torch is not known"),
        pytest.param(Python("python"), LINUX, None, id="its version is not known"),
    ],
)
def test_cannot_tell(examined: Python, host: Host, torch: Torch | None | Unknown) -> None:
    with pytest.raises(CannotTellError):
        ask(examined, host, torch)
