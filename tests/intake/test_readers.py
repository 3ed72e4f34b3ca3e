"""What the parts of a pasted text say: each form in which people paste, and what must not be read into it."""

import textwrap
from typing import Any

import pytest

from envdoctor.facts import Companion, Driver, Gpu, Host, Platform, Python, Snapshot, Torch, TorchRun, Unknown
from envdoctor.intake.read import read


def snapshot(text: str) -> Snapshot:
    return read(textwrap.dedent(text).encode())


def torch_of(text: str) -> Torch:
    torch = snapshot(text).torch
    assert isinstance(torch, Torch)
    return torch


def run_of(text: str) -> TorchRun:
    run = snapshot(text).torch_run
    assert isinstance(run, TorchRun)
    return run


def gpus_of(text: str) -> tuple[Gpu, ...]:
    gpus = snapshot(text).gpus
    assert isinstance(gpus, tuple)
    return gpus


COLLECT_ENV_2 = """\
    Collecting environment information...
    PyTorch version: 2.4.1+cu124
    Is debug build: False
    CUDA used to build PyTorch: 12.4
    ROCM used to build PyTorch: N/A

    OS: Ubuntu 22.04.5 LTS (x86_64)
    GCC version: (Ubuntu 11.4.0-1ubuntu1~22.04) 11.4.0
    Clang version: Could not collect
    CMake version: version 3.30.3
    Libc version: glibc-2.35

    Python version: 3.10.14 (main, May  6 2024, 19:42:50) [GCC 11.2.0] (64-bit runtime)
    Python platform: Linux-5.15.153.1-microsoft-standard-WSL2-x86_64-with-glibc2.35
    Is CUDA available: True
    CUDA runtime version: 12.4.131
    CUDA_MODULE_LOADING set to: LAZY
    GPU models and configuration:
    GPU 0: NVIDIA GeForce RTX 4090
    GPU 1: NVIDIA GeForce RTX 3090

    Nvidia driver version: 552.44
    cuDNN version: Probably one of the following:
    /usr/lib/x86_64-linux-gnu/libcudnn.so.8.9.7
    /usr/lib/x86_64-linux-gnu/libcudnn_adv_infer.so.8.9.7
    HIP runtime version: N/A
    Is XNNPACK available: True

    CPU:
    Architecture:                       x86_64
    Vendor ID:                          AuthenticAMD
    Model name:                         AMD Ryzen 9 7950X 16-Core Processor

    Versions of relevant libraries:
    [pip3] numpy==1.26.4
    [pip3] nvidia-cudnn-cu12==9.1.0.70
    [pip3] torch==2.4.1+cu124
    [pip3] torchvision==0.19.1+cu124
    [conda] numpy                     1.26.4                   pypi_0    pypi
"""


def test_collect_env_of_pytorch_2() -> None:
    found = snapshot(COLLECT_ENV_2)

    assert found.torch == torch_of("PyTorch version: 2.4.1+cu124\n[pip3] torch==2.4.1+cu124\n")
    assert torch_of(COLLECT_ENV_2).cuda == "12.4"
    assert isinstance(found.host, Host)
    assert (found.host.os, found.host.name, found.host.arch) == ("linux", "Ubuntu 22.04.5 LTS (x86_64)", "x86_64")
    assert found.host.libc_version == "2.35"
    assert isinstance(found.platform, Platform)
    assert found.platform.wsl == 2
    assert isinstance(found.python, Python)
    assert found.python.version == "3.10.14"
    assert run_of(COLLECT_ENV_2).available is True
    assert [(gpu.name, gpu.compute_capability) for gpu in gpus_of(COLLECT_ENV_2)] == [
        ("NVIDIA GeForce RTX 4090", "8.9"),
        ("NVIDIA GeForce RTX 3090", "8.6"),
    ]
    assert isinstance(found.driver, Driver)
    assert (found.driver.version, found.driver.cuda) == ("552.44", Unknown("the text does not say"))
    assert isinstance(found.toolkits, tuple)
    assert [one.version for one in found.toolkits] == ["12.4"]
    assert isinstance(found.compilers, tuple)
    assert [one.version for one in found.compilers] == ["11.4.0"]
    assert isinstance(found.torchvision, Companion)
    assert found.torchvision.version == "0.19.1+cu124"
    assert isinstance(found.packages, dict)
    assert found.packages["nvidia-cudnn-cu12"] == "9.1.0.70"
    assert found.pci_gpus == Unknown("the text does not say"), "the processor is no graphics card"


