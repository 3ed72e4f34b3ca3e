"""`envdoctor check` over saved machines: what it refuses, what it writes, and how it ends."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from envdoctor.cli.main import main
from envdoctor.examine import Options, judge_snapshot
from envdoctor.facts import Driver, Host, Platform, Python, Snapshot, Torch, TorchRun
from envdoctor.report import json as json_format

TORCH = Torch("2.15.0+cu132", cuda="13.2", path="/env/torch", metadata_version="2.15.0", metadata_folder="/env")
BASE = Snapshot(
    host=Host("linux", name="Debian", arch="x86_64"),
    platform=Platform(vm=None, container=None, wsl=None),
    pci_gpus=(),
    gpus=(),
    driver=None,
    toolkits=(),
    python=Python("/env/bin/python", version="3.12.1", bits=64),
    packages={},
    environment={},
    torch=Torch("2.15.0+cpu", cuda=None, path="/env/torch", metadata_version="2.15.0+cpu", metadata_folder="/env"),
    torch_run=TorchRun("end", version="2.15.0+cpu", available=False, device_count=0),
    torchvision=None,
    torchaudio=None,
)


def changed(**facts: object) -> Snapshot:
    return Snapshot(**{**dict(BASE), **facts})


SOUND = BASE
BROKEN = changed(driver=Driver("535.183.01", cuda="12.2", kernel="535.183.01", nvml=0, cuinit=0), torch=TORCH)
WARNED = changed(torch=TORCH, torch_run=TorchRun("end", version="2.15.0+cu132", available=False, device_count=0))


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """A folder with saved reports."""
    for name, snapshot in {"sound": SOUND, "broken": BROKEN, "warned": WARNED}.items():
        report = judge_snapshot(snapshot, Options())
        (tmp_path / f"{name}.json").write_text(json_format.render(report), encoding="utf-8")
    return tmp_path


def check(*arguments: str, columns: int = 80, **environment: str) -> Result:
    return CliRunner().invoke(main, ["check", *arguments], env={"COLUMNS": str(columns), **environment})


@pytest.mark.parametrize(
    ("machine", "arguments", "code"),
    [
        ("sound", [], 0),
        ("broken", [], 1),
        ("warned", [], 0),
        ("warned", ["--fail-on", "warning"], 1),
        ("broken", ["--fail-on", "never"], 0),
        ("broken", ["--ignore", "DRV"], 0),
        ("broken", ["--select", "VIR"], 0),
        ("broken", ["--select", "driver_too_old"], 1),
        ("broken", ["--select", "tor,DRV002"], 1),
        ("broken", ["--select", "DRV", "--ignore", "DRV002"], 0),
    ],
)
def test_exit_codes(saved: Path, machine: str, arguments: list[str], code: int) -> None:
    result = check("--from", str(saved / f"{machine}.json"), *arguments)

    assert result.exit_code == code, result.output


def test_json_is_alone_on_the_standard_output_and_can_be_judged_again(saved: Path) -> None:
    for option in ("--json", "--format=json"):
        result = check("--from", str(saved / "broken.json"), option, "--private-ok")

        report = json.loads(result.stdout)
        assert report["primary"] == "DRV002"
        assert result.stderr == ""
    again = CliRunner().invoke(main, ["check", "--from", "-", "--json", "--private-ok"], input=result.stdout)
    assert json.loads(again.stdout)["findings"] == report["findings"]


@pytest.mark.parametrize("format_", ["text", "json", "markdown"])
def test_a_file_gets_the_same(saved: Path, format_: str) -> None:
    source = ("--from", str(saved / "broken.json"), "--format", format_)
    result = check(*source, "-o", str(saved / "out"))
    again = check(*source)

    assert result.exit_code == 1
    assert result.output == ""
    written = (saved / "out").read_text(encoding="utf-8")
    # How long it took differs.
    assert re.sub(r"[\d.]+", "", written) == re.sub(r"[\d.]+", "", again.output)


def test_a_dash_is_the_standard_output(saved: Path) -> None:
    assert "DRV002" in check("--from", str(saved / "broken.json"), "-o", "-").output


@pytest.mark.parametrize(
    ("arguments", "option", "says"),
    [
        (["--select", "XYZ"], "--select", "no check is called 'XYZ'; `envdoctor explain` lists them all"),
        (["--select", ""], "--select", "no check is called ''"),
        (["--ignore", "DRV,,TOR"], "--ignore", "no check is called ''"),
        (["--from", "{tmp}/none.json"], "--from", "No such file"),
        (["--from", "{tmp}"], "--from", "is a directory"),
        (["--from", "{tmp}/empty.json"], "--from", "it is empty"),
        (["--from", "{tmp}/deep.json"], "--from", "deep"),
        (["--from", "{tmp}/other.json"], "--from", 'its "schema" is "envdoctor/report/99"'),
        (["--from", "{tmp}/foreign.json"], "--from", "not an envdoctor report"),
        (["--from", "{tmp}/bytes.json"], "--from", "it is no text"),
        (["--from", "{tmp}/none.json", "--python", "python3"], "--python", "exclude each other"),
        (["--python", "{tmp}/none"], "--python", "does not exist; give the path of an interpreter"),
        (["--python", "no-such-python"], "--python", "no program 'no-such-python' on PATH"),
        (["--python", "{tmp}"], "--python", "there is no python in the folder"),
        (["--python", ""], "--python", "is empty"),
        (["--format", "pdf"], "--format", "'pdf' is not one of"),
        (["--fail-on", "note"], "--fail-on", "'note' is not one of"),
        (["--timeout", "0"], "--timeout", "not in the range"),
        (["--timeout", "nan"], "--timeout", "no number of seconds"),
        (["--timeout", "soon"], "--timeout", "not a valid float"),
        (["-o", "{tmp}"], "--output", "is a directory"),
        (["--from", "{tmp}/sound.json", "-o", "{tmp}/sound.json/x"], "--output", "cannot be written"),
        (["--frm", "x"], "--frm", "No such option"),
    ],
)
def test_wrong_usage_is_one_line_and_writes_nothing(saved: Path, arguments: list[str], option: str, says: str) -> None:
    files = {
        "empty.json": b" \n",
        "deep.json": b'{"a":' * 100_000,
        "other.json": b'{"schema": "envdoctor/report/99"}',
        "foreign.json": b"{}",
        "bytes.json": b"\xff\xfe\x00\xd8",
        "kept": b"precious",
    }
    for name, content in files.items():
        (saved / name).write_bytes(content)
    arguments = [argument.format(tmp=saved) for argument in arguments]
    if "-o" not in arguments:
        arguments += ["-o", str(saved / "kept")]
    result = check(*arguments)

    assert result.exit_code == 2
    [line] = [line for line in result.stderr.splitlines() if line.startswith("Error: ")]
    assert option in line
    assert says in line
    assert result.stdout == ""
    assert (saved / "kept").read_bytes() == b"precious"


@pytest.mark.parametrize("machine", ["sound", "broken", "warned"])
@pytest.mark.parametrize("columns", [40, 80, 200])
def test_prose_fits_the_window(saved: Path, machine: str, columns: int) -> None:
    result = check("--from", str(saved / f"{machine}.json"), "-v", columns=columns)
    long = [line for line in result.output.splitlines() if len(line) > columns]

    # Commands are never broken: they are there to be pasted.
    commands = ("pip ", "uv ", "envdoctor ", "Verify")
    assert [line for line in long if not line.strip().startswith(commands) and " -m pip " not in line] == []


@pytest.mark.parametrize(
    ("environment", "colored"),
    [
        ({}, False),
        ({"NO_COLOR": "1"}, False),
        ({"FORCE_COLOR": "1"}, True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
    ],
)
def test_escapes_only_where_they_are_wanted(saved: Path, environment: dict[str, str], colored: bool) -> None:
    for machine in ("sound", "broken", "warned"):
        result = CliRunner().invoke(
            main, ["check", "--from", str(saved / f"{machine}.json")], env=environment, color=True
        )
        assert ("\x1b[" in result.output) is colored


def test_a_file_is_never_colored(saved: Path) -> None:
    check("--from", str(saved / "broken.json"), "-o", str(saved / "out.txt"), FORCE_COLOR="1")

    assert "\x1b" not in (saved / "out.txt").read_text(encoding="utf-8")


def test_help_shows_examples() -> None:
    result = check("--help")

    assert result.exit_code == 0
    assert "\n    envdoctor check --json -o report.json\n" in result.output
    assert "Exit codes: 0 sound" in result.output
