from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envdoctor.facts import NOT_ASKED, NvidiaSmi, Unknown
from envdoctor.probes import smi
from envdoctor.probes.command import Output, run
from envdoctor.probes.system import System
from tests.rig import smi as fake
from tests.rig.smi import Smi

PATH = "/usr/bin/nvidia-smi"
CARDS = [{"name": "NVIDIA A100-SXM4-80GB"}, {"name": "NVIDIA A100-SXM4-80GB"}]

# --- finding it ----------------------------------------------------------------------------------


def _program(root: Path, path: str) -> None:
    fake.write(root / path, Smi(), driver="580.65.06", cuda="13.0", cards=CARDS)


def test_path_comes_first(tmp_path: Path) -> None:
    _program(tmp_path, "opt/tools/nvidia-smi")
    _program(tmp_path, "usr/bin/nvidia-smi")

    assert (
        smi.find(System(root=tmp_path, environment={"PATH": "/nowhere:/opt/tools:/usr/bin"})) == "/opt/tools/nvidia-smi"
    )


@pytest.mark.parametrize("folder", smi.FOLDERS)
def test_usual_places_come_next(folder: str, tmp_path: Path) -> None:
    _program(tmp_path, f"{folder}/nvidia-smi".lstrip("/"))

    assert smi.find(System(root=tmp_path, environment={"PATH": ""})) == f"{folder}/nvidia-smi"


def test_no_such_program(tmp_path: Path) -> None:
    assert smi.probe(System(root=tmp_path, environment={"PATH": "/usr/bin"}), 1.0) is None


def test_windows_has_its_own_places(tmp_path: Path) -> None:
    system = System(os="windows", environment={"SystemRoot": f"{tmp_path}/C:", "PATH": ""})

    assert smi.find(system) is None

    program = f"{tmp_path}/C:\\System32\\nvidia-smi.exe"
    Path(program).touch()

    assert smi.find(system) == program


def test_what_is_found_is_asked_for_a_table_for_programs(tmp_path: Path) -> None:
    _program(tmp_path, "usr/bin/nvidia-smi")
    asked: list[list[str]] = []

    def note(argv: object, *, seconds: float = 0) -> Output:
        asked.append([str(part) for part in argv])  # type: ignore[attr-defined]  # a sequence
        return Output(0, f"580.65.06\n{seconds:g}", "")

    found = smi.probe(System(root=tmp_path, environment={"PATH": "/usr/bin"}, run=note), 7.0)

    assert found == NvidiaSmi(PATH, exit_code=0, driver="580.65.06", cuda=NOT_ASKED)
    assert asked == [[f"{tmp_path}/usr/bin/nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"]]


# --- understanding it ----------------------------------------------------------------------------

FAILED = [
    pytest.param(9, fake.NO_DRIVER, "couldn't communicate with the NVIDIA driver", id="no driver"),
    pytest.param(18, fake.MISMATCH, "Driver/library version mismatch", id="mismatch"),
    pytest.param(6, fake.NO_DEVICES, "No devices were found", id="no devices"),
    pytest.param(0, fake.NO_DEVICES, "No devices were found", id="no devices, and that is success"),
    pytest.param(17, fake.BLOCKED, "GPU access blocked by the operating system", id="blocked"),
    pytest.param(4, fake.NO_PERMISSION, "Insufficient Permissions", id="no permission"),
    pytest.param(15, fake.LOST, "GPU is lost", id="lost"),
    pytest.param(255, fake.UNKNOWN_ERROR, "Unknown Error", id="unknown error"),
    pytest.param(
        255, "Unable to determine the device handle for GPU0000:65:00.0: Unknown Error\n", "0000:65:00.0", id="handle"
    ),
    pytest.param(127, "sh: 1: nothing of note\n", "nothing of note", id="some other failure"),
]


@pytest.mark.parametrize(("code", "text", "words"), FAILED)
def test_failure(code: int, text: str, words: str) -> None:
    found = smi.understand(PATH, Output(code, text, ""))

    assert found.exit_code == code
    assert words in (found.message or "")
    assert "\n" not in (found.message or "")
    assert isinstance(found.driver, Unknown)


def test_the_reason_may_stand_on_stderr() -> None:
    found = smi.understand(PATH, Output(12, "\n", "NVIDIA-SMI couldn't find libnvidia-ml.so library in your system.\n"))

    assert found.message == "NVIDIA-SMI couldn't find libnvidia-ml.so library in your system."


def test_a_known_failure_is_told_rather_than_chatter() -> None:
    found = smi.understand(PATH, Output(9, f"WARNING: something else\n{fake.NO_DRIVER}", ""))

    assert (found.message or "").startswith("NVIDIA-SMI has failed")


def test_a_lost_gpu_does_not_hide_the_version() -> None:
    found = smi.understand(PATH, Output(15, f"535.183.01\n{fake.LOST}", ""))

    assert found.driver == "535.183.01"
    assert "GPU is lost" in (found.message or "")


@pytest.mark.parametrize(
    ("stdout", "version"),
    [
        pytest.param("535.183.01\n535.183.01\n", "535.183.01", id="a line for each GPU"),
        pytest.param(" 551.61 \r\n", "551.61", id="Windows"),
        pytest.param("[N/A]\n610.43.02\n", "610.43.02", id="a GPU that does not tell"),
        pytest.param("CUDA Version 11.4.0\n\n535.183.01\n", "535.183.01", id="an entry point's greeting"),
        pytest.param("driver_version\n", None, id="a heading"),
        pytest.param("", None, id="nothing"),
        pytest.param("535\n", None, id="no full version"),
        pytest.param("٥٣٥.١٨٣\n", None, id="digits of another script"),
    ],
)
def test_version(stdout: str, version: str | None) -> None:
    assert smi.version_in(stdout) == version