def test_who_said_what_is_kept() -> None:
    assert isinstance(told := snapshot(COLLECT_ENV_2).told_by, dict)
    assert told["driver.version"] == "collect_env, line 22"
    assert told["torchvision.pip"] == "pip, line 38"


def test_what_could_not_be_collected_stays_unknown() -> None:
    found = snapshot("""\
        PyTorch version: 2.4.1
        CUDA used to build PyTorch: Could not collect
        Is CUDA available: N/A
        CUDA runtime version: Could not collect
        GPU models and configuration: Could not collect
        Nvidia driver version: Could not collect
        cuDNN version: Could not collect
        """)

    for name in ("driver", "gpus", "toolkits", "cudnn", "torch_run"):
        assert isinstance(getattr(found, name), Unknown), name


def test_a_build_without_cuda_says_none() -> None:
    assert torch_of("PyTorch version: 2.4.1\nCUDA used to build PyTorch: None\n").build == "cpu"


def test_no_torch_is_told_from_an_unknown_one() -> None:
    assert snapshot("PyTorch version: N/A\nOS: Ubuntu 22.04\n").torch is None
    assert isinstance(snapshot("OS: Ubuntu 22.04\n").torch, Unknown)


@pytest.mark.parametrize(
    ("version", "cuda", "hip", "build"),
    [
        ("2.5.0+cu121", "12.1", None, "cuda"),
        ("1.9.0+cu92", "9.2", None, "cuda"),
        ("2.3.1+cpu", None, None, "cpu"),
        ("2.2.1+rocm5.7", None, "5.7", "rocm"),
        ("2.7.0.dev20250213+cu126", "12.6", None, "cuda"),
        ("2.4.1", Unknown("the text does not say"), Unknown("the text does not say"), "unknown"),
    ],
)
def test_the_suffix_of_a_version_tells_its_build(version: str, cuda: Any, hip: Any, build: str) -> None:
    torch = torch_of(f"PyTorch version: {version}\n")

    assert (torch.version, torch.cuda, torch.hip, torch.build) == (version, cuda, hip, build)


@pytest.mark.parametrize(
    ("row", "build", "cuda"),
    [
        ("[conda] pytorch   1.9.0   py3.8_cpu_0   pytorch", "cpu", None),
        ("[conda] pytorch   2.5.0   py3.11_cuda12.4_cudnn9.1.0_0   pytorch", "cuda", "12.4"),
        ("[conda] pytorch   2.6.0   cpu_mkl_py312_h446997d_100   conda-forge", "cpu", None),
        ("[conda] pytorch   2.6.0   cuda126_py312_h58c8c5c_200   conda-forge", "cuda", "12.6"),
        ("[pip3] torch==2.6.0", "unknown", Unknown("the text does not say")),
    ],
)
def test_the_build_string_of_conda_tells_its_build(row: str, build: str, cuda: Any) -> None:
    torch = torch_of(row + "\n")

    assert (torch.build, torch.cuda) == (build, cuda)


