"""Operators written by hand: built with real compilers, checked, and every way in which a build can fail."""

import importlib
import os
import shutil
import stat
import sys
import sysconfig
import threading
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from envdoctor.bench.building import CAUSES, OWN, cause_of, explained
from envdoctor.bench.experiments import Experiment
from envdoctor.bench.plan import Planned, Sizes
from envdoctor.bench.result import Result, Series
from envdoctor.bench.series import SeriesOptions, run_series
from envdoctor.intake.signs import all_signs, find

SIZES = Sizes(rounds=2, window_seconds=0.05, epochs=0)
HEADERS = Path(sysconfig.get_paths()["include"], "Python.h")
needs_compiler = pytest.mark.skipif(
    sys.platform == "win32" or not shutil.which("c++") or not HEADERS.exists(), reason="no compiler, or no headers"
)


def worker(name: str) -> Any:
    # Late: collecting the tests must not import torch.
    return importlib.import_module(f"envdoctor.bench.worker.{name}")


def experiment(name: str, epochs: float = 0.0, **settings: Any) -> Planned:
    one = Experiment(name=f"ops.{name}", kind="ops", changes="c", held="h", question="q?", settings=settings)
    return Planned(one, epochs, 1.0)


def ran(folder: Path, *plan: Planned, limit: float = 500.0) -> Series:
    wanted: dict[str, Any] = {"device": "cpu", "threads": 1, "limit": limit, "state": folder / "state"}
    return run_series(sys.executable, SeriesOptions(preset="quick", plan=plan, sizes=SIZES, **wanted))


def named(series: Series, name: str) -> Result:
    [found] = [one for one in series.measurements if one.name == f"ops.{name}"]
    return found


NET = {"ops": "net", "batch": 32, "lr": 0.05, "momentum": 0.9}


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def built(cache: Path) -> Series:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(cache))
        return ran(
            cache,
            experiment("build", ops="build"),
            experiment("pool", ops="speed", operator="pool"),
            experiment("convolution", ops="speed", operator="convolution"),
            experiment("net_convolution", 0.2, **NET, net="convolution"),
            experiment("net_diverges", 0.1, **{**NET, "lr": 0.0}, net="convolution"),
        )


@pytest.mark.slow
@needs_compiler
def test_an_extension_is_built_and_right(built: Series) -> None:
    found = named(built, "build")

    assert found.verdict == "DONE", (found.reason, found.failure)
    assert found.values["built"] == "now"
    assert found.values["gradients_checked"] == 6
    assert found.values["float64_differs_by"] < 1e-10
    # Above zero: two different calculations were compared.
    assert 0 < found.values["float32_differs_by"] < 1e-4
    assert found.values["build_seconds"] > 0


@pytest.mark.slow
@needs_compiler
@pytest.mark.parametrize("which", ["pool", "convolution"])
def test_an_operator_is_timed_against_torch_and_a_loop(built: Series, which: str) -> None:
    found = named(built, which)
    values = found.values

    assert found.verdict == "DONE", found.reason
    assert found.comparison is not None
    assert values["built"] == "kept from an earlier run"
    assert values["loop_largest_measured_outputs"] < values["outputs"]
    rates = sorted(row["loop_seconds"] / row["outputs"] for row in values["loop_rows"])
    assert values["loop_extrapolated_seconds"] == pytest.approx(rates[1] * values["outputs"])
    assert values["loop_extrapolated_over_operator"] > 10


@pytest.mark.slow
@needs_compiler
def test_a_net_learns_with_them(built: Series) -> None:
    found = named(built, "net_convolution")

    assert found.verdict == "DONE", found.reason
    assert found.values["last_loss"] < found.values["first_loss"]
    assert found.training is not None
    assert found.training.accuracy > 0.3  # synthetic images of ten classes
    assert {side.name for side in found.sides} == {"reference", "this"}


@pytest.mark.slow
@needs_compiler
def test_a_net_that_does_not_learn_fails(built: Series) -> None:
    found = named(built, "net_diverges")

    assert found.verdict == "FAILED"
    assert found.reason.startswith("the loss does not fall")


@pytest.mark.slow
@needs_compiler
def test_only_the_library_is_kept(built: Series, cache: Path) -> None:
    assert built.measurements
    assert [file.name for file in (cache / "envdoctor" / "operators").glob("*/*")] == ["envdoctor_operators.so"]
    assert not list((cache / "envdoctor" / "operators").glob(".build-*"))


