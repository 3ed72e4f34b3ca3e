import pytest

from envdoctor.facts import Failure, Python, Unknown
from envdoctor.findings import Finding
from envdoctor.testing import findings

BIN = "/home/u/venv/bin/python"


def ask(failure: Failure | None, environment: dict[str, str] | Unknown) -> list[Finding]:
    return findings("PYT001", python=Python(BIN, failure=failure), environment=environment)


def died(detail: str, *lines: str, kind: str = "exit") -> Failure:
    return Failure(kind, "start", detail, lines)


def test_names_the_program_and_what_it_said() -> None:
    failure = died("exit code 1", "ModuleNotFoundError: No module named 'encodings'")
    [found] = ask(failure, {"PYTHONHOME": "/opt/other"})

    assert BIN in found.what
    assert "No module named 'encodings'" in found.what
    assert found.cause == "env-variable"
    assert "PYTHONHOME=/opt/other" in found.why
    assert found.fix.commands == ("unset PYTHONHOME",)


def test_the_stack_of_a_crash_does_not_hide_the_error() -> None:
    lines = ("Fatal Python error: init_fs_encoding: failed to get the Python codec", "<no Python frame>")
    [found] = ask(died("exit code 1", *lines), {})

    assert found.what.endswith("exit code 1; Fatal Python error: init_fs_encoding: failed to get the Python codec")


@pytest.mark.parametrize(
    ("failure", "environment", "cause", "why"),
    [
        pytest.param(died("there is no such program"), {}, "python-broken", "no such file", id="a venv without base"),
        pytest.param(
            died("it is a link to /nonexistent/python, which does not exist"), {}, "python-broken", "removed",
            id="a link into nothing"),
        pytest.param(died("the file is no program for this machine"), {}, "python-broken", "processor", id="rubbish"),
        pytest.param(
            died("there is no such program"), {"PYTHONHOME": "/x"}, "python-broken", "no such file",
            id="no variable makes a program vanish"),
        pytest.param(died("Permission denied"), {"PYTHONHOME": "/x"}, "python-broken", "noexec", id="no right"),
        pytest.param(died("Exec format error"), {}, "python-broken", "processor", id="another processor's"),
        pytest.param(
            died("exit code 127", "error while loading shared libraries: libpython3.11.so.1.0: cannot open"), {},
            "python-broken", "libpython", id="its library is gone"),
        pytest.param(
            died("exit code 1", "python: /lib64/libc.so.6: version `GLIBC_2.34' not found"), {}, "glibc-too-old",
            "C library", id="built for a newer system"),
        pytest.param(
            died("exit code 1", "Fatal Python error: init_import_site: Failed to import the site module"), {},
            "python-broken", ".pth", id="a start-up file"),
        pytest.param(
            died("exit code 1", "Fatal Python error: init_fs_encoding: failed to get the Python codec"),
            {"PYTHONPATH": "/usr/lib/python2.7"}, "env-variable", "PYTHONPATH=/usr/lib/python2.7",
            id="another Python's library on PYTHONPATH"),
        pytest.param(
            died("exit code 1", "No module named 'encodings'"), {"PYTHONPLATLIBDIR": "lib32"}, "env-variable",
            "PYTHONPLATLIBDIR=lib32", id="another folder for its library"),
        pytest.param(
            died("exit code 1", "No module named 'encodings'"), {}, "python-broken", "standard library",
            id="its standard library is gone"),
        pytest.param(
            died("exit code 1", "Fatal Python error: config_init_hash_seed: PYTHONHASHSEED must be an integer"),
            {}, "env-variable", "value of PYTHONHASHSEED", id="a variable that it names"),
        pytest.param(
            died("exit code 1", "Fatal Python error: preconfig_init_allocator: PYTHONMALLOC: unknown allocator"),
            {"PYTHONHOME": "/x"}, "env-variable", "value of PYTHONMALLOC", id="what it names counts first"),
        pytest.param(
            died("exit code 1", "Fatal Python error: preconfig_init_utf8_mode: invalid PYTHONUTF8 value"),
            {}, "env-variable", "value of PYTHONUTF8", id="one with a number in its name"),
        pytest.param(
            died("exit code 1", "LookupError: unknown encoding: utf"), {"PYTHONIOENCODING": "utf"}, "env-variable",
            "value of PYTHONIOENCODING", id="a variable that it does not name"),
        pytest.param(
            died("exit code 1", "LookupError: unknown encoding: utf"), {}, "python-broken", "damaged",
            id="an encoding of its own"),
        pytest.param(died("SIGKILL", kind="signal"), {}, "limits", "memory", id="killed for memory"),
        pytest.param(died("no end after 25 s", kind="hang"), {}, "python-broken", "first line", id="it hangs"),
        pytest.param(died("SIGSEGV", kind="signal"), Unknown("not asked"), "python-broken", "damaged",
                     id="nothing is known of the variables"),
    ],
)  # fmt: skip
def test_causes(failure: Failure, environment: dict[str, str] | Unknown, cause: str, why: str) -> None:
    [found] = ask(failure, environment)

    assert found.cause == cause
    assert why in found.why


@pytest.mark.parametrize(
    "python",
    [
        pytest.param(Python(BIN, version="3.11.7"), id="it starts"),
        pytest.param(Python("/usr/bin/python", version="2.7.18"), id="an old one starts as well"),
        pytest.param(Python(BIN, version="3.13.0", startup_output=("hello",)), id="a chatty start is no failure"),
        pytest.param(None, id="there is none: a pasted text"),
    ],
)
@pytest.mark.parametrize("environment", [{}, {"PYTHONHOME": "/opt/python"}], ids=["no variable", "PYTHONHOME is set"])
def test_stays_silent(python: Python | None, environment: dict[str, str]) -> None:
    assert not findings("PYT001", python=python, environment=environment)
