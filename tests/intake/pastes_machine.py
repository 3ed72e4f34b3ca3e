"""One pasted text for each check of messages about the machine: what makes its code the primary or the only finding."""

PASTED: dict[str, str] = {
    "VIR051": """# GPU option is refused on a fresh server

```
$ docker run --rm --gpus all pytorch/pytorch python train.py
docker: Error response from daemon: could not select device driver "" with capabilities: [[gpu]].
```
""",
    "VIR052": """### After `systemctl daemon-reload` the training container is without GPU

- container: docker

```
root@f00:/workspace# nvidia-smi
Failed to initialize NVML: Unknown Error
```
""",
    "VIR053": """# torch under WSL2 finds nothing

Windows 11 laptop, WSL 2, I ran apt install nvidia-driver-535 in the Ubuntu shell.

```
$ nvidia-smi
Failed to initialize NVML: GPU access blocked by the operating system
```
""",
    "VIR054": """# RuntimeError in VirtualBox

I run Debian in a VirtualBox machine, the laptop has a GTX 1650.

```
RuntimeError: Found no NVIDIA driver on your system. Please check that you have an NVIDIA GPU
$ lspci | grep VGA
00:02.0 VGA compatible controller: InnoTek Systemberatung GmbH VirtualBox Graphics Adapter
```
""",
    "VIR055": """# No GPU in the image that CI builds

- container: docker

PyTorch version: 2.6.0+cu124
CUDA used to build PyTorch: 12.4
Is CUDA available: False
""",
    "GPU051": """# second card gone after an hour of training

```
Unable to determine the device handle for GPU 0000:02:00.0: GPU is lost.  Reboot the system to recover this GPU
[73421.1] NVRM: Xid (PCI:0000:02:00): 79, pid=2211, GPU has fallen off the bus.
```
""",
    "GPU052": """# Training dies at random steps

```
RuntimeError: CUDA error: uncorrectable ECC error encountered
```
""",
    "GPU053": """# Only one of two jobs starts on the node

```
RuntimeError: CUDA error: all CUDA-capable devices are busy or unavailable
```
The administrator says that the compute mode is exclusive.
""",
    "GPU054": """# Cannot allocate anything since this morning

```
torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 MiB. GPU 0 has a total capacity of 23.65 GiB of
which 1.31 MiB is free. Process 80911 has 23.10 GiB memory in use. Including non-PyTorch memory, this process has
320.00 MiB memory in use.
```
""",
    "GPU055": """# New card, old image

```
NVIDIA GeForce RTX 5080 with CUDA capability sm_120 is not compatible with the current PyTorch installation.
The current PyTorch install supports CUDA capabilities sm_50 sm_60 sm_70 sm_75 sm_80 sm_86 sm_90.
```
""",
    "GPU056": """# pip wheel on a Jetson Orin Nano, JetPack 6.0

```
>>> torch.cuda.is_available()
False
AssertionError: Torch not compiled with CUDA enabled
```
""",
    "GPU057": """# Stable Diffusion on a Radeon

```
rocBLAS error: Cannot read /opt/venv/torch/lib/rocblas/library/TensileLibrary.dat: Illegal seek for GPU arch : gfx1103
```
""",
    "GPU058": """# rocminfo as my user

```
$ rocminfo
ROCk module is loaded
Unable to open /dev/kfd read-write: Permission denied
```
""",
    "GPU060": """# Throughput falls after ten minutes

The card reaches 87 C and the clocks throttle.

```
HW Thermal Slowdown : Active
```
""",
    "GPU061": """# Multi-GPU slower than expected

```
PCIe link runs at x1 for GPU 3 under load (riser)
```
""",
    "GPU062": """# Example fails on my MacBook

PyTorch version: 2.6.0
OS: macOS 15.1 (arm64)

```
AssertionError: Torch not compiled with CUDA enabled
```
""",
    "GPU063": """# Hangs at the first .cuda() on a new workstation

PyTorch version: 1.7.1
CUDA used to build PyTorch: 10.2
GPU models and configuration: GPU 0: NVIDIA GeForce RTX 3090
""",
    "DRV051": """# Nightly does not use the GPU

```
RuntimeError: The NVIDIA driver on your system is too old (found version 12020). Please update your GPU driver
```
""",
    "DRV052": """# Demo refuses to start

```
File "torch/cuda/__init__.py", line 298, in _lazy_init
RuntimeError: Found no NVIDIA driver on your system. Please check that you have an NVIDIA GPU and installed a driver
```
""",
    "DRV053": """# After an apt upgrade CUDA is gone

OS: Ubuntu 24.04.1 LTS

```
$ sudo modprobe nvidia
modprobe: ERROR: could not insert 'nvidia': Key was rejected by service
```
""",
    "DRV054": """# nvidia-smi broken since last night

```
Failed to initialize NVML: Driver/library version mismatch
NVML library version: 550.120
```
""",
    "DRV055": """# Server needs a power cycle every few weeks

nvidia-smi hangs and cannot be killed.

```
INFO: task nvidia-smi:40123 blocked for more than 120 seconds.
```
""",
    "DRV056": """# HGX box, CUDA does not start

```
UserWarning: CUDA initialization: Unexpected error from cudaGetDeviceCount(). Error 802: system not yet initialized
```
""",
    "DRV057": """# import fails on the login node

```
ImportError: libcuda.so.1: cannot open shared object file: No such file or directory
```
""",
    "DRV058": """# image with CUDA 12.6 on my GeForce

```
Unexpected error from cudaGetDeviceCount(). Error 804: forward compatibility was attempted on non supported HW
```
""",
    "DRV059": """# CUDA dies each time the laptop wakes up

```
RuntimeError: CUDA unknown error - this may be due to an incorrectly set up environment, e.g. changing env variable
CUDA_VISIBLE_DEVICES after program start. Setting the available devices to be zero.
```
""",
    "ENV061": """# Published script fails at model.cuda()

```
export CUDA_VISIBLE_DEVICES=5
RuntimeError: No CUDA GPUs are available
```
""",
    "SYS051": """# Long evaluation ends

```
RuntimeError: received 0 items of ancdata
OSError: [Errno 24] Too many open files
```
""",
    "SYS052": """# Workers vanish

```
RuntimeError: DataLoader worker (pid 2713) is killed by signal: Killed.
```
""",
    "SYS053": """# Import on a 256-core node

```
libgomp: Thread creation failed: Resource temporarily unavailable
```
""",
    "SYS054": """# Docker and eight workers

```
RuntimeError: DataLoader worker (pid 173) is killed by signal: Bus error. It is possible that dataloader's workers are
out of shared memory. Please try to raise your shared memory limit.
```
""",
    "SYS055": """# Windows, num_workers=8

```
OSError: [WinError 1455] The paging file is too small for this operation to complete. Error loading "cublas64_12.dll"
```
""",
    "SYS056": """# M1 without MPS

OS: macOS 12.1 (arm64)

```
>>> torch.backends.mps.is_built(), torch.backends.mps.is_available()
MPS built: True, available: False
```
""",
    "SYS057": """# Library does not load after moving to a new Mac

```
ImportError: dlopen(_C.so, 0x0002): (mach-o file, but is an incompatible architecture (have 'x86_64', need 'arm64'))
```
""",
}
