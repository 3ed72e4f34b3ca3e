from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from envdoctor.cli.report import Benched, _how_to_ask, checked_name, must_be_folder, report, write_reports
from envdoctor.files import CannotWriteError
from envdoctor.report.json import load
from envdoctor.report.model import Report
from tests.report import samples


def passing(_: Report) -> Benched:
    return Benched((samples.measurement(),))


def test_writes_a_page_a_text_and_json(tmp_path: Path) -> None:
    folder = tmp_path / "a folder" / "naïve 报告"
    made, paths, code = write_reports(samples.healthy_gpu, None, folder, "laptop")

    assert [path.name for path in paths] == ["laptop.html", "laptop.md", "laptop.json"]
    assert sorted(path.name for path in folder.iterdir()) == ["laptop.html", "laptop.json", "laptop.md"]
    assert load((folder / "laptop.json").read_bytes()).facts == made.facts
    assert code == 0


def test_measurements_of_the_benchmark_stand_in_every_format(tmp_path: Path) -> None:
    made, paths, code = write_reports(samples.clean_cpu, passing, tmp_path, "x")

    assert made.measurements == (samples.measurement(),)
    assert all("synthetic" in path.read_text("utf-8") for path in paths)
    assert code == 0


@pytest.mark.parametrize(
    ("check", "benched", "code", "in_report"),
    [
        pytest.param(samples.clean_cpu, 0, 0, 0, id="sound and PASS"),
        pytest.param(samples.clean_cpu, 1, 1, 1, id="sound and FAIL"),
        pytest.param(samples.broken, 0, 1, 1, id="broken"),
        pytest.param(samples.clean_cpu, 130, 130, 1, id="interrupted"),
    ],
)
def test_the_worse_of_two_exit_codes_counts(
    tmp_path: Path, check: Callable[[], Report], benched: int, code: int, in_report: int
) -> None:
    made, _, left_with = write_reports(check, lambda _: Benched((), benched), tmp_path, "x", ("json",))

    assert left_with == code
    assert made.exit_code == in_report


def test_the_benchmark_is_told_what_was_found(tmp_path: Path) -> None:
    told: list[Report] = []

    def bench(found: Report) -> Benched:
        told.append(found)
        return Benched(())

    write_reports(samples.broken, bench, tmp_path, "x", ("json",))

    assert told == [samples.broken()]


def test_what_is_written_is_private_unless_asked(tmp_path: Path) -> None:
    write_reports(samples.broken, None, tmp_path, "private")
    write_reports(samples.broken, None, tmp_path, "open", private=False)

    for ending in ("html", "md", "json"):
        assert "/home/ann" not in (tmp_path / f"private.{ending}").read_text("utf-8")
        assert "/home/ann" in (tmp_path / f"open.{ending}").read_text("utf-8")
    assert json.loads((tmp_path / "private.json").read_text("utf-8"))["removed"]["home"] >= 6


def test_nothing_is_written_when_anything_fails_before(tmp_path: Path) -> None:
    def bench(_: Report) -> Benched:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_reports(samples.broken, bench, tmp_path / "reports", "x")

    assert not (tmp_path / "reports").exists()


def test_an_old_report_stays_when_the_new_one_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "x.html").mkdir()
    (tmp_path / "x.md").write_text("old")
    with pytest.raises(CannotWriteError, match=r"x\.html is a directory"):
        write_reports(samples.broken, None, tmp_path, "x")

    assert (tmp_path / "x.md").read_text() == "old"


def test_the_usual_name_tells_no_host() -> None:
    assert checked_name(None).startswith("envdoctor-20")
    assert checked_name("laptop 2") == "laptop 2"


@pytest.mark.parametrize("name", ["", " ", ".", "..", "a/b", "../x", "a\\b", "a\0b"])
def test_a_name_is_no_path(name: str) -> None:
    with pytest.raises(click.BadParameter, match="no name for a file"):
        checked_name(name)


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("old")
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(click.BadParameter, match=r"file is a file|Not a directory"):
            must_be_folder(folder)

    with pytest.raises(click.BadParameter, match="name another folder"):
        must_be_folder(tmp_path / ("x" * 300))
    must_be_folder(tmp_path)
    must_be_folder(tmp_path / "new" / "newer")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(["--data", "x", "--no-bench"], "exclude each other", id="data without a benchmark"),
        pytest.param(["--name", "a/b"], "no name for a file", id="a path as name"),
        pytest.param(["--timeout", "0"], "--timeout", id="no time"),
        pytest.param(["--no-bench", "--python", "no-such-python"], "no-such-python", id="no such Python"),
        pytest.param(["--issue", "no-repository", "--no-bench"], "OWNER/REPO", id="no repository"),
        pytest.param(["--nonsense"], "--nonsense", id="no such option"),
    ],
)
def test_wrong_usage_is_said_and_nothing_is_written(arguments: list[str], words: str, tmp_path: Path) -> None:
    done = CliRunner().invoke(report, [*arguments, "--output", str(tmp_path / "reports")])

    assert done.exit_code == 2
    assert words in done.output
    assert not (tmp_path / "reports").exists()


@pytest.mark.slow
def test_the_whole_command(tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    done = CliRunner().invoke(report, ["--no-bench", "--issue", "--output", str(folder), "--name", "here"])

    assert done.exit_code in (0, 1), done.output
    assert done.stdout == (folder / "here.md").read_text("utf-8")
    assert f"wrote {folder / 'here.html'}" in done.stderr
    assert load((folder / "here.json").read_bytes()).exit_code == done.exit_code


def test_the_files_to_send_are_named_and_the_issue_is_begun(tmp_path: Path) -> None:
    made = samples.broken()
    paths = [tmp_path / f"x.{ending}" for ending in ("html", "md", "json")]

    assert list(_how_to_ask(made, paths, None)) == [
        f"To ask for help: paste {paths[1]} into the issue and attach {paths[2]}; {paths[0]} is for a browser."
    ]
    assert next(iter(_how_to_ask(made, paths, ""))).startswith("To ask for help")
    assert next(iter(_how_to_ask(made, paths, "a/b"))).startswith("Open the issue: https://github.com/a/b/issues/")