TRANSFORMERS = """\
    Copy-and-paste the text below in your GitHub issue and FILL OUT the two last points.

    - `transformers` version: 4.38.2
    - Platform: Linux-5.15.0-91-generic-x86_64-with-glibc2.35
    - Python version: 3.10.12
    - Huggingface_hub version: 0.21.4
    - PyTorch version (GPU?): 2.2.0+cu121 (True)
    - Tensorflow version (GPU?): not installed (NA)
    - Using GPU in script?: <fill in>
"""
DEEPSPEED = """\
    DeepSpeed general environment info:
    torch install path ............... ['/opt/conda/lib/python3.10/site-packages/torch']
    torch version .................... 2.0.1+cu117
    deepspeed info ................... 0.10.0, unknown, unknown
    torch cuda version ............... 11.7
    torch hip version ................ None
    nvcc version ..................... 12.1
    deepspeed wheel compiled w. ...... torch 2.0, cuda 11.7
"""
MMENGINE = """\
    sys.platform: linux
    Python: 3.8.10 (default, Nov 22 2023, 10:22:35) [GCC 9.4.0]
    CUDA available: True
    GPU 0,1: NVIDIA GeForce RTX 2080 Ti
    CUDA_HOME: /usr/local/cuda
    NVCC: Cuda compilation tools, release 11.3, V11.3.58
    GCC: gcc (Ubuntu 9.4.0-1ubuntu1~20.04.2) 9.4.0
    PyTorch: 1.10.0+cu113
    TorchVision: 0.11.1+cu113
    OpenCV: 4.8.1
"""
LIGHTNING = """\
    * CUDA:
    \t- GPU:
    \t\t- Tesla T4
    \t- available:         True
    \t- version:           11.8
    * Packages:
    \t- numpy:             1.23.5
    \t- torch:             2.0.1+cu118
    \t- torchvision:       0.15.2+cu118
    * System:
    \t- OS:                Linux
    \t- python:            3.10.12
"""
DETECTRON2 = """\
    ----------------------  ----------------------------------------------------------------
    sys.platform            linux
    Python                  3.7.10 (default, Feb 26 2021, 18:47:35) [GCC 7.3.0]
    numpy                   1.19.2
    detectron2              0.4 @/home/u/detectron2/detectron2
    Compiler                GCC 7.5
    CUDA compiler           CUDA 10.1
    PyTorch                 1.7.1+cu101 @/home/u/env/lib/python3.7/site-packages/torch
    PyTorch debug build     False
    GPU available           True
    GPU 0                   GeForce GTX 1080 Ti (arch=6.1)
    CUDA_HOME               /usr/local/cuda-10.1
    torchvision             0.8.2+cu101 @/home/u/env/lib/python3.7/site-packages/torchvision
    ----------------------  ----------------------------------------------------------------
"""
VLLM = """\
    ==============================
           PyTorch Info
    ==============================
    PyTorch version              : 2.7.0+cu128
    Is debug build               : False
    CUDA used to build PyTorch   : 12.8
    ==============================
          Python Environment
    ==============================
    Python version               : 3.12.3 (main, Feb  4 2025, 14:48:35) [GCC 13.3.0] (64-bit runtime)
    Python platform              : Linux-6.8.0-59-generic-x86_64-with-glibc2.39
    ==============================
           CUDA / GPU Info
    ==============================
    Is CUDA available            : True
    CUDA runtime version         : 12.8.93
    GPU models and configuration : GPU 0: NVIDIA H100 80GB HBM3
    Nvidia driver version        : 570.133.20
    cuDNN version                : Could not collect
"""
TEMPLATE = """\
    ## Environment
     - PyTorch Version (e.g., 1.0): 1.2
     - OS (e.g., Linux): Windows 10
     - How you installed PyTorch (`conda`, `pip`, source): conda
     - Python version: 3.7
     - GPU models and configuration: 2 x GTX 1080
"""
BY_HAND = """\
    >>> import torch
    >>> torch.__version__
    '2.0.1'
    >>> print(torch.version.cuda)
    11.7
    >>> torch.cuda.is_available()
    False
"""