@pytest.mark.parametrize(
    "answer",
    [pytest.param(Unknown("it did not answer in 5 s"), id="slow"), pytest.param(None, id="its interpreter is gone")],
)
def test_no_answer_is_unknown_and_not_absent(answer: Unknown | None) -> None:
    found = smi.understand(PATH, answer)

    assert isinstance(found.exit_code, Unknown)
    assert found.exit_code == found.driver == found.cuda


# --- the table for people ------------------------------------------------------------------------

GENERATIONS = [
    ("470.223.02", "11.4"),
    ("525.85.12", "12.0"),
    ("535.183.01", "12.2"),
    ("550.54.14", "12.4"),
    ("580.65.06", "13.0"),
    ("590.44.01", "13.1"),
    ("610.43.02", "13.3"),
]
RECORDED = {
    # Heads as people posted them, from 2018 to 2026.
    "| NVIDIA-SMI 331.62     Driver Version: 331.62         |": ("331.62", None),
    "| NVIDIA-SMI 450.57       Driver Version: 450.57       CUDA Version: 11.0     |": ("450.57", "11.0"),
    "| NVIDIA-SMI 525.85.12    Driver Version: 525.85.12    CUDA Version: 12.0     |": ("525.85.12", "12.0"),
    "| NVIDIA-SMI 610.43.02              KMD Version: 610.43.02     CUDA UMD Version: 13.3     |": (
        "610.43.02",
        "13.3",
    ),
    "| NVIDIA-SMI 545.46                 Driver Version: 546.80       CUDA Version: 12.3     |": ("546.80", "12.3"),
    "| NVIDIA-SMI 510.00       Driver Version: 510.06       CUDA Version: ERR!     |": ("510.06", None),
    "Driver Version                            : 450.66\nCUDA Version                              : 11.0": (
        "450.66",
        "11.0",
    ),
    "CUDA Version 11.4.0": (None, None),
    "": (None, None),
}


@pytest.mark.parametrize(("driver", "cuda"), GENERATIONS)
def test_banner_of_every_generation(driver: str, cuda: str) -> None:
    assert smi.banner(fake.banner(driver, cuda, ["NVIDIA B200"])) == (driver, cuda)


@pytest.mark.parametrize(("text", "said"), RECORDED.items(), ids=range(len(RECORDED)))
def test_recorded_banner(text: str, said: tuple[str | None, str | None]) -> None:
    assert smi.banner(text) == said


@pytest.mark.parametrize(
    ("driver", "cuda", "text"),
    [(said[0], said[1], text) for text, said in RECORDED.items() if text.startswith("| NVIDIA-SMI") and said[1]],
)
def test_the_fake_prints_what_was_recorded(driver: str, cuda: str, text: str) -> None:
    own = text.split()[2]

    assert text in fake.banner(driver, cuda, own=own) or own != driver


def test_the_banner_fills_in_cuda() -> None:
    system = System(run=lambda _argv, *, seconds=0: Output(0, fake.banner("610.43.02", "13.3"), f"{seconds}"))

    asked = smi.ask_banner(system, NvidiaSmi(PATH, exit_code=0, driver="610.43.02"), 1.0)

    assert asked == NvidiaSmi(PATH, exit_code=0, driver="610.43.02", cuda="13.3")


def test_a_banner_that_does_not_come_changes_nothing() -> None:
    before = NvidiaSmi(PATH, exit_code=0, driver="610.43.02")

    assert smi.ask_banner(System(run=lambda _argv, *, seconds=0: Unknown(f"{seconds}")), before, 1.0) is before


# --- the fake itself, and hostile input ----------------------------------------------------------


def test_the_fake_answers_queries_as_the_real_one_does(tmp_path: Path) -> None:
    program = tmp_path / "nvidia-smi"
    fake.write(program, Smi(), driver="550.54.14", cuda="12.4", cards=[{"name": "A"}, {"name": "It's B, Ti"}])

    bare = run([str(program), "--query-gpu=index,name,driver_version", "--format=csv,noheader"])
    headed = run([str(program), "--query-gpu=name,bogus", "--format=csv"])

    assert isinstance(bare, Output)
    assert isinstance(headed, Output)
    assert bare.stdout == "0, A, 550.54.14\n1, It's B, Ti, 550.54.14\n"
    assert headed.stdout.splitlines() == ["name, bogus", "A, [N/A]", "It's B, Ti, [N/A]"]


@given(st.binary(max_size=3000), st.binary(max_size=500), st.integers(-64, 255))
def test_no_bytes_make_it_raise(stdout: bytes, stderr: bytes, code: int) -> None:
    answer = Output(code, stdout.decode("utf-8", "replace"), stderr.decode("utf-8", "replace"))
    found = smi.understand(PATH, answer)

    assert found.exit_code == code
    assert found.message is None or (found.message.isprintable() and len(found.message) <= smi.KEPT)
    smi.banner(answer.stdout)


@given(st.text(alphabet="0123456789.\n\r\0 |:DriverVsonKMCUA٣", max_size=400))
def test_near_misses_do_not_make_it_raise(text: str) -> None:
    smi.banner(text)
    smi.version_in(text)