@pytest.mark.slow
@needs_compiler
def test_a_net_gets_the_same_weights_whatever_its_operators(built: Series, cache: Path, monkeypatch: Any) -> None:
    assert built.measurements
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    torch = importlib.import_module("torch")
    operators, written = worker("operators"), worker("operators_build").build(cuda=False, fresh=False, limit=500.0)
    images = torch.randn(3, 3, 32, 32)
    for name in ("linear", "convolution", "lenet"):
        outputs = []
        for made in (operators.Operators(written.module), operators.TorchOperators):
            torch.manual_seed(0)
            outputs.append(operators.net(name, 10, made)(images))

        assert outputs[0].shape == (3, 10)
        assert torch.allclose(*outputs, atol=1e-5)


@pytest.mark.slow
def test_wrong_operators_are_found() -> None:
    torch: Any = importlib.import_module("torch")
    right: Any = worker("operators").TorchOperators

    class Slope(torch.autograd.Function):  # type: ignore[misc,unused-ignore]
        @staticmethod
        def forward(_context: Any, x: Any) -> Any:
            return x.clone()

        @staticmethod
        def backward(_context: Any, gradient: Any) -> Any:
            return gradient * 1.01

    class WrongGradient(right):  # type: ignore[misc,unused-ignore]
        @staticmethod
        def convolution(*arguments: Any, **more: Any) -> Any:
            return Slope.apply(right.convolution(*arguments, **more))

    class WrongResult(right):  # type: ignore[misc,unused-ignore]
        @staticmethod
        def pool(*arguments: Any) -> Any:
            return right.pool(*arguments) * 1.001

    failed = worker("refused").Failed
    with pytest.raises(failed, match="the gradient of convolution, stride 1, padding 0 is wrong"):
        worker("ops_check").checked(WrongGradient, "cpu")
    with pytest.raises(failed, match=r"results differ from torch's own by 0\.001 in float64"):
        worker("ops_check").checked(WrongResult, "cpu")
    assert worker("ops_check").checked(right, "cpu")["gradients_checked"] == 6


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a folder the only one on PATH, with what a build needs beside a compiler."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("CXX", raising=False)
    folder = tmp_path / "programs"
    folder.mkdir()
    for name in ("sh", "which", "ninja", "as", "ld"):
        found = shutil.which(name)
        if found:
            (folder / name).symlink_to(found)
    monkeypatch.setenv("PATH", str(folder))
    return folder


def compiler(folder: Path, source: str) -> None:
    """Put a compiler there that does this with a source file, and else tells its version."""
    for name in ("c++", "g++", "gcc", "cc"):
        program = folder / name
        program.write_text(f'#!/bin/sh\ncase "$*" in *binding*|*operators*) {source};; *) echo 12.2.0;; esac\n')
        program.chmod(program.stat().st_mode | stat.S_IXUSR)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="POSIX programs")
@pytest.mark.parametrize("ninja", [True, False], ids=["with ninja", "without"])
def test_no_compiler(programs: Path, ninja: bool) -> None:
    if not ninja:
        (programs / "ninja").unlink(missing_ok=True)
    failed, other = ran(
        programs.parent, experiment("build", ops="build"), experiment("machine", ops="no such thing")
    ).measurements

    assert failed.verdict == "FAILED"
    assert failed.reason.startswith("the build failed: there is no C++ compiler (")
    assert failed.failure is not None
    assert failed.failure.last_lines
    assert other.verdict == "FAILED"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="POSIX programs")
@pytest.mark.parametrize(
    ("says", "cause"),
    [
        pytest.param("binding.cpp:3:10: fatal error: Python.h: No such file or directory", "headers of this Python",
                     id="no headers"),
        pytest.param("host_config.h:143:2: error: #error -- unsupported GNU version! gcc versions later than 12 are "
                     "not supported!", "is not one that this nvcc accepts", id="gcc too new"),
        pytest.param("c++: fatal error: Killed signal terminated program cc1plus", "ran out of memory", id="killed"),
        pytest.param("fatal error: error writing to /tmp/x.s: No space left on device", "the disk is full", id="disk"),
        pytest.param("ATen.h:4:2: error: #error C++17 or later compatible compiler is required to use ATen.", "too old",
                     id="old"),
    ],
)  # fmt: skip
def test_what_a_compiler_says_is_the_cause(programs: Path, says: str, cause: str) -> None:
    compiler(programs, f"echo '{says}' >&2; exit 1")
    [found] = ran(programs.parent, experiment("build", ops="build")).measurements

    assert found.verdict == "FAILED"
    assert cause in found.reason
    assert says in found.reason


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="POSIX programs")
def test_a_compiler_that_hangs_ends_with_the_build(programs: Path) -> None:
    sleep = shutil.which("sleep", path=os.defpath) or "/bin/sleep"
    marker = "4711.25"
    compiler(programs, f"exec {sleep} {marker}")
    [found] = ran(programs.parent, experiment("build", ops="build"), limit=25.0).measurements
    until = time.monotonic() + 10
    while sleepers(marker) and time.monotonic() < until:
        time.sleep(0.1)

    assert found.verdict == "FAILED"
    assert "no end after 20 s" in found.reason
    assert not sleepers(marker)