@pytest.mark.parametrize(
    ("text", "version", "cuda", "python", "available"),
    [
        pytest.param(TRANSFORMERS, "2.2.0+cu121", "12.1", "3.10.12", True, id="transformers"),
        pytest.param(DEEPSPEED, "2.0.1+cu117", "11.7", None, None, id="ds_report"),
        pytest.param(MMENGINE, "1.10.0+cu113", "11.3", "3.8.10", True, id="mmengine"),
        pytest.param(LIGHTNING, "2.0.1+cu118", "11.8", "3.10.12", None, id="lightning"),
        pytest.param(DETECTRON2, "1.7.1+cu101", "10.1", "3.7.10", True, id="detectron2"),
        pytest.param(VLLM, "2.7.0+cu128", "12.8", "3.12.3", True, id="vllm"),
        pytest.param(TEMPLATE, "1.2", None, "3.7", None, id="issue template"),
        pytest.param(BY_HAND, "2.0.1", "11.7", None, False, id="typed by hand"),
    ],
)
def test_every_kind_of_list(
    text: str,
    version: str,
    cuda: str | None,
    python: str | None,
    available: bool | None,
) -> None:
    found = snapshot(text)
    torch = torch_of(text)

    assert torch.version == version
    assert (torch.cuda if isinstance(torch.cuda, str) else None) == cuda
    assert (found.python.version if isinstance(found.python, Python) else None) == python
    run = found.torch_run
    assert (run.available if isinstance(run, TorchRun) else None) == available


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (MMENGINE, ["NVIDIA GeForce RTX 2080 Ti"] * 2),
        (DETECTRON2, ["GeForce GTX 1080 Ti"]),
        (VLLM, ["NVIDIA H100 80GB HBM3"]),
        (TEMPLATE, ["GTX 1080"] * 2),
        (
            "GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-3f)\n  MIG 1g.5gb     Device  0: (UUID: MIG-1)\n",
            ["NVIDIA A100-SXM4-40GB"],
        ),
        ("I have a new RTX 5090 and nothing works\n", ["RTX 5090"]),
        ("A laptop with a GTX 1650 Ti\n", ["GTX 1650 Ti"]),
    ],
)
def test_cards_have_names_and_capabilities(text: str, names: list[str]) -> None:
    assert [gpu.name for gpu in gpus_of(text)] == names
    assert all(isinstance(gpu.compute_capability, str) for gpu in gpus_of(text))


@pytest.mark.parametrize(
    "text",
    [
        "works on RTX 3090 and on RTX 5090\n",
        "GPU models and configuration: Intel Iris Xe Graphics\n",
        "my GPU is slow\n",
        "model name: AMD EPYC 7763, Intel(R) Xeon(R)\n",
        "GPU models and configuration: No CUDA\n",
    ],
)
def test_no_card_is_made_up(text: str) -> None:
    assert isinstance(snapshot(text).gpus, Unknown)


BANNERS = {
    "410.104/10.0": "| NVIDIA-SMI 410.104      Driver Version: 410.104      CUDA Version: 10.0     |",
    "535.183.01/12.2": "| NVIDIA-SMI 535.183.01             Driver Version: 535.183.01   CUDA Version: 12.2     |",
    "550.54.14/12.4": "| NVIDIA-SMI 550.54.14    Driver Version: 550.54.14    CUDA Version: 12.4     |",
    "560.35.02/12.6": "| NVIDIA-SMI 560.35.02    Driver Version: 560.94         CUDA Version: 12.6     |".replace(
        "560.94", "560.35.02"
    ),
    "610.43.02/13.3": "| NVIDIA-SMI 610.43.02              KMD Version: 610.43.02     CUDA UMD Version: 13.3     |",
    "375.26/": "| NVIDIA-SMI 375.26                 Driver Version: 375.26                    |",
}


@pytest.mark.parametrize("wanted", BANNERS)
def test_banners_of_all_generations(wanted: str) -> None:
    driver = snapshot(BANNERS[wanted] + "\n").driver

    assert isinstance(driver, Driver)
    cuda = driver.cuda if isinstance(driver.cuda, str) else ""
    assert f"{driver.version}/{cuda}" == wanted


def test_the_table_of_nvidia_smi() -> None:
    text = """\
        +-----------------------------------------------------------------------------------------+
        | NVIDIA-SMI 550.120                Driver Version: 550.120        CUDA Version: 12.4     |
        |-----------------------------------------+------------------------+----------------------+
        | GPU  Name                 Persistence-M | Bus-Id          Disp.A | Volatile Uncorr. ECC |
        |=========================================+========================+======================|
        |   0  NVIDIA GeForce RTX 3090        Off |   00000000:01:00.0  On |                  N/A |
        | 30%   45C    P8             20W /  350W |     500MiB /  24576MiB |      0%      Default |
        |                                         |                        |                  N/A |
        +-----------------------------------------+------------------------+----------------------+
        |   1  NVIDIA A100-SXM4-40GB          On  |   00000000:41:00.0 Off |                    0 |
        | N/A   30C    P0             50W /  400W |       0MiB /  40960MiB |      0%   E. Process |
        |                                         |                        |              Enabled |
        +-----------------------------------------+------------------------+----------------------+
        """
    first, second = gpus_of(text)

    assert (first.name, first.display, first.compute_mode) == ("NVIDIA GeForce RTX 3090", True, "default")
    assert first.memory_total_bytes == 24576 * 1024**2
    assert first.memory_used_bytes == 500 * 1024**2
    assert first.temperature_celsius == 45
    assert (second.compute_mode, second.mig) == ("exclusive_process", True)


