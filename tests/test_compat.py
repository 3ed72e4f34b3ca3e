import pytest
from hypothesis import given
from hypothesis import strategies as st

from envdoctor.compat import driver_floor, driver_runs, newest_covered, number, runs_on

TORCH_2_15 = ("sm_75", "sm_80", "sm_86", "sm_90", "sm_100", "sm_120")
TORCH_2_7_CU126 = ("sm_50", "sm_60", "sm_70", "sm_75", "sm_80", "sm_86", "sm_90")


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        pytest.param("535.183.01", (535, 183, 1), id="a driver"),
        pytest.param("12.8", (12, 8), id="a CUDA version"),
        pytest.param("2.15.0+cu132", (2, 15, 0), id="the variant is no part of it"),
        pytest.param("2.6.0a0+git1234", (2, 6, 0, 0), id="a source build"),
        pytest.param("2.6.0a0+ecf3bae40a.nv25.01", (2, 6, 0, 0), id="NVIDIA's container"),
        pytest.param("2.12.0.dev20260301+cu130", (2, 12, 0, 20260301), id="a nightly"),
        pytest.param("2.0.1+debian", (2, 0, 1), id="Debian's build"),
        pytest.param("9.26.0.51", (9, 26, 0, 51), id="cuDNN"),
        pytest.param("", (), id="nothing"),
        pytest.param("ERR!", (), id="no version"),
    ],
)
def test_number(text: str, numbers: tuple[int, ...]) -> None:
    assert number(text) == numbers


@pytest.mark.parametrize(
    ("cuda", "os", "floor"),
    [
        pytest.param("13.2", "linux", "580", id="all of CUDA 13"),
        pytest.param("13.5", "windows", "580", id="all of CUDA 13 on Windows"),
        pytest.param("12.9", "linux", "525.60.13", id="all of CUDA 12"),
        pytest.param("12.9", "windows", "528.33", id="all of CUDA 12 on Windows, and so on WSL 2"),
        pytest.param("12.0", "windows", "527.41", id="12.0 runs on the driver that came with it"),
        pytest.param("11.8", "linux", "450.80.02", id="all of CUDA 11"),
        pytest.param("11.0", "linux", "450.36.06", id="11.0 runs on the driver that came with it"),
        pytest.param("11.8", "windows", "452.39", id="all of CUDA 11 on Windows"),
        pytest.param("10.2", "linux", "440.33", id="10.2 has a floor of its own"),
        pytest.param("10.1", "windows", "418.96", id="10.1 has a floor of its own"),
        pytest.param("10.0", "linux", "410.48", id="10.0 has a floor of its own"),
        pytest.param("12", "linux", "525.60.13", id="a major without minor"),
        pytest.param("9.2", "linux", None, id="older than the rules"),
        pytest.param("14.0", "linux", None, id="newer than the rules"),
        pytest.param("", "linux", None, id="no version"),
    ],
)
def test_driver_floor(cuda: str, os: str, floor: str | None) -> None:
    assert driver_floor(cuda, os) == floor


@pytest.mark.parametrize(
    ("driver", "cuda", "os", "runs"),
    [
        pytest.param("580.65.06", "13.2", "linux", True, id="the branch of the floor"),
        pytest.param("582.28", "13.0", "windows", True, id="R580 goes on to 582 on Windows"),
        pytest.param("535.183.01", "12.9", "linux", True, id="CUDA 12.2 is no ceiling for a build for 12.9"),
        pytest.param("525.60.13", "12.8", "linux", True, id="the floor itself"),
        pytest.param("525.60.11", "12.8", "linux", False, id="just below the floor"),
        pytest.param("527.41", "12.8", "windows", False, id="Windows has its own numbers"),
        pytest.param("579.99", "13.0", "linux", False, id="a build for the next major"),
        pytest.param("470.223.02", "12.1", "linux", False, id="R470 ends with CUDA 11"),
        pytest.param("470.223.02", "11.8", "linux", True, id="R470 runs all of CUDA 11"),
        pytest.param("470.223.02", "10.2", "linux", True, id="an older major runs"),
        pytest.param("418.87.00", "10.2", "linux", False, id="10.x has no minor-version compatibility"),
        pytest.param("390.157", "9.0", "linux", None, id="no rule is known"),
        pytest.param("580.65.06", "", "linux", None, id="no CUDA version"),
        pytest.param("unknown", "13.0", "linux", None, id="no driver version"),
    ],
)
def test_driver_runs(driver: str, cuda: str, os: str, runs: bool | None) -> None:
    assert driver_runs(driver, cuda, os) is runs


