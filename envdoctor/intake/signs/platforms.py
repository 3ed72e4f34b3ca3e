"""Signs of what stands between a program and the card: containers, WSL, virtual machines.

Sources: texts in Docker, Podman, containerd, nvidia-container-cli, Apptainer, Kubernetes, WSL's and NVIDIA's user
guides, and the public issues in which they were explained.
"""

from __future__ import annotations

from envdoctor.intake.signs import Sign

SIGNS: tuple[Sign, ...] = (
    # --- containers ---
    Sign("container-refused-gpu", "could not select device driver", r"could not select device driver "
         r"['\"]{0,4}\w*['\"]{0,4} with capabilities: \[\[",
         'docker: Error response from daemon: could not select device driver "" with capabilities: [[gpu]].'),
    Sign("container-refused-gpu", "runtime", r"(?:unknown or invalid runtime name|Unknown runtime "
         r"specified|invalid runtime name|runtime not found):? ['\"]?nvidia['\"]?",
         "docker: Error response from daemon: unknown or invalid runtime name: nvidia."),
    Sign("container-refused-gpu", "unknown flag: --gpus", r"unknown flag: --gpus",
         "unknown flag: --gpus See 'docker run --help'."),
    Sign("container-refused-gpu", "cdi device", r"(?:unresolvable|failed to inject|could not (?:find|resolve)) CDI "
         r"devices? ?:?[^.]{0,40}", "Error: setting up CDI devices: unresolvable CDI devices nvidia.com/gpu=all"),
    Sign("container-refused-gpu", "failed to discover gpu vendor", r"failed to discover GPU vendor",
         "AMD CDI spec not found: failed to discover GPU vendor from CDI: no known GPU vendor found"),
    Sign("container-refused-gpu", "nvidia-container-runtime", r"nvidia-container-(?:runtime(?:-hook)?|toolkit|cli)["
         r"'\"]?:? (?:executable file not found|no such file|command not found|not found|is not installed)|exec:? "
         r"['\"]?nvidia-container-runtime",
         'exec: "nvidia-container-runtime-hook": executable file not found in $PATH'),
    Sign("container-refused-gpu", "nvidia-container-toolkit", r"nvidia-container-toolkit[^.]{0,40}(?:not "
         r"found|missing|not installed|no such)|(?:no|without|missing|install(?:ing)?|not have) (?:the "
         r")?nvidia-container-toolkit", "the host is without nvidia-container-toolkit"),
    Sign("container-refused-gpu", "container toolkit", r"(?:no|without|missing|lacks|install\w*) (?:the )?NVIDIA "
         r"container toolkit|container toolkit (?:is |was )?(?:missing|not installed|not configured)",
         "NVIDIA container toolkit is not installed"),
    Sign("container-refused-gpu", "load library failed", r"nvidia-container-cli: initialization error: load "
         r"library failed: (?P<library>[\w.-]+)",
         "nvidia-container-cli: initialization error: load library failed: libnvidia-ml.so.1: cannot open"),
    Sign("container-refused-gpu", "nvidia-container-cli", r"nvidia-container-cli: (?:container error: cgroup "
         r"subsystem devices not found|mount error|device error|initialization error: (?:driver|cuda|open "
         r"failed|privilege)[^!]{0,60}|permission error)",
         "nvidia-container-cli: container error: cgroup subsystem devices not found: unknown."),
    Sign("container-refused-gpu", "no adapters were found", r"nvidia-container-cli: [^!]{0,60}WSL environment "
         r"detected but no adapters were found",
         "nvidia-container-cli: initialization error: WSL environment detected but no adapters were found: unknown"),
    Sign("container-refused-gpu", "functionality will not be available", r"NVIDIA Driver was not detected\.? ?GPU "
         r"functionality will not be available",
         "WARNING: The NVIDIA Driver was not detected. GPU functionality will not be available."),
    Sign("container-refused-gpu", "nv files on this host", r"Could not find any nv files on this host",
         "WARNING: Could not find any nv files on this host!"),
    Sign("container-refused-gpu", "insufficient nvidia.com/gpu", r"Insufficient nvidia\.com/(?:gpu|mig)[\w.-]*",
         "0/3 nodes are available: 3 Insufficient nvidia.com/gpu."),
    Sign("container-refused-gpu", "nvidia.com/gpu", r"nvidia\.com/gpu: 0\b|no nvidia\.com/gpu|without "
         r"nvidia\.com/gpu", "Allocatable: nvidia.com/gpu: 0"),
    Sign("container-refused-gpu", "--gpus", r"(?:without|forgot|missing|no|needs?|add(?:ing|ed)?|lacks|omitt\w+) "
         r"(?:the )?(?:flag |option )?`?--gpus", "the container was started without --gpus all"),
    Sign("container-refused-gpu", "--nv", r"(?:without|forgot|missing|no|needs?|add(?:ing|ed)?|lacks) (?:the "
         r")?(?:flag |option )?`?--nv\b", "singularity was run without --nv"),
    Sign("container-refused-gpu", "device plugin", r"device[- ]plug-?in[^.]{0,50}(?:not|fail|missing|crash|no "
         r"devices)|No devices found\. Waiting indefinitely", "the NVIDIA device plugin is not running"),
    Sign("container-refused-gpu", "detect nvml platform", r"(?:could not|failed to|unable to) detect NVML "
         r"platform|detect non-NVML platform",
         "E0101 factory.go: If this is a GPU node: failed to detect NVML platform"),
    Sign("container-lost-gpu", "failed to initialize nvml: unknown error", r"Failed to initialize NVML: Unknown "
         r"Error", "Failed to initialize NVML: Unknown Error"),
    Sign("container-lost-gpu", "gpu", r"containers?\b[^.]{0,40}\b(?:los\w+|dropp\w+) (?:access to )?(?:the |its "
         r"|their |all )?GPUs?\b", "a running container loses its GPU"),
    # --- WSL ---
    Sign("wsl-blocked", "gpu access blocked", r"GPU access blocked by the operating system",
         "Failed to initialize NVML: GPU access blocked by the operating system"),
    Sign("wsl-driver-inside", "wsl", r"(?:installed|installing|install|has|have|put) (?:a |an |the )?(?:Linux "
         r"|NVIDIA |Linux NVIDIA |native |Ubuntu )*(?:GPU |display )?driver (?:package )?(?:inside|in|within|into) "
         r"(?:the )?WSL", "he installed the NVIDIA driver inside WSL"),
    Sign("wsl-smi-error", "version", r"CUDA (?:UMD )?Version ?: ?ERR",
         "| NVIDIA-SMI 470.57.02 Driver Version: 471.41 CUDA Version: ERR! |"),
    Sign("wsl-libcuda", "/usr/lib/wsl", r"/usr/lib/wsl[\w./-]{0,40}[^.]{0,60}(?:not found|missing|cannot|No "
         r"such|not in|not on|absent)|(?:without|missing|add\w*|lacks) /usr/lib/wsl/lib",
         "LD_LIBRARY_PATH is without /usr/lib/wsl/lib"),
    Sign("wsl-device-missing", "/dev/dxg", r"(?:no|missing|without|cannot (?:open|access)) "
         r"['\"`]?/dev/dxg|/dev/dxg['\"`]? ?:?(?:is |does )?(?:missing|not (?:there|found|exist)|No such)",
         "ls: cannot access '/dev/dxg': No such file or directory"),
    Sign("wsl-device-missing", "dxgk", r"misc dxg: dxgk: \w+: Ioctl failed|dxgkio_query_adapter_info",
         "misc dxg: dxgk: dxgkio_query_adapter_info: Ioctl failed: -22"),
    Sign("wsl-version", "wsl", r"\bWSL ?-?1\b|WSL version 1|(?:not|isn't) (?:running )?(?:on |in )?WSL ?-?2",
         "the distribution runs under WSL 1"),
    # --- virtual machines ---
    Sign("vm-adapter", "vmware svga", r"VMware SVGA(?: II Adapter)?",
         "VGA compatible controller: VMware SVGA II Adapter"),
    Sign("vm-adapter", "virtualbox graphics", r"VirtualBox Graphics Adapter",
         "InnoTek Systemberatung GmbH VirtualBox Graphics Adapter"),
    Sign("vm-adapter", "hyper-v virtual vga", r"Hyper-V virtual VGA", "Microsoft Corporation Hyper-V virtual VGA"),
    Sign("vm-adapter", "hyper-v", r"Microsoft Hyper-V Video|hyperv_(?:fb|drm)", "Microsoft Hyper-V Video adapter"),
    Sign("vm-adapter", "red hat", r"Red Hat,? (?:Inc\. )?(?:QXL|Virtio GPU|QEMU)[^.]{0,30}",
         "VGA compatible controller: Red Hat, Inc. QXL paravirtual graphic card"),
    Sign("vm-adapter", "bochs", r"\bbochs-drm|Bochs (?:VGA|Graphics)|QEMU Standard VGA", "bochs-drm 0000:00:02.0"),
    Sign("vm-adapter", "cirrus", r"Cirrus Logic GD ?5446", "Cirrus Logic GD 5446"),
    Sign("vm-adapter", "virtio", r"virtio[- ](?:gpu|vga)\b|Virtio GPU", "Red Hat, Inc. Virtio GPU"),
    Sign("vm-guest", "passthrough", r"\b(?:no|without|not support\w*|lacks?|needs?|enable|requires?) (?:GPU |PCI "
         r"|PCIe )?pass-?through", "the guest has no GPU passthrough"),
    Sign("vm-guest", "pass-through", r"\b(?:no|without|not support\w*|lacks?|needs?|enable|requires?) (?:GPU |PCI "
         r"|PCIe )?pass-through", "without GPU pass-through"),
    Sign("vm-guest", "virtual machine", r"\b(?:in|inside|on|from|within) (?:a |an |my |the )?(?:\w+ "
         r"){0,3}(?:virtual machine|VM)\b", "in an Ubuntu virtual machine"),
    Sign("vm-guest", "guest", r"\bguests?\b", "Ubuntu guest under VirtualBox"),
    Sign("vgpu-licence", "licen", r"\b(?:vGPU|GRID)\b[^.]{0,60}(?:unlicensed|licen[sc]e)",
         "vGPU Software: Unlicensed (Unrestricted), GRID license"),
)  # fmt: skip
