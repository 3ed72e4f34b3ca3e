import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet

from envdoctor.facts import CannotTellError, Companion, Failure, Torch, TorchRun, Unknown
from envdoctor.rules import companions
from envdoctor.rules.companions import Misfit, find_misfit

RAN = TorchRun(stage="end", version="x")


def vision(version: str, requires: str | None = None, **rest: object) -> Companion:
    return Companion(version, requires_torch=requires, **rest)  # type: ignore[arg-type]


def cuda(version: str, number: str | None) -> Torch:
    return Torch(version, cuda=number, hip=None, xpu=None)


@pytest.mark.parametrize(
    ("companion", "torch", "fails", "words"),
    [
        pytest.param(
            vision("0.28.0+cu130", "==2.13.0", missing=("libc10_cuda.so", "libtorch_cuda.so")),
            cuda("2.13.0+cpu", None), True, "libtorch_cuda.so", id="a CUDA build beside a CPU torch"),
        pytest.param(
            vision("0.20.1+cu124", "==2.5.1", load_error="OSError: undefined symbol: _ZN3c10"),
            cuda("2.6.0+cu124", "12.4"), True, "==2.5.1", id="same variant, other release, seen to fail"),
        pytest.param(
            vision("0.20.1+cu124", "==2.5.1"), cuda("2.6.0+cu124", "12.4"), False, "==2.5.1",
            id="same variant, other release, not tried"),
        pytest.param(
            vision("0.21.0+cu118", "==2.6.0"), cuda("2.6.0+cu124", "12.4"), True, "CUDA 11.8",
            id="same release, other CUDA major: the import compares"),
        pytest.param(
            vision("0.21.0+cu118", "==2.6.0", load_error=None), cuda("2.6.0+cu124", "12.4"), True, "CUDA 11.8",
            id="so also where the extension loads"),
        pytest.param(
            vision("0.15.2+cu117", "==2.0.1"), cuda("2.0.1+cu118", "11.8"), True, "CUDA 11.7",
            id="up to 0.15 the minor counts"),
        pytest.param(
            vision("0.21.0+cpu", "==2.6.0", load_error=None), cuda("2.6.0+cu124", "12.4"), False, "cpu",
            id="a CPU build beside a CUDA torch loads and lacks its kernels"),
        pytest.param(
            vision("0.21.0+rocm6.2", "==2.6.0"), cuda("2.6.0+cu124", "12.4"), False, "rocm6.2", id="ROCm beside CUDA"),
        pytest.param(vision("0.7.0"), cuda("1.9.0+cu102", "10.2"), False, "0.10", id="releases before the table"),
        pytest.param(vision("0.23.0"), cuda("2.6.0", None), False, "0.21.0", id="a pasted text: versions alone"),
        pytest.param(
            vision("0.21.0+cu124", "==2.6.0", load_error="ImportError: DLL load failed"), cuda("2.6.0+cu124", "12.4"),
            True, "DLL load failed", id="it fits by its words and does not load"),
    ],
)  # fmt: skip
def test_torchvision_misfit(companion: Companion, torch: Torch, fails: bool, words: str) -> None:
    misfit = find_misfit("torchvision", companion, torch, RAN)

    assert misfit is not None
    assert misfit.fails is fails
    assert words in misfit.text


