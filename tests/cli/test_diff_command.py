import json
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner, Result
from msgspec.structs import replace

from envdoctor import schema
from envdoctor.cli.main import main
from envdoctor.examine import Options, judge_snapshot
from envdoctor.facts import Snapshot
from envdoctor.lock import make_lock
from envdoctor.lock import render as render_lock
from envdoctor.report import json as json_format
from tests.machines_snapshots import cpu_machine, gpu_machine

HOSTILE = '<script>alert(1)</script>|`x`\x1b[31m\u202e "]]>'
FORMATS = ["text", "json", "markdown", "html"]


def write(path: Path, snapshot: Snapshot) -> None:
    path.write_text(json_format.render(judge_snapshot(snapshot, Options())), encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path / "gpu.json", gpu_machine())
    write(tmp_path / "cpu.json", cpu_machine())
    write(tmp_path / "odd.json", replace(gpu_machine(), environment={"CUDA_VISIBLE_DEVICES": HOSTILE}))
    lock = make_lock(judge_snapshot(gpu_machine(), Options()))
    (tmp_path / "gpu.lock.json").write_text(render_lock(lock), encoding="utf-8")
    (tmp_path / "pasted.txt").write_text(
        "PyTorch version: 2.6.0+cu124\nIs debug build: False\nCUDA used to build PyTorch: 12.4\n", encoding="utf-8"
    )
    return tmp_path


def diff(*arguments: str, columns: int = 80, stdin: str | None = None, **environment: str) -> Result:
    variables = {"COLUMNS": str(columns), **environment}
    return CliRunner().invoke(main, ["diff", *arguments], env=variables, input=stdin)


@pytest.mark.parametrize(
    ("a", "b", "code"),
    [
        ("gpu.json", "gpu.json", 0),
        ("gpu.json", "gpu.lock.json", 0),
        ("gpu.json", "cpu.json", 1),
        ("cpu.json", "gpu.lock.json", 1),
        ("gpu.json", "pasted.txt", 1),
    ],
)
@pytest.mark.parametrize("format_", FORMATS)
def test_exit_codes_are_those_of_diff(folder: Path, a: str, b: str, code: int, format_: str) -> None:
    result = diff(str(folder / a), str(folder / b), "--format", format_)

    assert result.exit_code == code, result.output
    assert result.stderr == ""
    assert result.stdout


def test_what_matters_most_stands_first(folder: Path) -> None:
    shown = diff(str(folder / "gpu.json"), str(folder / "cpu.json")).stdout

    assert shown.index("torch.version") < shown.index("packages.")
    assert "Other code runs, or it works on one side only" in shown
    assert "Equal: " in shown


def test_json_is_what_its_schema_says(folder: Path) -> None:
    for a, b in (("gpu", "cpu"), ("gpu", "odd"), ("gpu", "gpu")):
        value = json.loads(diff(str(folder / f"{a}.json"), str(folder / f"{b}.json"), "--json").stdout)

        jsonschema.Draft202012Validator(schema.diff()).validate(value)
        assert value["same"] is (a == b)


@pytest.mark.parametrize("format_", ["html", "markdown", "text"])
def test_nothing_from_a_machine_is_markup(folder: Path, format_: str) -> None:
    shown = diff(str(folder / "gpu.json"), str(folder / "odd.json"), "--format", format_).stdout

    assert "\x1b" not in shown
    assert "\u202e" not in shown
    if format_ != "text":
        assert "<script>" not in shown


def test_the_page_needs_nothing_else(folder: Path) -> None:
    page = diff(str(folder / "gpu.json"), str(folder / "cpu.json"), "--format", "html").stdout

    assert "default-src 'none'" in page
    assert "src=" not in page
    assert "http" not in page.replace("http-equiv", "")


def test_markdown_fits_into_a_comment(tmp_path: Path) -> None:
    machine = gpu_machine()
    write(tmp_path / "a.json", replace(machine, packages={f"package-{n}": "1.0" for n in range(3000)}))
    write(tmp_path / "b.json", replace(machine, packages={f"package-{n}": "2.0" for n in range(3000)}))

    shown = diff(str(tmp_path / "a.json"), str(tmp_path / "b.json"), "--format", "markdown").stdout

    assert len(shown) <= 65_536
    assert "more are left out here" in shown


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_prose_fits_the_window(folder: Path, columns: int) -> None:
    shown = diff(str(folder / "gpu.json"), str(folder / "cpu.json"), "--all", columns=columns).stdout

    assert [line for line in shown.splitlines() if len(line) > columns and " " in line.strip(" -AB")] == []


@pytest.mark.parametrize(
    ("environment", "colored"), [({"FORCE_COLOR": "1"}, True), ({"NO_COLOR": "1"}, False), ({}, False)]
)
def test_escapes_only_where_they_are_wanted(folder: Path, environment: dict[str, str], colored: bool) -> None:
    arguments = ["diff", str(folder / "gpu.json"), str(folder / "cpu.json")]
    result = CliRunner().invoke(main, arguments, env=environment, color=True)

    assert ("\x1b[" in result.output) is colored


def test_one_side_may_come_through_a_pipe(folder: Path) -> None:
    text = (folder / "gpu.json").read_text(encoding="utf-8")

    assert diff(str(folder / "gpu.json"), "-", stdin=text).exit_code == 0
    assert diff("-", str(folder / "cpu.json"), stdin=text).exit_code == 1


def test_a_file_gets_the_same(folder: Path) -> None:
    arguments = (str(folder / "gpu.json"), str(folder / "cpu.json"), "--format", "markdown")

    assert diff(*arguments, "-o", str(folder / "out.md")).output == ""
    assert (folder / "out.md").read_text(encoding="utf-8") == diff(*arguments).stdout


@pytest.mark.parametrize(
    ("a", "b", "says"),
    [
        ("none.json", "gpu.json", "'A'"),
        ("gpu.json", "none.json", "'B'"),
        ("gpu.json", "empty", "it is empty"),
        ("-", "-", "cannot both be the standard input"),
        ("gpu.json", "", "'B'"),
    ],
)
def test_wrong_usage(folder: Path, a: str, b: str, says: str) -> None:
    (folder / "empty").write_text("")
    result = diff(*(name if name == "-" else str(folder / name) for name in (a, b)))

    assert result.exit_code == 2
    assert says in " ".join(result.stderr.split())
    assert result.stdout == ""


def test_a_home_does_not_leave_the_machine(folder: Path) -> None:
    shown = diff(str(folder / "gpu.json"), str(folder / "cpu.json"), "--json").stdout

    assert "/home/ada" not in shown
    assert "/home/ada" in diff(str(folder / "gpu.json"), str(folder / "cpu.json"), "--json", "--private-ok").stdout


def test_the_weights_can_be_read() -> None:
    shown = diff("--weights")

    assert shown.exit_code == 0
    assert "100  torch.version" in shown.stdout
