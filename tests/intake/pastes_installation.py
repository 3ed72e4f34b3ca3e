"""Texts that people could paste about an installation, each with the check that names its cause."""

PASTED: dict[str, str] = {
    "ENV051": (
        "**The very first tensor.cuda() raises since I tuned the allocator**\n"
        "\n"
        "```text\n"
        "$ python main.py\n"
        "RuntimeError: Unrecognized CachingAllocator option: expandable_segment\n"
        "```\n"
        "\n"
        "Same on a colleague's machine.\n"
    ),
    "ENV052": (
        "> cuBLAS asks for a variable once seeds are fixed\n"
        ">\n"
        "> ```\n"
        "> RuntimeError: Deterministic behavior was enabled with either "
        "`torch.use_deterministic_algorithms(True)` or `at::Context::setDeterministicAlgorithms(true)`, "
        "but this operation is not deterministic because it uses CuBLAS and you have CUDA >= 10.2. To "
        "enable deterministic behavior in this case, you must set an environment variable before "
        "running your PyTorch application: CUBLAS_WORKSPACE_CONFIG=:4096:8\n"
        "> ```\n"
        "\n"
        "I have tried a fresh environment twice, the result is the same.\n"
    ),
    "ENV053": (
        "# Python does not start after loading the module of the cluster\n"
        "\n"
        "```\n"
        "Could not find platform independent libraries <prefix>\n"
        "Fatal Python error: init_fs_encoding: failed to get the Python codec of the filesystem "
        "encoding\n"
        "ModuleNotFoundError: No module named 'encodings'\n"
        "```\n"
        "\n"
        "```\n"
        "PYTHONHOME=/opt/cray/python/2.7\n"
        "```\n"
    ),
    "INS051": (
        "# The README's pip command for CUDA 11.1 finds nothing\n"
        "\n"
        "### What happens\n"
        "```\n"
        "ERROR: No matching distribution found for torch==1.9.1+cu111\n"
        "```\n"
        "\n"
        "It worked last month. Any hint is welcome.\n"
    ),
    "INS052": (
        "**pip refuses everything since the upgrade to Debian 12**\n"
        "\n"
        "```text\n"
        "$ python main.py\n"
        "error: externally-managed-environment\n"
        "```\n"
        "\n"
        "Full log above; nothing else is printed.\n"
    ),
    "INS053": (
        "> conda env create -f environment.yml never ends\n"
        ">\n"
        "> ```\n"
        "> UnsatisfiableError: The following specifications were found to be incompatible with each "
        "other\n"
        "> ```\n"
        "\n"
        "Same on a colleague's machine.\n"
    ),
    "INS054": (
        "# Downloading the wheel stops at 60 % behind our proxy\n"
        "\n"
        "### What happens\n"
        "```\n"
        "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.\n"
        "```\n"
        "\n"
        "I have tried a fresh environment twice, the result is the same.\n"
    ),
    "INS055": (
        "**pip install flash-attn says there is no torch, but there is**\n"
        "\n"
        "```text\n"
        "$ python main.py\n"
        "Getting requirements to build wheel did not run successfully. ModuleNotFoundError: No module "
        "named 'torch'\n"
        "```\n"
        "\n"
        "It worked last month. Any hint is welcome.\n"
    ),
    "INS056": (
        "# conda installs the CPU version of PyTorch\n"
        "\n"
        "I asked for cudatoolkit 11.3 as the guide says, and torch.cuda.is_available() returns False.\n"
        "\n"
        "```\n"
        "$ conda list\n"
        "pytorch                   1.12.1          py3.9_cpu_0    pytorch\n"
        "cudatoolkit               11.3.1               h9edb442_10    conda-forge\n"
        "```\n"
    ),
    "INS057": (
        "> A wheel that I downloaded by hand is refused\n"
        ">\n"
        "> ```\n"
        "> ERROR: torch-1.8.1+cu111-cp38-cp38-linux_x86_64.whl is not a supported wheel on this "
        "platform.\n"
        "> ```\n"
        "\n"
        "Full log above; nothing else is printed.\n"
    ),
    "LIB051": (
        "# YOLO crashes in non-maximum suppression\n"
        "\n"
        "### What happens\n"
        "```\n"
        "RuntimeError: operator torchvision::nms does not exist\n"
        "```\n"
        "\n"
        "Same on a colleague's machine.\n"
    ),
    "LIB052": (
        "**Speech recognition stops at its first import**\n"
        "\n"
        "```text\n"
        "$ python main.py\n"
        "OSError: Could not load this library: /x/torchaudio/lib/libtorchaudio.so\n"
        "```\n"
        "\n"
        "I have tried a fresh environment twice, the result is the same.\n"
    ),
    "LIB053": (
        "> flash attention cannot be imported after the update of torch\n"
        ">\n"
        "> ```\n"
        "> ImportError: flash_attn_2_cuda.cpython-310-x86_64-linux-gnu.so: undefined symbol: "
        "_ZN3c104cuda9SetDeviceEi\n"
        "> ```\n"
        "\n"
        "It worked last month. Any hint is welcome.\n"
    ),
    "LIB054": (
        "# tensor.numpy() fails since yesterday's update\n"
        "\n"
        "### What happens\n"
        "```\n"
        "A module that was compiled using NumPy 1.x cannot be run in NumPy 2.1.3 as it may crash.\n"
        "```\n"
        "\n"
        "Full log above; nothing else is printed.\n"
    ),
    "LIB055": (
        "**Transcription aborts with a message about cuDNN**\n"
        "\n"
        "```text\n"
        "$ python main.py\n"
        "cuDNN version incompatibility: PyTorch was compiled against (8, 7, 0) but found runtime "
        "version (8, 2, 4).\n"
        "```\n"
        "\n"
        "Same on a colleague's machine.\n"
    ),
    "LIB056": (
        "> import torch fails on the cloud image with a toolkit\n"
        ">\n"
        "> ```\n"
        "> ImportError: libcusparse.so.12: undefined symbol: __nvJitLinkAddData_12_1, version "
        "libnvJitLink.so.12\n"
        "> ```\n"
        "\n"
        "I have tried a fresh environment twice, the result is the same.\n"
    ),
    "LIB057": (
        "# matplotlib after torch kills the Python\n"
        "\n"
        "### What happens\n"
        "```\n"
        "OMP: Error #15: Initializing libiomp5md.dll, but found libiomp5md.dll already initialized.\n"
        "```\n"
        "\n"
        "It worked last month. Any hint is welcome.\n"
    ),
    "LIB058": (
        "**What does this warning mean**\n"
        "\n"
        "```text\n"
        "$ python main.py\n"
        "FutureWarning: The pynvml package is deprecated. Please install nvidia-ml-py instead.\n"
        "```\n"
        "\n"
        "Full log above; nothing else is printed.\n"
    ),
    "LIB059": (
        "> torch does not import on Windows 11 after a clean install\n"
        ">\n"
        "> ```\n"
        "> OSError: [WinError 126] The specified module could not be found. Error loading "
        '"C:\\x\\torch\\lib\\fbgemm.dll" or one of its dependencies.\n'
        "> ```\n"
        "\n"
        "Same on a colleague's machine.\n"
    ),
    "LIB060": (
        "# CUDA cannot be initialised in the image that I built\n"
        "\n"
        "### What happens\n"
        "```\n"
        "RuntimeError: CUDA error: CUDA driver is a stub library\n"
        "```\n"
        "\n"
        "I have tried a fresh environment twice, the result is the same.\n"
    ),
    "LIB061": (
        "**torch does not run on the old cluster**\n"
        "\n"
        "```text\n"
        "$ python main.py\n"
        "ImportError: /lib64/libm.so.6: version `GLIBC_2.27' not found (required by libtorch_cpu.so)\n"
        "```\n"
        "\n"
        "It worked last month. Any hint is welcome.\n"
    ),
    "PYT051": (
        "> pandas no longer imports after I compiled Python 3.11 with pyenv\n"
        ">\n"
        "> ```\n"
        "> ModuleNotFoundError: No module named '_lzma'\n"
        "> ```\n"
        "\n"
        "Full log above; nothing else is printed.\n"
    ),
    "PYT052": (
        "# requirements.txt cannot be installed with the Python of Ubuntu 24.04\n"
        "\n"
        "### What happens\n"
        "```\n"
        "ERROR: Could not find a version that satisfies the requirement torch==2.5.0 (from versions: "
        "2.0.0, 2.0.1, 2.4.0, 2.4.1)\n"
        "```\n"
        "\n"
        "Same on a colleague's machine.\n"
    ),
    "PYT053": (
        "**import torch fails on a fresh Windows laptop**\n"
        "\n"
        "```text\n"
        "$ python main.py\n"
        "OSError: [WinError 193] %1 is not a valid Win32 application\n"
        "```\n"
        "\n"
        "I have tried a fresh environment twice, the result is the same.\n"
    ),
    "SYS071": (
        "> Saving the checkpoint of epoch 4 fails\n"
        ">\n"
        "> ```\n"
        "> OSError: [Errno 28] No space left on device\n"
        "> ```\n"
        "\n"
        "It worked last month. Any hint is welcome.\n"
    ),
    "SYS072": (
        "# Model download dies inside our container that runs as uid 1001\n"
        "\n"
        "### What happens\n"
        "```\n"
        "PermissionError: [Errno 13] Permission denied: '/.cache/huggingface'\n"
        "```\n"
        "\n"
        "Full log above; nothing else is printed.\n"
    ),
    "TOR051": (
        "> model.to('cuda') raises on my gaming PC\n"
        ">\n"
        "> ```\n"
        "> AssertionError: Torch not compiled with CUDA enabled\n"
        "> ```\n"
        "\n"
        "Same on a colleague's machine.\n"
        "\n"
        "```\n"
        "Collecting environment information...\n"
        "GPU models and configuration: GPU 0: NVIDIA GeForce RTX 4070\n"
        "```\n"
    ),
    "TOR052": (
        "# The training script does not start in the notebook\n"
        "\n"
        "### What happens\n"
        "```\n"
        "ModuleNotFoundError: No module named 'torch'\n"
        "```\n"
        "\n"
        "I have tried a fresh environment twice, the result is the same.\n"
    ),
    "TOR053": (
        "**import torch dies after an update that I interrupted**\n"
        "\n"
        "```text\n"
        "$ python main.py\n"
        "ImportError: /opt/venv/torch/lib/libtorch_cpu.so: file too short\n"
        "```\n"
        "\n"
        "It worked last month. Any hint is welcome.\n"
    ),
    "TOR054": (
        "> torch works everywhere but not in this folder\n"
        ">\n"
        "> ```\n"
        "> AttributeError: module 'torch' has no attribute 'Tensor'\n"
        "> ```\n"
        "\n"
        "Full log above; nothing else is printed.\n"
    ),
    "TOR055": (
        "# Detection stops in nms\n"
        "\n"
        "```\n"
        "RuntimeError: operator torchvision::nms does not exist\n"
        "```\n"
        "\n"
        "```\n"
        "PyTorch version: 2.4.1\n"
        "Versions of relevant libraries:\n"
        "[pip3] torch==2.6.0\n"
        "[pip3] torchvision==0.21.0\n"
        "```\n"
    ),
}