def sleepers(marker: str) -> list[int]:
    return [one.pid for one in psutil.process_iter(["cmdline"]) if marker in (one.info["cmdline"] or [])]


@pytest.mark.slow
@needs_compiler
def test_builds_side_by_side_do_not_meet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # A compiler that is fast: what is tried is the folders, and no lock of a killed build.
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    build = worker("operators_build")
    folders: list[Path] = []

    def one() -> None:
        with build._folder() as folder:
            folders.append(folder)
            made = folder / "envdoctor_operators.so"
            made.write_bytes(b"library")
            time.sleep(0.1)
            build._keep(made, tmp_path / "key" / made.name)

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(set(folders)) == 4
    assert (tmp_path / "key" / "envdoctor_operators.so").read_bytes() == b"library"
    assert not any(folder.exists() for folder in folders)


def test_a_library_that_does_not_load_is_built_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    build = worker("operators_build")
    kept = build._cache() / build._key(cuda=False) / ("envdoctor_operators" + build._suffix())
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"cut off")
    monkeypatch.setattr(build, "_compile", lambda *_, **__: (["error: it was tried"], 1))

    with pytest.raises(worker("refused").Failed, match="it was tried"):
        build.build(cuda=False, fresh=False, limit=10.0)


LOG = [
    "[1/3] c++ -c binding.cpp",
    "FAILED: binding.o ",
    "/bin/sh: 1: c++: not found",
    "ninja: build stopped: subcommand",
]


@pytest.mark.parametrize(
    ("log", "line"),
    [
        pytest.param(LOG, "/bin/sh: 1: c++: not found", id="the shell's word"),
        pytest.param(["a.cpp:1:2: warning: x", "a.cpp:3:4: error: y", "b.cpp:5:6: error: z"], "a.cpp:3:4: error: y",
                     id="the first error, no warning"),
        pytest.param(["Traceback", "RuntimeError: Error building extension 'x'", "OSError: CUDA_HOME is not set"],
                     "OSError: CUDA_HOME is not set", id="a cause, not that it failed"),
        pytest.param(["one", "two"], "two", id="no error is named: the last"),
        pytest.param([], "without a word", id="nothing"),
    ],
)  # fmt: skip
def test_the_first_line_that_names_a_cause(log: list[str], line: str) -> None:
    assert worker("operators_build").first_error(log) == line


def test_an_excerpt_shows_the_error_and_the_end() -> None:
    log = [f"line {number}" for number in range(50)]
    log[20] = "a.cpp:3:4: error: y"
    shown = worker("operators_build").excerpt(log)

    assert "a.cpp:3:4: error: y" in shown
    assert shown[-1] == "line 49"
    assert len(shown) <= 12


@pytest.mark.parametrize("sign", OWN, ids=lambda sign: sign.example[:30])
def test_each_sign_bears_its_example(sign: Any) -> None:
    assert [place.sign for place in find(sign.example, (sign,))] == [sign.name]
    assert sign.name in CAUSES


def test_each_cause_has_a_sign() -> None:
    assert set(CAUSES) <= {sign.name for sign in (*OWN, *all_signs())}


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        pytest.param("The detected CUDA version (11.8) mismatches the version that was used to compile PyTorch (13.2).",
                     "nvcc is of CUDA 11.8, and torch of 13.2", id="nvcc of another CUDA"),
        pytest.param("/usr/bin/ld: cannot find -lcudart: No such file or directory", "no library cudart of CUDA",
                     id="the toolkit's libraries"),
        pytest.param("CUDAContextLight.h:10:10: fatal error: cusparse.h: No such file or directory", "(cusparse.h)",
                     id="the toolkit's headers"),
        pytest.param("nvcc fatal : Unsupported gpu architecture 'compute_120'", "does not know this GPU", id="new GPU"),
        pytest.param("ModuleNotFoundError: No module named 'setuptools'", "setuptools is not installed", id="tools"),
    ],
)  # fmt: skip
def test_causes(text: str, cause: str) -> None:
    assert cause in str(cause_of(text))


def test_the_first_cause_counts_and_the_line_stays() -> None:
    said = explained("the build failed: /bin/sh: 1: c++: not found", ("/bin/sh: 1: c++: not found", "error: Python.h"))

    assert said.startswith("the build failed: there is no C++ compiler (c++): install g++")
    assert said.endswith("It said: /bin/sh: 1: c++: not found")


@pytest.mark.parametrize(
    "text", ["", "binding.cpp:5:1: error: 'x' was not declared in this scope", "a warning: cc: not found where it was"]
)
def test_what_bears_no_sign_stays_as_it_is(text: str) -> None:
    assert explained(f"the build failed: {text}", ()) == f"the build failed: {text}"