@pytest.mark.parametrize(
    ("companion", "torch"),
    [
        pytest.param(vision("0.30.0+cu132", "==2.15.0", load_error=None), cuda("2.15.0+cu132", "13.2"), id="a pair"),
        pytest.param(
            vision("0.29.2+cu132", ">=2.14.0", load_error=None, extension="/x/_C_stable.so"),
            cuda("2.15.0+cu132", "13.2"), id="0.29.2 is py3-none and serves 2.14 and 2.15"),
        pytest.param(vision("0.29.2+cu132", ">=2.14.0"), cuda("2.14.1+cu130", "13.0"), id="stable ABI, newer minor"),
        pytest.param(vision("0.28.0+cpu", "==2.13.0"), cuda("2.13.0+cpu", None), id="no variant in a pin"),
        pytest.param(vision("0.21.0+cu126", "==2.6.0"), cuda("2.6.0+cu124", "12.4"), id="another CUDA minor"),
        pytest.param(vision("0.21.0a0+7af6987"), cuda("2.6.0a0+git1234", "12.4"), id="source builds"),
        pytest.param(
            vision("0.20.0a0"), cuda("2.6.0a0+ecf3bae40a.nv25.01", "12.8"), id="NVIDIA's container"),
        pytest.param(
            vision("0.21.0+cu124", "==2.6.0", load_error=None), cuda("2.6.0a0+ecf3bae40a.nv25.01", "12.8"),
            id="a release on NVIDIA's build before it, and it loads"),
        pytest.param(vision("0.20.0a0+afc54f7"), cuda("2.5.0a0+872d972e41.nv24.08", "12.6"), id="a Jetson's wheels"),
        pytest.param(vision("0.15.2", "==2.0.1"), cuda("2.0.1", "11.8"), id="conda: no variant in the version"),
        pytest.param(vision("0.15.2+debian"), cuda("2.0.1+debian", None), id="Debian's builds"),
        pytest.param(
            vision("0.27.0.dev20260301+cu130", "==2.12.0.dev20260228", load_error=None),
            cuda("2.12.0.dev20260301+cu130", "13.0"), id="nightlies of two days, and it loads"),
        pytest.param(
            vision("0.27.0.dev20260301+cu130"), cuda("2.12.0.dev20260301+cu130", "13.0"), id="nightlies, untried"),
        pytest.param(
            vision("0.20.1+rocm6.2", "==2.5.1", load_error=None),
            Torch("2.5.1+rocm6.2", cuda=None, hip="6.2", xpu=None),
            id="ROCm"),
        pytest.param(
            vision("0.22.0+xpu", "==2.7.0", load_error=None), Torch("2.7.0+xpu", cuda=None, hip=None, xpu="2025.0"),
            id="XPU"),
        pytest.param(vision("0.28.0"), cuda("2.13.0+cpu", None), id="a version without variant tells of none"),
        pytest.param(
            vision("0.15.2+cu117.with.pypi.cudnn", "==2.0.1"), cuda("2.0.1+cu117.with.pypi.cudnn", "11.7"),
            id="the old name of PyPI's variant"),
        pytest.param(vision("0.17.2", "==2.2.2"), cuda("2.2.2", None), id="macOS"),
        pytest.param(
            vision("0.23.0+cu128", "==2.8.0", load_error=None, missing=("libtorch_cuda.so",)),
            cuda("2.8.0+cu128", "12.8"), id="what loads lacks nothing, wherever torch keeps its libraries"),
        pytest.param(vision("0.21.0", "== rubbish"), cuda("2.6.0", None), id="a requirement that is none"),
        pytest.param(vision("0.21.0+cu124", "==2.6.0"), cuda("unparsable", "12.4"), id="a version that is none"),
        pytest.param(vision("0.40.0"), cuda("2.25.0", None), id="newer than the table"),
        pytest.param(Companion(None), cuda("2.6.0", None), id="nothing is known of it"),
    ],
)  # fmt: skip
def test_torchvision_fits(companion: Companion, torch: Torch) -> None:
    assert find_misfit("torchvision", companion, torch, RAN) is None