@pytest.mark.parametrize(
    ("capability", "arch_list"),
    [
        pytest.param("8.9", ("sm_86",), id="an RTX 40 runs code of an RTX 30"),
        pytest.param("8.9", TORCH_2_15, id="no wheel ever listed sm_89"),
        pytest.param("8.6", ("sm_80",), id="an RTX 30 runs code of an A100"),
        pytest.param("8.7", TORCH_2_15, id="Orin beside sm_80 is not accused"),
        pytest.param("6.1", ("sm_60",), id="a GTX 1080 runs code of a P100"),
        pytest.param("5.2", TORCH_2_7_CU126, id="a GTX 980 runs sm_50"),
        pytest.param("10.3", ("sm_100",), id="a B300 runs code of a B200"),
        pytest.param("12.1", ("sm_120",), id="a DGX Spark runs code of an RTX 50"),
        pytest.param("9.0", ("sm_90a",), id="a suffix fits the GPU that it names"),
        pytest.param("10.3", ("sm_100f",), id="a family holds in its major"),
        pytest.param("12.0", ("sm_90", "compute_90"), id="PTX is compiled for a newer GPU"),
        pytest.param("7.5", ("compute_70",), id="PTX alone"),
        pytest.param("12.0", (" sm_120 ",), id="white space"),
        pytest.param("9.0a", ("sm_90",), id="a capability with a suffix"),
    ],
)
def test_runs_on(capability: str, arch_list: tuple[str, ...]) -> None:
    assert runs_on(capability, arch_list)


@pytest.mark.parametrize(
    ("capability", "arch_list"),
    [
        pytest.param("12.0", ("sm_90",), id="an RTX 50 does not run Hopper's code"),
        pytest.param("12.0", ("sm_100",), id="nor that of a B200: another major"),
        pytest.param("6.1", TORCH_2_15, id="Pascal is left out"),
        pytest.param("7.0", TORCH_2_15, id="Volta is left out, although 7.5 is in"),
        pytest.param("8.0", ("sm_86",), id="a higher minor does not run"),
        pytest.param("3.7", TORCH_2_7_CU126, id="Kepler"),
        pytest.param("9.0", ("sm_80", "sm_86"), id="no PTX, no newer major"),
        pytest.param("10.0", ("sm_90a",), id="a suffix binds to one GPU"),
        pytest.param("10.3", ("sm_100a",), id="even within its major"),
        pytest.param("12.0", ("compute_90a",), id="also in PTX"),
        pytest.param("12.0", ("sm_100f",), id="a family ends with its major"),
        pytest.param("9.0", ("compute_100",), id="PTX of a newer GPU"),
        pytest.param("9.0", ("gfx90a", "gfx1100"), id="AMD's code"),
        pytest.param("9.0", (), id="a build for no GPU"),
        pytest.param("", TORCH_2_15, id="no capability"),
        pytest.param("12", TORCH_2_15, id="half a capability"),
        pytest.param("9.0", ("sm_", "90", "sm_9"), id="rubbish"),
    ],
)
def test_does_not_run_on(capability: str, arch_list: tuple[str, ...]) -> None:
    assert not runs_on(capability, arch_list)


@pytest.mark.parametrize(
    ("arch_list", "newest"),
    [
        pytest.param(TORCH_2_15, (12, 0), id="numbers, not letters, are compared"),
        pytest.param(("sm_90a", "sm_80"), (9, 0), id="with a suffix"),
        pytest.param(("sm_80", "compute_90"), (9, 0), id="PTX counts"),
        pytest.param(("gfx90a",), None, id="AMD's code"),
        pytest.param((), None, id="none"),
    ],
)
def test_newest_covered(arch_list: tuple[str, ...], newest: tuple[int, int] | None) -> None:
    assert newest_covered(arch_list) == newest


@given(st.text(), st.lists(st.text()), st.sampled_from(["linux", "windows", "darwin"]))
def test_any_text_gets_an_answer(text: str, arch_list: list[str], os: str) -> None:
    runs_on(text, arch_list)
    newest_covered(arch_list)

    assert driver_runs(text, text, os) in (True, False, None)


@given(st.text())
def test_what_is_no_capability_is_covered_by_nothing_or_answered(text: str) -> None:
    assert runs_on(text, TORCH_2_15) in (True, False)


@given(st.integers(3, 20), st.integers(0, 9), st.integers(0, 9))
def test_a_gpu_runs_what_is_made_for_it_and_for_lower_minors(major: int, minor: int, lower: int) -> None:
    assert runs_on(f"{major}.{minor}", (f"sm_{major}{min(minor, lower)}",))