def test_nvidia_smi_q() -> None:
    text = """\
        ==============NVSMI LOG==============

        Driver Version                            : 535.104.05
        CUDA Version                              : 12.2

        Attached GPUs                             : 1
        GPU 00000000:3B:00.0
            Product Name                          : Tesla T4
            Compute Mode                          : Prohibited
        """
    [gpu] = gpus_of(text)

    assert (gpu.name, gpu.compute_mode) == ("Tesla T4", "prohibited")
    assert isinstance(driver := snapshot(text).driver, Driver)
    assert (driver.version, driver.cuda) == ("535.104.05", "12.2")


@pytest.mark.parametrize(
    "line",
    [
        "export CUDA_VISIBLE_DEVICES=1",
        "CUDA_VISIBLE_DEVICES=1",
        "set CUDA_VISIBLE_DEVICES=1",
        '$env:CUDA_VISIBLE_DEVICES = "1"',
        "ENV CUDA_VISIBLE_DEVICES 1",
        "os.environ['CUDA_VISIBLE_DEVICES'] = '1'",
        'os.environ["CUDA_VISIBLE_DEVICES"]="1"',
        "$ CUDA_VISIBLE_DEVICES=1 python train.py",
        "docker run -e CUDA_VISIBLE_DEVICES=1 image",
        "> CUDA_VISIBLE_DEVICES=1",
    ],
)
def test_variables_however_they_are_set(line: str) -> None:
    assert snapshot(line + "\n").environment == {"CUDA_VISIBLE_DEVICES": "1"}


@pytest.mark.parametrize(
    "line", ["HF_TOKEN=hf_abc", "AWS_SECRET_ACCESS_KEY=x", "x = torch.CUDA_HOME == 3", "CUDA_VISIBLE_DEVICES is unset"]
)
def test_other_words_are_no_variables(line: str) -> None:
    assert isinstance(snapshot(line + "\n").environment, Unknown)


def test_pip_list_and_its_end() -> None:
    text = """\
        Package            Version
        ------------------ ----------
        numpy              2.1.3
        torch              2.6.0+cpu
        torchvision        0.21.0+cpu

        Name               42
        """
    found = snapshot(text)

    assert found.packages == {"numpy": "2.1.3", "torch": "2.6.0+cpu", "torchvision": "0.21.0+cpu"}
    assert torch_of(text).build == "cpu"


def test_conda_list() -> None:
    text = """\
        # packages in environment at /opt/conda:
        #
        # Name                    Version                   Build  Channel
        cudatoolkit               11.3.1               h2bc3f7f_2
        numpy                     1.21.2           py38h20f2e39_0
        pytorch                   1.10.0          py3.8_cuda11.3_cudnn8.2.0_0    pytorch
        """

    assert snapshot(text).packages == {"cudatoolkit": "11.3.1", "numpy": "1.21.2", "torch": "1.10.0"}
    assert torch_of(text).cuda == "11.3"


def test_what_somebody_wants_is_not_installed() -> None:
    assert isinstance(snapshot("[pip3] flash-attn==2.6.3 (wanted)\n").packages, Unknown)


@pytest.mark.parametrize(
    ("text", "vm", "container", "wsl"),
    [
        ("It fails inside docker\n", None, "docker", None),
        ("in a Kubernetes pod\n", None, "kubernetes", None),
        ("on Google Colab\n", "colab", None, None),
        ("WSL2 with Ubuntu 22.04\n", None, None, 2),
        ("on WSL 1\n", None, None, 1),
        ("a VMware guest\n", "vmware", None, None),
        ("on my desktop\n", None, None, None),
    ],
)
def test_places_that_people_name(text: str, vm: str | None, container: str | None, wsl: int | None) -> None:
    platform = snapshot(text).platform
    assert isinstance(platform, Platform)
    said = [None if isinstance(fact, Unknown) else fact for fact in (platform.vm, platform.container, platform.wsl)]
    assert said == [vm, container, wsl]