def audio(version: str, **rest: object) -> Companion:
    return Companion(version, **rest)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("companion", "torch", "fails"),
    [
        pytest.param(audio("2.11.0+cu130", load_error=None), cuda("2.15.0+cu132", "13.2"), True,
                     id="what PyPI gave together: its import compares minors"),
        pytest.param(audio("2.0.2+cu117"), cuda("2.0.1+cu118", "11.8"), True, id="11.7 and 11.8"),
        pytest.param(audio("2.11.0", load_error="OSError: undefined symbol: torch_dtype_float4_e2m1fn_x2"),
                     cuda("2.10.0", "13.0"), True, id="a newer one that requires nothing"),
        pytest.param(audio("2.11.0"), cuda("2.10.0", None), False, id="a pasted text: versions alone"),
    ],
)  # fmt: skip
def test_torchaudio_misfit(companion: Companion, torch: Torch, fails: bool) -> None:
    misfit = find_misfit("torchaudio", companion, torch, RAN)

    assert misfit is not None
    assert misfit.fails is fails


@pytest.mark.parametrize(
    ("companion", "torch"),
    [
        pytest.param(audio("2.8.0+cu128", missing=("libtorchaudio.so",), requires_torch="==2.8.0",
                           load_error="OSError: libtorchaudio.so: cannot open shared object file"),
                     cuda("2.8.0+cu128", "12.8"), id="its own library is loaded by its import, not by ours"),
        pytest.param(audio("2.8.0+cu128", load_error="OSError: Could not load this library: /x/lib/_torchaudio.so; "
                           " libtorchaudio.so: cannot open shared object file"),
                     cuda("2.8.0+cu128", "12.8"), id="so also where torch puts another sentence before it"),
        pytest.param(audio("2.11.0+cu130", load_error=None, requires_torch=None), cuda("2.13.0+cu130", "13.0"),
                     id="the last release serves all that follow"),
        pytest.param(audio("2.11.0+cpu", load_error=None), cuda("2.15.0+cpu", None), id="CPU builds"),
        pytest.param(audio("2.11.0"), cuda("2.15.0", None), id="macOS"),
        pytest.param(audio("0.13.1+cu116", requires_torch="==1.13.1"), cuda("1.13.1+cu117", "11.7"),
                     id="before 2.0 it compared nothing"),
    ],
)  # fmt: skip
def test_torchaudio_fits(companion: Companion, torch: Torch) -> None:
    assert find_misfit("torchaudio", companion, torch, RAN) is None


def test_a_crash_while_it_is_loaded_is_its_own() -> None:
    run = TorchRun(stage="torchvision", failure=Failure("signal", "torchvision", "SIGSEGV"))

    assert find_misfit("torchvision", vision("0.21.0+cu124", "==2.6.0"), cuda("2.6.0+cu124", "12.4"), run) == Misfit(
        "loading its extension ends the process (SIGSEGV)", fails=True
    )


def test_another_library_that_is_not_found_is_a_misfit() -> None:
    error = "OSError: Could not load this library: /x/libtorchaudio.so; OSError: libcudart.so.13: cannot open"

    assert find_misfit("torchaudio", audio("2.11.0", load_error=error), cuda("2.15.0+cpu", None), RAN)


def test_a_torch_of_unknown_version_cannot_be_compared() -> None:
    with pytest.raises(CannotTellError, match=r"torch\.version"):
        find_misfit("torchvision", vision("0.21.0"), Torch(), Unknown("not asked"))


@given(
    st.sampled_from(("2.13.0+cpu", "2.13.0", "2.13", "2.6.1+cu124", "3")),
    st.lists(
        st.tuples(
            st.sampled_from(("==", ">=", "<=", "<", ">", "!=", "~=")),
            st.sampled_from(("2", "2.13", "2.13.0", "2.13.0.0", "2.14", "2.6.1", "2.14.0a0")),
        ),
        min_size=1,
        max_size=3,
    ),
)
def test_the_short_way_agrees_with_the_library(version: str, wanted: list[tuple[str, str]]) -> None:
    specifier = ", ".join(map("".join, wanted))
    if companions._plainly_satisfies(version, specifier):
        assert SpecifierSet(specifier).contains(version.partition("+")[0], prereleases=True)
