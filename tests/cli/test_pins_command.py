"""`envdoctor pins`: options in, one recommendation out."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from envdoctor.cli.main import main
from envdoctor.pins.formats import FORMATS

ADA_535 = ("--gpu", "RTX 4090", "--driver", "535.183.01", "--python", "3.11")
OLD_NUMPY = ("--gpu", "RTX 4090", "--driver", "520.56.06", "--python", "3.11", "--torch", "2.2")
CU126 = "https://download.pytorch.org/whl/cu126"
IMPOSSIBLE = ("--gpu", "RTX 5090", "--driver", "535.183.01")


def pins(*arguments: str, columns: int = 80, **environment: str) -> Result:
    return CliRunner().invoke(main, ["pins", *arguments], env={"COLUMNS": str(columns), **environment})


def value(*arguments: str) -> dict[str, Any]:
    result = pins(*arguments, "--json")
    assert result.exit_code in (0, 1), result.output
    parsed: dict[str, Any] = json.loads(result.stdout)
    return parsed


def toml(text: str) -> Any:
    tomllib = pytest.importorskip("tomllib")  # from Python 3.11 on
    return tomllib.loads(text)


def test_the_answer_in_words() -> None:
    result = pins(*ADA_535)

    assert result.exit_code == 0
    assert "\nPyTorch 2.14.1 (cu126)\n" in result.stdout
    assert f'  python -m pip install "torch==2.14.1" "torchvision==0.29.1" --index-url {CU126}\n' in result.stdout
    assert "525.60.13 or newer" in result.stdout
    assert "- With driver 580 or newer: PyTorch 2.15.0 (cu132)." in result.stdout
    assert "driver_floor" not in result.stdout


def test_explain_lists_every_rejected_release_with_its_rule() -> None:
    shown = " ".join(pins(*ADA_535, "--torch", ">=2.14", "--explain").stdout.split())
    rejected = value(*ADA_535, "--torch", ">=2.14")["rejected"]

    assert len(rejected) > 20
    for one in rejected:
        variant = f" ({one['variant']})" if one["variant"] else ""
        assert f"- {one['torch']}{variant}: {one['reason']} [{one['rule']}]." in shown


def test_what_was_assumed_is_said() -> None:
    assert (
        "Not told, and taken for: system Linux, processor x86_64, Python 3.12."
        in pins("--gpu", "T4", columns=110).stdout
    )


def test_nothing_can_work() -> None:
    result = pins(*IMPOSSIBLE)

    assert result.exit_code == 1
    assert "\nNo version can work\n" in result.stdout
    assert "- With driver 580 or newer: PyTorch 2.15.0 (cu132)." in result.stdout
    assert "Install" not in result.stdout


def test_nothing_can_work_as_json() -> None:
    answer = value(*IMPOSSIBLE)

    assert answer["pins"] is None
    assert answer["because"]
    assert {one["rule"] for one in answer["rejected"]} == {"driver_knows_gpu"}
    assert answer["rejected"][0]["torch"] == "2.15.0"
    assert answer["ways_out"][0]["condition"] == "with driver 580 or newer"


def test_json_is_the_object_of_a_report_and_the_machine() -> None:
    answer = value(*ADA_535)

    assert answer["schema"] == "envdoctor/pins/1"
    assert answer["machine"]["driver"] == "535.183.01"
    assert answer["machine"]["gpus"] == [{"name": "RTX 4090", "capability": "8.9"}]
    assert list(answer["pins"])[:4] == ["torch", "torchvision", "variant", "python"]
    assert answer["pins"]["install"] == [
        f'python -m pip install "torch==2.14.1" "torchvision==0.29.1" --index-url {CU126}'
    ]
    assert answer["pins"]["index"] == CU126


def test_requirements_from_an_index() -> None:
    lines = pins(*OLD_NUMPY, "--format", "requirements").stdout.splitlines()

    assert [line for line in lines if line.startswith("-")] == [
        "--extra-index-url https://download.pytorch.org/whl/cu118"
    ]
    named = [Requirement(line) for line in lines if line[0] not in "#-"]
    assert [str(one) for one in named] == ["torch==2.2.2+cu118", "torchvision==0.17.2", "numpy<2"]


def test_requirements_from_pypi_have_no_index() -> None:
    shown = pins("--gpu", "RTX 4090", "--driver", "580.65.06", "--format", "requirements").stdout

    assert "index" not in shown
    assert "\ntorch==2.15.0\ntorchvision==0.29.2\n" in shown


def test_uv_takes_torch_from_the_explicit_index_alone() -> None:
    project = toml(pins(*OLD_NUMPY, "--format", "uv").stdout)

    [index] = project["tool"]["uv"]["index"]
    assert index == {"name": "pytorch-cu118", "url": "https://download.pytorch.org/whl/cu118", "explicit": True}
    assert project["tool"]["uv"]["sources"] == {
        "torch": {"index": "pytorch-cu118"},
        "torchvision": {"index": "pytorch-cu118"},
    }
    assert project["project"]["dependencies"] == ["torch==2.2.2", "torchvision==0.17.2", "numpy<2"]
    assert "3.11.9" in SpecifierSet(project["project"]["requires-python"])
    assert project["tool"]["uv"]["environments"] == ["sys_platform == 'linux' and platform_machine == 'x86_64'"]


def test_uv_from_pypi_names_no_index() -> None:
    project = toml(pins("--os", "macos", "--format", "uv").stdout)

    assert set(project["tool"]["uv"]) == {"environments"}
    assert project["project"]["dependencies"] == ["torch==2.15.0", "torchvision==0.29.2"]


@pytest.mark.parametrize("format_", [one for one in FORMATS if one not in ("text", "json")])
def test_without_a_recommendation_there_is_no_file(format_: str, tmp_path: Path) -> None:
    place = tmp_path / "pins.txt"
    result = pins(*IMPOSSIBLE, "--format", format_, "-o", str(place))

    assert result.exit_code == 1
    assert not place.exists()
    assert result.stdout == ""
    assert "No version can work" in result.stderr


@pytest.mark.parametrize("format_", [one for one in FORMATS if one != "pylock"])  # it asks the index
def test_a_file_holds_what_would_be_shown(format_: str, tmp_path: Path) -> None:
    place = tmp_path / "new" / "pins"
    result = pins(*ADA_535, "--format", format_, "-o", str(place))

    assert (result.exit_code, result.stdout) == (0, "")
    assert place.read_text(encoding="utf-8") == pins(*ADA_535, "--format", format_).stdout
    assert [one.name for one in place.parent.iterdir()] == ["pins"]


@pytest.mark.parametrize(
    ("arguments", "option", "said"),
    [
        (("--gpu", "RTX 4900"), "--gpu", "RTX 4090"),
        (("--gpu", "none", "--gpu", "T4"), "--gpu", "exclude"),
        (("--driver", "12.2"), "--driver", "CUDA version"),
        (("--driver", "new"), "--driver", "535.183.01"),
        (("--torch", "newest", "--gpu", "none"), "--torch", "2.4.1"),
        (("--os", "beos"), "--os", "wsl2"),
        (("--python", "3.x", "--gpu", "none"), "--python", "3.12"),
        (("--python", "/no/such/env", "--gpu", "none"), "--python", "3.12"),
        (("--python", "/no/such/env"), "--python", "/no/such/env"),
        (("--glibc", "new"), "--glibc", "2.35"),
        (("--need", "numpy <", "--gpu", "none"), "--need", "numpy<2"),
        (("--torchvision", "new", "--gpu", "none"), "--torchvision", "0.19.1"),
        (("--hashes", "--gpu", "none"), "--hashes", "requirements"),
    ],
    ids=str,
)
def test_wrong_usage_is_one_line(arguments: tuple[str, ...], option: str, said: str) -> None:
    result = pins(*arguments)

    assert result.exit_code == 2
    assert result.stdout == ""
    error = result.stderr.strip().splitlines()[-1]
    assert option in error
    assert said in error


def test_a_name_on_different_chips() -> None:
    result = pins("--gpu", "GTX 750", "--driver", "535.183.01", columns=110)

    assert result.exit_code == 0
    assert "PyTorch 2.14.1 (cu126)" in result.stdout
    assert "compute capability 5.0 or 5.2" in result.stdout


def test_where_nothing_fits_all_chips_of_a_name_each_is_said() -> None:
    result = pins("--gpu", "Tesla K80", "--gpu", "GeForce GT 730", "--driver", "470.223.02")

    assert result.exit_code == 1
    assert "GeForce GT 730 as 3.5" in result.stdout


@pytest.mark.parametrize("columns", [40, 80])
@pytest.mark.parametrize("arguments", [ADA_535, IMPOSSIBLE, ("--gpu", "GTX 750"), ("--os", "macos")], ids=str)
def test_text_fits(arguments: tuple[str, ...], columns: int) -> None:
    lines = pins(*arguments, "--explain", columns=columns).stdout.splitlines()

    wide = [line for line in lines if len(line) > columns and "pip install" not in line]
    assert [line for line in wide if "https://" not in line] == []
    assert "\x1b" not in "".join(lines)


def test_colours_are_the_terminals_choice() -> None:
    assert "\x1b[1mInstall\x1b[0m" in pins(*ADA_535, FORCE_COLOR="1", NO_COLOR="").stdout
    assert "\x1b" not in pins(*ADA_535, FORCE_COLOR="1", NO_COLOR="1").stdout
    assert "\x1b" not in pins(*ADA_535, "--json", FORCE_COLOR="1", NO_COLOR="").stdout


def test_colours_never_reach_a_file(tmp_path: Path) -> None:
    pins(*ADA_535, "-o", str(tmp_path / "pins"), FORCE_COLOR="1", NO_COLOR="")

    assert "\x1b" not in (tmp_path / "pins").read_text(encoding="utf-8")


def test_windows_commands_are_for_windows() -> None:
    assert value("--os", "windows", "--gpu", "T4", "--driver", "581.57")["pins"]["install"][0].startswith(
        "python -m pip"
    )


@pytest.mark.slow
def test_a_described_machine_is_not_looked_at() -> None:
    code = (
        "import sys\nfrom envdoctor.cli.main import main\n"
        "try:\n    main(['pins', '--gpu', 'T4'])\n"
        "except SystemExit:\n    pass\n"
        "print([name for name in sys.modules if name.startswith(('envdoctor.probes', 'rich', 'torch', 'psutil'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)

    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.slow
def test_this_machine_is_looked_at_without_importing_torch(tmp_path: Path) -> None:
    (tmp_path / "torch").mkdir()
    (tmp_path / "torch" / "__init__.py").write_text("open('imported', 'w').close()\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "envdoctor", "pins", "--json", "--python", sys.executable],
        check=False,
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    answer = json.loads(done.stdout)

    assert done.returncode in (0, 1)
    assert answer["machine"]["python"].startswith(f"{sys.version_info[0]}.{sys.version_info[1]}.")
    assert not (tmp_path / "imported").exists()


def test_needs_are_in_every_answer() -> None:
    arguments = (*ADA_535, "--need", "flash-attn,transformers", "--need", "numpy<2")
    answer, shown = value(*arguments), pins(*arguments, columns=120).stdout

    assert [one["name"] for one in answer["pins"]["extras"]] == ["flash-attn", "transformers"]
    assert answer["pins"]["install"][0] == 'python -m pip install "numpy<2"'
    assert answer["pins"]["install"][-1].startswith('python -m pip install --no-build-isolation "flash-attn==')
    assert "nvcc of CUDA 12" in answer["pins"]["build"][0]
    assert "nvcc of CUDA 12" in " ".join(shown.split())
    assert "(built from source)" in shown


def test_the_next_best_are_named() -> None:
    assert [one["torch"] for one in value(*ADA_535)["others"]][:2] == ["2.13.0", "2.12.1"]
    assert "\nNext best\n" in pins(*ADA_535).stdout


def test_a_torchvision_leads_to_its_torch() -> None:
    assert value(*ADA_535, "--torchvision", "0.20.1")["pins"]["torch"] == "2.5.1"


@pytest.mark.parametrize("format_", ["dockerfile", "devcontainer"])
def test_containers_are_linux_on_windows_too(format_: str) -> None:
    shown = pins("--os", "windows", "--gpu", "RTX 4090", "--driver", "581.57", "--format", format_).stdout

    assert "torch==2.15.0" in shown


def test_without_a_resolver_a_lock_is_one_line() -> None:
    result = pins(*ADA_535, "--format", "pylock", PATH="")

    assert result.exit_code == 3
    assert result.stdout == ""
    assert "pip install uv" in result.stderr.strip().splitlines()[-1]


def test_a_configured_mirror_is_used_and_its_credentials_are_not_shown() -> None:
    mirror = "https://anna:secret@mirror.example/whl/cu126"
    shown = pins(*ADA_535, "--format", "requirements", PIP_EXTRA_INDEX_URL=mirror).stdout

    assert "torch==2.14.1+cu126" in shown
    assert "secret" not in shown
    assert "--extra-index-url" not in shown


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("--os-version", "Windows 11", "--gpu", "none"), "Windows"),
        (("--os-version", "macOS 12"), "macOS 12"),
        (("--os-version", "Linux Mint 21.3", "--gpu", "none"), "glibc 2.35"),
    ],
)
def test_a_version_may_name_the_system(arguments: tuple[str, ...], word: str) -> None:
    assert word in pins(*arguments, columns=120).stdout.splitlines()[1]