@pytest.mark.parametrize(
    ("text", "os"),
    [
        ("OS: Ubuntu 20.04\n", "linux"),
        ("OS: Microsoft Windows 10 Home\n", "windows"),
        ("OS: macOS 15.3 (x86_64)\n", "darwin"),
        ("- platform: windows\n", "windows"),
        ("Windows 11 with WSL2\n", "linux"),
        ("Platform: Windows-10-10.0.19045-SP0\n", "windows"),
        ("Platform: macOS-14.1-arm64-arm-64bit\n", "darwin"),
        ("OS: CentOS Linux 7 (Core)\n", "linux"),
    ],
)
def test_systems(text: str, os: str) -> None:
    assert isinstance(host := snapshot(text).host, Host)
    assert host.os == os


def test_an_old_libc_is_perhaps_that_of_the_python_binary() -> None:
    assert isinstance(host := snapshot("OS: Ubuntu 18.04\nLibc version: glibc-2.9\n").host, Host)
    assert isinstance(host.libc_version, Unknown)


def test_ldd_tells_the_real_libc() -> None:
    assert isinstance(host := snapshot("ldd (GNU libc) 2.17\nLibc version: glibc-2.9\n").host, Host)
    assert host.libc_version == "2.17"


def test_the_room_of_shared_memory() -> None:
    found = snapshot("shm              64M   12K   64M   1% /dev/shm\n").shm

    assert not isinstance(found, Unknown)
    assert found is not None
    assert found.total_bytes == 64 * 1024**2


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda text: text.replace("\n", "\r\n"), id="CRLF"),
        pytest.param(lambda text: "\n".join(f"> {line}" for line in text.splitlines()), id="quoted"),
        pytest.param(lambda text: "\n".join(f"> > {line}" for line in text.splitlines()), id="quoted twice"),
        pytest.param(lambda text: f"```\n{text}```\n", id="in a block"),
        pytest.param(lambda text: f"<details><summary>env</summary>\n\n```text\n{text}```\n</details>", id="folded"),
        pytest.param(lambda text: text.replace(": ", ": \x1b[32m").replace("\n", "\x1b[0m\n"), id="coloured"),
        pytest.param(lambda text: "我的环境如下\n" + text + "\n谢谢", id="Chinese around it"),
        pytest.param(lambda text: text.replace(" ", "\u00a0"), id="blanks that do not break"),
        pytest.param(lambda text: "\ufeff" + text, id="a mark before it"),
        pytest.param(lambda text: "\n".join(reversed(text.splitlines())), id="upside down"),
        pytest.param(lambda text: "\n\n".join(text.splitlines()), id="blank lines between"),
    ],
)
def test_the_way_of_a_text_does_not_matter(damage: Any) -> None:
    text = textwrap.dedent(COLLECT_ENV_2)
    whole, damaged = read(text.encode()), read(damage(text).encode())

    for name in ("torch", "gpus", "driver", "python", "toolkits", "compilers", "torchvision", "packages", "torch_run"):
        assert getattr(damaged, name) == getattr(whole, name), name


def test_utf_16_of_powershell() -> None:
    assert read(textwrap.dedent(COLLECT_ENV_2).encode("utf-16")).torch == torch_of(COLLECT_ENV_2)


def test_collect_env_prints_this_for_a_build_without_cuda() -> None:
    text = "PyTorch version: 1.12.1\nCUDA used to build PyTorch: Could not collect\nIs CUDA available: False\n"

    assert torch_of(text).build == "cpu"


@pytest.mark.parametrize(
    "text", ["my driver is 410.48\n", "NVIDIA driver version 410.48\n", "with driver 410.48 on Ubuntu\n"]
)
def test_a_driver_that_people_name(text: str) -> None:
    driver = snapshot(text).driver

    assert isinstance(driver, Driver)
    assert driver.version == "410.48"


@pytest.mark.parametrize("text", ["requires driver 570.26\n", "driver 570.26 or newer\n", "the driver is 2.10\n"])
def test_a_driver_that_is_wanted_is_not_there(text: str) -> None:
    assert isinstance(snapshot(text).driver, Unknown)
