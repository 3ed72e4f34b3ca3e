import pytest

from envdoctor.facts import Python, SearchPath, Torch, Unknown
from envdoctor.rules.owners import homes_of, is_foreign, take_out

SITE = "/home/u/venv/lib/python3.11/site-packages"
VENV = Python("/home/u/venv/bin/python", prefix="/home/u/venv")
TORCH = Torch("2.9.1+cu128", path=f"{SITE}/torch")
TOOLKIT = "/usr/local/cuda-12.1/targets/x86_64-linux/lib/libcublas.so.12.1.3.1"


@pytest.mark.parametrize(
    ("path", "library_path"),
    [
        pytest.param(f"{SITE}/nvidia/cublas/lib/libcublas.so.12", None, id="a wheel beside torch"),
        pytest.param(f"{SITE}/torch/lib/libcudart-d0da41ae.so.11.0", None, id="inside torch"),
        pytest.param("/home/u/venv/lib/libcublas.so.12", None, id="below the prefix, as in conda"),
        pytest.param(
            "/home/u/.local/lib/python3.11/site-packages/nvidia/nccl/lib/libnccl.so.2", None, id="user's wheels"
        ),
        pytest.param(f"{SITE}/nvidia/cublas/lib/libcublas.so.12", f"{SITE}/nvidia/cublas/lib", id="its own, named"),
        pytest.param("/usr/lib/python3/dist-packages/torch/lib/libnccl.so", None, id="Debian's packages"),
    ],
)
def test_own(path: str, library_path: str | None) -> None:
    assert not is_foreign(path, homes_of(VENV, TORCH, {}), library_path)


@pytest.mark.parametrize(
    ("path", "library_path"),
    [
        pytest.param(TOOLKIT, None, id="a toolkit"),
        pytest.param("/usr/lib/x86_64-linux-gnu/libcudnn.so.9.1.0", None, id="the system"),
        pytest.param("/home/u/venv2/lib/libcublas.so.12", None, id="a folder whose name begins alike"),
        pytest.param(
            "/home/u/other/lib/python3.9/site-packages/nvidia/cudnn/lib/libcudnn.so.8",
            "/home/u/other/lib/python3.9/site-packages/nvidia/cudnn/lib",
            id="another environment's wheel, on the library path",
        ),
    ],
)
def test_foreign(path: str, library_path: str | None) -> None:
    assert is_foreign(path, homes_of(VENV, TORCH, {}), library_path)


def test_the_system_prefix_owns_nothing() -> None:
    homes = homes_of(Python("/usr/bin/python3", prefix="/usr"), Torch("2.9.1", path="/usr/local/lib/torch"), {})

    assert is_foreign("/usr/lib/x86_64-linux-gnu/libcudnn.so.9", homes, None)


def test_links_on_the_way_do_not_make_the_own_foreign() -> None:
    loaded = {"libtorch_cpu": "/data/home/u/env/lib/python3.11/site-packages/torch/lib/libtorch_cpu.so"}
    homes = homes_of(
        Python("/home/u/env/bin/python", prefix="/home/u/env"), Torch("2.9.1", path="/home/u/env/x"), loaded
    )

    assert not is_foreign("/data/home/u/env/lib/libcublas.so.12", homes, None)


def test_what_remains_of_the_library_path_stays() -> None:
    path = "/opt/cudnn/lib/libcudnn.so.8"
    fix = take_out("libcudnn", path, "/opt/mpi/lib:/opt/cudnn/lib:/opt/x", Unknown("not looked at"))

    assert fix.commands == ("export LD_LIBRARY_PATH=/opt/mpi/lib:/opt/x",)


def test_entries_that_lead_there_through_links_are_found() -> None:
    entries = (SearchPath("LD_LIBRARY_PATH", "/usr/local/cuda/lib64", exists=True, holds=("libcudart", "libcublas")),)
    fix = take_out("libcublas", TOOLKIT, "/usr/local/cuda/lib64", entries)

    assert "/usr/local/cuda/lib64" in fix.text
    assert fix.commands == ("unset LD_LIBRARY_PATH",)


@pytest.mark.parametrize("library_path", [None, "", "/opt/mpi/lib"])
def test_an_innocent_library_path_is_left_alone(library_path: str | None) -> None:
    fix = take_out("libcublas", TOOLKIT, library_path, Unknown("not looked at"))

    assert not fix.commands
    assert "ld.so.conf.d" in fix.text
