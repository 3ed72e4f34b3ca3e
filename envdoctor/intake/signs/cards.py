"""Signs of the graphics cards: lost, faulty, closed, taken, throttled, badly linked.

Sources: texts in PyTorch (c10/cuda, torch/cuda/__init__.py), CUDA's runtime and driver (cudaGetErrorString), NVML,
the kernel module (NVRM), nvidia-container-cli, TensorFlow, JAX and Numba, and the public issues in which they were
explained.
"""

from __future__ import annotations

from envdoctor.intake.signs import Sign

SIGNS: tuple[Sign, ...] = (
    # --- the card itself ---
    Sign("gpu-lost", "gpu is lost", r"GPU is lost",
         "Unable to determine the device handle for GPU 0000:02:00.0: GPU is lost."),
    Sign("gpu-lost", "fallen off the bus", r"fallen off the bus",
         "NVRM: Xid (PCI:0000:44:00): 79, GPU has fallen off the bus."),
    Sign("gpu-lost", "fell off the bus", r"fell off the bus", "the second GPU fell off the bus"),
    Sign("gpu-lost", "unable to determine the device handle", r"Unable to determine the device handle for "
         r"(?:gpu|GPU)[^.]{0,30}", "Unable to determine the device handle for GPU0000:41:00.0: Unknown Error"),
    Sign("gpu-lost", "xid", r"Xid(?: \(PCI:[\w:.]+\))?:? ?(?:error )?(?P<xid>79|61|62|109|137|140|149|154)\b",
         "NVRM: Xid (PCI:0000:01:00): 79, pid=1234"),
    Sign("gpu-lost", "rminitadapter failed", r"RmInitAdapter failed",
         "NVRM: GPU 0000:01:00.0: RmInitAdapter failed! (0x26:0x56:1474)"),
    Sign("gpu-lost", "gpu_is_lost", r"NVML_ERROR_GPU_IS_LOST", "NVML_ERROR_GPU_IS_LOST"),
    Sign("gpu-lost", "gpuislost", r"NVMLError_GpuIsLost", "NVMLError_GpuIsLost"),
    Sign("gpu-lost", "requires reset", r"GPU (?:\w+ )?requires reset", "GPU requires reset"),
    Sign("smi-empty", "no nvidia devices found", r"NVIDIA: no NVIDIA devices found", "NVIDIA: no NVIDIA devices found"),
    Sign("smi-empty", "no devices were found", r"No devices were found", "$ nvidia-smi No devices were found"),
    Sign("gpu-lost", "cannot be found", r"device cannot be found on the PCI bus",
         "the card cannot be found: device cannot be found on the PCI bus"),
    Sign("gpu-memory-faulty", "ecc", r"uncorrectable ECC error(?:s? (?:encountered|detected|occurred))?|double[- "
         r"]bit ECC|ECC errors? (?:was |were )?(?:encountered|detected|found|occur\w*|on "
         r"GPU)|cudaErrorECCUncorrectable|ECC_UNCORRECTABLE", "CUDA error: uncorrectable ECC error encountered"),
    Sign("gpu-memory-faulty", "xid", r"Xid(?: \(PCI:[\w:.]+\))?:? ?(?:error )?(?P<xid>48|63|64|92|94|95)\b",
         "NVRM: Xid (PCI:0000:3b:00): 94, Contained ECC error"),
    Sign("gpu-memory-faulty", "row remap", r"row[- ]remap\w*[^.]{0,30}(?:fail|pending)", "row remapping failure"),
    Sign("gpu-memory-faulty", "remapp", r"Remapp\w+ (?:Failure Occurred|Pending) ?: ?Yes",
         "Remapping Failure Occurred : Yes"),
    Sign("gpu-memory-faulty", "hardware", r"hardware (?:fault|defect|stack error)|(?:GPU|card|VRAM)[^.]{0,30} "
         r"hardware (?:error|problem)", "cudaErrorHardwareStackError: hardware stack error"),
    Sign("gpu-memory-faulty", "faulty", r"faulty (?:GPU|card|VRAM|hardware|memory|riser|cable)|(?:GPU|card) "
         r"(?:is|was) faulty", "a faulty card"),
    Sign("gpu-memory-faulty", "defective", r"defective (?:GPU|card|VRAM|memory)|(?:GPU|card) (?:is|was) defective",
         "a defective card"),
    # --- closed to us ---
    Sign("devices-busy", "busy or unavailable", r"(?:all )?CUDA-capable device\(?s?\)? (?:is/are|are|is) busy or "
         r"unavailable", "CUDA error: all CUDA-capable devices are busy or unavailable"),
    Sign("devices-busy", "devicesunavailable", r"cudaErrorDevicesUnavailable|cudaErrorDeviceUnavailable",
         "cudaErrorDevicesUnavailable"),
    Sign("devices-busy", "devices_unavailable", r"(?:CUDA_ERROR_)?DEVICES?_UNAVAILABLE",
         "CUDA_ERROR_DEVICES_UNAVAILABLE"),
    Sign("devices-busy", "device_unavailable", r"CUDA_ERROR_DEVICE_UNAVAILABLE", "CUDA_ERROR_DEVICE_UNAVAILABLE"),
    Sign("devices-busy", "exclusive", r"\b(?:E\. ?Process|Exclusive_Process|exclusive[- "
         r"_]process|EXCLUSIVE_PROCESS|compute mode (?:is |was )?(?:exclusive|prohibited))",
         "Compute Mode: Exclusive_Process"),
    Sign("devices-busy", "compute mode", r"compute[- ]mode\b[^.]{0,20}(?:exclusive|prohibited)",
         "compute mode is Prohibited"),
    Sign("device-count-wrong", "device < num_gpus", r"device >= 0 && device < num_gpus",
         "device >= 0 && device < num_gpus INTERNAL ASSERT FAILED at CUDAContext.cpp"),
    Sign("mig", "mig", r"\bMIG (?:mode|instances?|slices?|devices?|partitions?|profiles?|UUIDs?|GPUs?|\dg\.)\w*(?! "
         r"?: ?(?:Disabled|N/A)|\.? ?Current|\.mode)", "MIG mode is enabled without instances"),
    Sign("mig", "mig-", r"\bMIG-(?:GPU-)?[0-9a-f]{4,8}-[\w-]+|MIG-(?:enabled|backed|partitioned)",
         "CUDA_VISIBLE_DEVICES=MIG-41b3359c-e721-56e5-8009"),
    # --- taken by others ---
    Sign("gpu-taken", "including non-pytorch memory", r"Process (?P<pid>\d+) has (?P<taken>[\d.]+ [GM]iB) memory "
         r"in use\. (?:Process \d+ has [\d.]+ [GM]iB memory in use\. ){0,5}Including non-PyTorch memory, this "
         r"process has (?P<own>[\d.]+ [GM]iB)",
         "Process 4242 has 20.10 GiB memory in use. Including non-PyTorch memory, this process has 512.00 MiB "
         "memory in use."),
    Sign("gpu-taken", "process", r"\b(?:another|other|a zombie|zombie|a stale|stale|a "
         r"dead|leftover|orphaned|somebody else's|someone else's) (?:\w+ "
         r")?(?:process|job|user|program|notebook|kernel)(?:es|s)?\b[^.]{0,50}(?:memory|GPU|card|VRAM)",
         "another process holds the GPU's memory"),
    Sign("gpu-taken", "free memory on device", r"Free memory on device[^!]{0,60}(?:on startup )?is less than "
         r"desired GPU memory utilization",
         "ValueError: Free memory on device (3.2/23.6 GiB) on startup is less than desired GPU memory utilization"),
    Sign("gpu-taken", "already in use", r"(?:GPU|memory) (?:is |was )?already (?:in "
         r"use|occupied|taken|allocated|full)", "GPU memory is already in use"),
    Sign("gpu-taken", "occup", r"(?:process|job|user|program|somebody|someone|memory|kernel)\w*[^.]{0,40}occup(?:y|"
         r"ied|ies|ying|ancy)[^.]{0,30}(?:GPU|memory|card|VRAM)?",
         "a zombie process keeps occupying the GPU memory"),
    Sign("gpu-taken", "zombie", r"zombie (?:process|job)\w*[^.]{0,60}(?:GPU|memory|VRAM|card)",
         "zombie processes hold the GPU"),
    Sign("gpu-taken", "holding", r"(?:process\w*|job|notebook|kernel|desktop|Xorg|ollama|someone|somebody|user)[^.]"
         r"{0,40} (?:is |are |was |were )?(?:still )?holding [^.]{0,20}(?:GPU|memory|VRAM|card)",
         "an old notebook is still holding GPU memory"),
    Sign("gpu-taken", " by ", r"(?:memory|GPUs?|card|VRAM)[^.]{0,30} (?:is |was |are |were "
         r")?(?:held|taken|occupied|used|blocked|eaten|hogged|filled) by (?:a |an |another|other|some|the "
         r"(?!model|run|batch|activations|weights|optimizer)|my (?:old|other))[^.]{0,40}",
         "GPU memory held by a dead notebook kernel"),
    Sign("gpu-taken", "no process", r"(?:GiB|MiB|GB|MB|memory)[^.]{0,20} (?:is |are )?(?:used|in "
         r"use|taken|occupied|allocated)[^.]{0,30} (?:and|but|with|although|by) no (?:running )?process",
         "nvidia-smi shows 11 GiB used and no process"),
    # --- heat, power, link ---
    Sign("throttled", "throttl", r"\b(?:thermal|power|clock|GPU|HW|SW)?[ _-]?throttl(?:e[sd]?|ing)\b(?![ "
         r"_.](?:reasons|temp|memory|limit|slowdown))", "the clocks throttle under load"),
    Sign("throttled", "slowdown", r"(?:HW|SW|hw|sw)[ _](?:Thermal[ _])?(?:Power[ _]Brake[ _])?Slowdown\s*: ?Active",
         "HW Slowdown : Active"),
    Sign("throttled", "power", r"\bsw_power_cap (?!not)[^.]{0,30}|power[- ](?:cap|limit)(?:ped|ed|s)?\b(?! "
         r"?:)[^.:|]{0,30}\d+ ?W\b|\d+ ?W (?:power )?cap\b|(?:lower\w*|reduc\w*) (?:the )?power limit",
         "a power cap of 175 W"),
    Sign("throttled", "overheat", r"overheat\w*", "the GPU overheats"),
    Sign("throttled", "temperature", r"(?:GPU )?temperature (?:of |reaches |is |was |at )?(?:8[5-9]|9\d|1[01]\d) "
         r"?°?C", "temperature reaches 91 C"),
    Sign("throttled", "mhz", r"(?:drops?|dropped|stuck|fell|falls|locked|capped|limited) (?:to|at) [\d-]{3,9} ?MHz",
         "drops to 375 MHz"),
    Sign("throttled", "capped at", r"capped at \d{2,3} ?W\b", "a V100 capped at 175 W"),
    Sign("link-narrow", "pcie", r"PCI-?e?(?: link)? (?:is |was |runs? |ran |only |at |stuck |gen ?[1-5] ?|width "
         r"|slot )*(?:x ?[1248]\b|gen ?1\b|downgrad\w+|downtrain\w+|narrow)|PCIe? (?:bandwidth|switch|root)\b",
         "the card runs at PCIe x1"),
    Sign("link-narrow", "pci express", r"PCI Express[^.]{0,30}(?:x ?[1248]\b|gen ?1\b)", "PCI Express slot with x4"),
    Sign("link-narrow", "numa", r"(?:wrong|near\w*|remote|own|bind\w*|bound|across|other|far|local|different)[^.]{0"
         r",30} NUMA\b|NUMA[- ](?:aware|binding|bound|locality|effects?)", "bound to the GPU's own NUMA node"),
    Sign("link-narrow", "access control services", r"access control services|\bACS\b",
         "access control services of the board"),
    Sign("link-narrow", "topology", r"topology[^.]{0,20}\b(?:SYS|PHB|NODE|PXB)\b", "topology: SYS between all GPUs"),
    Sign("link-narrow", "host-to-device", r"(?:slow|varying|vary|low)[^.]{0,40}host-to-device|host-to-device[^.]{0,"
         r"30}(?:slow|vary|low)", "host-to-device copies are slow"),
)  # fmt: skip
