"""Signs of the driver: none, too old, not loaded, mixed, silent.

Sources: texts in PyTorch (c10/cuda, torch/cuda/__init__.py), CUDA's runtime and driver (cudaGetErrorString), NVML,
the kernel module (NVRM), nvidia-container-cli, TensorFlow, JAX and Numba, and the public issues in which they were
explained.
"""

from __future__ import annotations

from envdoctor.intake.signs import Sign

WAIT = (
    r"(?:hangs?|hung|freezes|froze|is stuck|gets stuck|never (?:returns?|comes? back|ends?|finish\w*|answers?)"
    r"|takes forever|(?:is |becomes? )unresponsive|blocks forever|does(?: not|n't) (?:return|respond|answer)"
    r"|times? out|timed out)"
)
"""How people say that a program gives no answer."""

SIGNS: tuple[Sign, ...] = (
    # --- the driver is too old ---
    Sign("driver-too-old", "too old", r"NVIDIA driver on your system is too old(?: \(found version "
         r"(?P<found>\d{4,6})\))?", "The NVIDIA driver on your system is too old (found version 11040)."),
    Sign("driver-too-old", "is insufficient for cuda", r"CUDA driver version is insufficient for CUDA runtime "
         r"version", "cudaGetDeviceCount failed: CUDA driver version is insufficient for CUDA runtime version"),
    Sign("driver-too-old", "insufficientdriver", r"cudaErrorInsufficientDriver",
         "cudaErrorInsufficientDriver (error 35)"),
    Sign("driver-too-old", "insufficient_driver", r"CUDA_ERROR_INSUFFICIENT_DRIVER",
         "CUDA_ERROR_INSUFFICIENT_DRIVER"),
    Sign("driver-too-old", "unsatisfied condition", r"requirement error: unsatisfied condition: "
         r"(?:cuda|driver)\s?>=\s?(?P<wanted>[\d.]+)",
         "nvidia-container-cli: requirement error: unsatisfied condition: cuda>=12.4, please update your driver to "
         "a newer version"),
    Sign("driver-too-old", "was built for nvidia driver", r"container was built for NVIDIA Driver Release "
         r"(?P<wanted>[\d.]+) or later,? but version (?P<driver>[\d.]+) was detected",
         "ERROR: This container was built for NVIDIA Driver Release 555.42 or later, but version 470.57 was "
         "detected and compatibility mode is UNAVAILABLE."),
    Sign("driver-too-old", "unsupported toolchain", r"(?:provided )?PTX was compiled with an unsupported toolchain",
         "CUDA error: the provided PTX was compiled with an unsupported toolchain."),
    Sign("driver-too-old", "unsupported_ptx_version", r"(?:CUDA_ERROR_|cudaError)?UNSUPPORTED_PTX_VERSION",
         "[222] Call to cuLinkAddData results in CUDA_ERROR_UNSUPPORTED_PTX_VERSION"),
    Sign("driver-too-old", "update your gpu driver", r"update your (?:GPU|NVIDIA) driver by downloading",
         "Please update your GPU driver by downloading and installing a new version"),
    Sign("driver-too-old", "driver", r"(?:CUDA|NVIDIA|GPU|display|installed|current|my|the) (?:driver|drivers)(?: "
         r"version)?(?: (?P<driver>\d{3}\.\d+(?:\.\d+)?))? (?:is|was|are|were) (?:too old|older than|outdated|out "
         r"of date|not new enough|not recent enough|too low)",
         "The installed driver is older than what CUDA 13 needs"),
    Sign("driver-too-old", "driver", r"\b(?:needs?|requires?|requiring|wants?) (?:a |an )?(?:newer|more "
         r"recent|newer NVIDIA|more recent NVIDIA|updated) (?:NVIDIA |GPU |CUDA )?driver",
         "CUDA 13 wheels need a newer NVIDIA driver"),
    Sign("driver-too-old", "driver", r"(?:minimum|required|requires|requires at least|>=) (?:NVIDIA )?driver(?: "
         r"version)?(?: of| is|:)? (?P<wanted>\d{3}(?:\.\d+)*)\b[^.]{0,60}(?:found|have|installed|detected|but)",
         "Minimum driver version: 525.60.13, found 470.57"),
    Sign("driver-too-old", "cuda version is", r"NVIDIA driver'?s CUDA version is [\d.]+,? which is older than",
         "The NVIDIA driver's CUDA version is 12.1 which is older than the PTX compiler version 12.3.107"),
    Sign("driver-too-old", "35", r"(?:initiali[sz]ation (?:failure|error)|cuda ?runtime error|CUDA error|error "
         r"code|code)[^.]{0,20}[ =(]35\b", "CUDA initialization failure with error 35"),
    # --- there is no driver ---
    Sign("no-driver-found", "found no nvidia driver", r"Found no NVIDIA driver on your system",
         "RuntimeError: Found no NVIDIA driver on your system."),
    Sign("no-driver-found", "nvidia driver", r"\b(?:no|without an?|missing|not installed any|could not find "
         r"an?|cannot find an?|did not find an?) NVIDIA drivers?\b(?! version)", "ERROR: No NVIDIA driver found"),
    Sign("no-driver-found", "cuda drivers on your machine", r"could not find cuda drivers on your machine",
         "Could not find cuda drivers on your machine, GPU will not be used."),
    Sign("no-driver-found", "nvidia driver", r"NVIDIA drivers? (?:is|are|was|were) (?:not "
         r"(?:installed|found|present|detected|available)|missing)",
         "NVIDIA driver is not installed on this system"),
    Sign("no-smi", "nvidia-smi", r"nvidia-smi['\"`]?(?:: command not found| ?: ?not found| not found| is not "
         r"recognized)", "bash: nvidia-smi: command not found"),
    Sign("no-smi", "no such file or directory: 'nvidia-smi'", r"No such file or directory: "
         r"'(?:/usr/bin/)?nvidia-smi'", "FileNotFoundError: [Errno 2] No such file or directory: 'nvidia-smi'"),
    Sign("no-gpus", "no cuda gpus are available", r"No CUDA GPUs are available",
         "RuntimeError: No CUDA GPUs are available"),
    Sign("no-gpus", "no cuda-capable device", r"no CUDA-capable device is detected",
         "RuntimeError: cuda runtime error (100) : no CUDA-capable device is detected"),
    Sign("no-gpus", "cuda_error_no_device", r"CUDA_ERROR_NO_DEVICE", "failed call to cuInit: CUDA_ERROR_NO_DEVICE"),
    Sign("no-gpus", "cudaerrornodevice", r"cudaErrorNoDevice",
         "cudaErrorNoDevice: no CUDA-capable device is detected"),
    Sign("no-gpus", "no gpu", r"\bno (?:CUDA )?GPUs? (?:found|detected|available|is detected|was found|is "
         r"available)\b", "AssertionError: No GPU found, please run without --cuda"),
    Sign("device-type-unknown", "failed to infer device type", r"Failed to infer device type",
         "RuntimeError: Failed to infer device type"),
    Sign("gpu-not-seen", "gpu", r"\b(?:does(?: not|n't)|do(?: not|n't)|did(?: not|n't)|cannot|can't|could(?: "
         r"not|n't)|not) (?:see|find|detect|recogni[sz]e|reach|use|list|show|seeing|detecting|detected|recogni[sz]e"
         r"d)\b[^.]{0,40}\b(?:GPUs?|cards?|RTX|GTX|Tesla)\b", "The program does not see my GPU"),
    Sign("gpu-not-seen", "gpu", r"\bGPUs? (?:is |are |was |were )?(?:not (?:seen|found|detected|recogni[sz]ed|visib"
         r"le|used|available|being (?:used|detected))|invisible|gone|undetected|disappeared)",
         "GPU is not detected by torch"),
    Sign("gpu-not-seen", "no gpu", r"\b(?:sees?|finds?|found|detects?|saw|has|with|shows?) no (?:GPUs?|CUDA)\b",
         "torch sees no GPU"),
    Sign("invalid-ordinal", "invalid device ordinal", r"invalid device ordinal",
         "CUDA error: invalid device ordinal"),
    Sign("invalid-ordinal", "invalid device id", r"AssertionError: Invalid device id",
         "AssertionError: Invalid device id"),
    Sign("invalid-ordinal", "invalid cuda", r"Invalid CUDA ['\"]?(?:--)?device[ =]?(?P<device>[\d,]+)['\"]? "
         r"requested|invalid CUDA device (?:id|index|ordinal)", "ValueError: Invalid CUDA 'device=1' requested."),
    Sign("invalid-ordinal", "invalid_device", r"CUDA_ERROR_INVALID_DEVICE\b", "CUDA_ERROR_INVALID_DEVICE"),
    Sign("gpu-number-absent", "but your machine only has", r"requested gpus?: \[[\d, ]+\]\s+But your machine only "
         r"has: \[[\d, ]*\]", "MisconfigurationException: You requested gpu: [1] But your machine only has: [0]"),
    Sign("visible-devices-blamed", "visible_devices", r"(?:CUDA|NVIDIA)_VISIBLE_DEVICES`?(?: variable)? "
         r"(?:is|was|being|got|had been|has been|hides?|hid|masks?|names?|points?|contains?|set|selects?)\b[^.]{0,6"
         r"0}", "CUDA_VISIBLE_DEVICES is set to an empty string by the scheduler"),
    # --- the kernel module does not run ---
    Sign("driver-not-communicating", "couldn't communicate", r"NVIDIA-SMI has failed because it couldn'?t "
         r"communicate with the NVIDIA driver",
         "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver."),
    Sign("driver-not-communicating", "cannot communicate with", r"(?:cannot|can't|could not|unable to) communicate "
         r"with (?:the )?NVIDIA driver", "nvidia-smi cannot communicate with the NVIDIA driver"),
    Sign("driver-not-communicating", "driver not loaded", r"(?:nvml error: |NVML: |error: )?driver not loaded",
         "nvidia-container-cli: initialization error: nvml error: driver not loaded"),
    Sign("driver-not-communicating", "does not appear to be running", r"kernel driver does not appear to be "
         r"running on this host",
         "kernel driver does not appear to be running on this host: /proc/driver/nvidia/version does not exist"),
    Sign("driver-not-communicating", "nvmlerror_drivernotloaded", r"NVMLError_DriverNotLoaded",
         "pynvml.NVMLError_DriverNotLoaded"),
    Sign("driver-not-communicating", "/proc/driver/nvidia/version", r"/proc/driver/nvidia/version`?'?:? (?:does "
         r"not exist|No such file)", "cat: /proc/driver/nvidia/version: No such file or directory"),
    Sign("module-refused", "module nvidia not found", r"Module nvidia(?:-current|_uvm)? not found in directory "
         r"(?P<folder>\S+)", "modprobe: FATAL: Module nvidia not found in directory /lib/modules/6.8.0-45-generic"),
    Sign("module-refused", "could not insert 'nvidia", r"could not insert ['\"]nvidia(?!_uvm)[\w-]*['\"]: "
         r"(?P<why>[^!?]{0,60})", "modprobe: ERROR: could not insert 'nvidia': No such device"),
    Sign("module-refused", "key was rejected", r"Key was rejected by service",
         "modprobe: ERROR: could not insert 'nvidia_drm': Key was rejected by service"),
    Sign("module-refused", "required key not", r"Required key not available", "Required key not available"),
    Sign("module-refused", "unable to load the", r"Unable to load the (?:kernel module )?['\"]nvidia[\w.-]*['\"]",
         "ERROR: Unable to load the kernel module 'nvidia.ko'."),
    Sign("module-refused", "already bound to", r"(?:NVRM: )?(?:The NVIDIA )?GPU [\w:.]{0,20} ?is already bound to "
         r"(?P<by>\w+)", "NVRM: GPU 0000:01:00.0 is already bound to nouveau."),
    Sign("module-refused", "nouveau", r"Nouveau kernel driver is currently in use|nouveau,? rivafb|nouveau "
         r"(?:is|was) (?:still )?(?:loaded|active|in use|holding|not blacklisted|bound)|(?:loads|uses|using|held "
         r"by|bound to|claimed by) nouveau", "ERROR: The Nouveau kernel driver is currently in use by your system."),
    Sign("module-refused", "secure boot", r"Secure ?Boot(?! ?:? ?(?:is |was )?(?:off|disabled|not))",
         "Secure Boot is enabled, the module is not signed"),
    Sign("module-refused", "bad return status for module", r"Bad return status for module build on kernel:? "
         r"?(?P<kernel>\S{0,40})", "Error! Bad return status for module build on kernel: 6.11.0-8-generic (x86_64)"),
    Sign("module-refused", "dkms", r"DKMS(?: module| build)?[^.]{0,40}(?:fail|missing|error|broken|not built|did "
         r"not build)|nvidia[\w/., -]{0,60} DKMS[^.]{0,40}(?:fail|missing|error)",
         "the DKMS build of the nvidia module failed"),
    Sign("module-refused", "kernel module", r"(?:nvidia|driver'?s?|its|the|GPU) kernel modules? "
         r"(?:(?:is|was|are|were|could|did|does|do) ?(?:not|n't) (?:be "
         r")?(?:load|loaded|built|found|installed|build|running)|(?:is |are )?missing|fail(?:s|ed)? to "
         r"(?:load|build))", "the NVIDIA kernel module is not loaded"),
    Sign("module-refused", "driver modules", r"driver modules? [^.]{0,40}(?:do(?:es)? not|don't|fail "
         r"to|cannot|won't) (?:load|build)", "driver modules build but do not load"),
    Sign("module-refused", "nvidia: probe of", r"nvidia: probe of \S+ failed with error (?P<code>-\d+)",
         "nvidia: probe of 0000:01:00.0 failed with error -1"),
    Sign("module-refused", "nvrm", r"NVRM: (?:No NVIDIA (?:graphics adapter|devices|GPU)[^.]{0,30}(?:probed|found)|"
         r"None of the NVIDIA devices were (?:probed|initialized))",
         "NVRM: None of the NVIDIA devices were initialized."),
    Sign("module-refused", "nvrm", r"NVRM: installed in this system (?:is not supported by|requires use "
         r"of)[^.]{0,80}", "NVRM: installed in this system requires use of the NVIDIA open kernel modules."),
    Sign("module-refused", "legacy drivers", r"supported through the NVIDIA (?P<branch>[\d.x]+) Legacy drivers",
         "NVRM: The NVIDIA GPU is supported through the NVIDIA 470.xx Legacy drivers"),
    Sign("module-refused", "version magic", r"nvidia: version magic [^!?]{0,120} should be",
         "nvidia: version magic '6.5.0-14 SMP' should be '6.5.0-15 SMP'"),
    Sign("kernel-changed", "kernel", r"\b(?:after|since|following)\b[^.]{0,40}\b(?:upgrad\w*|updat\w*|new|switch\w*"
         r"|boot\w*|moving)\b[^.]{0,40}\bkernel\b(?! module)[^.]{0,20}",
         "no GPU after the upgrade to Linux kernel 6.14"),
    Sign("kernel-changed", "kernel", r"\bkernel (?:update|upgrade|was (?:updated|upgraded)|got "
         r"(?:updated|upgraded))", "CUDA is gone since a kernel update"),
    Sign("nodes-missing", "/dev/nvidia", r"/dev/nvidia(?:0|ctl)?`?'?:? (?:is missing|does not exist|No such "
         r"file|not found|missing)", "ls: cannot access '/dev/nvidia0': No such file or directory"),
    Sign("nodes-denied", "/dev/nvidia", r"/dev/nvidia(?:\d|ctl|-uvm)[^.]{0,40}(?:Permission denied|not permitted)",
         'open("/dev/nvidiactl", O_RDWR) = -1 EACCES /dev/nvidiactl: Permission denied'),
    Sign("nodes-denied", "insufficient permissions", r"NVML: Insufficient Permissions|insufficient permissions",
         "Failed to initialize NVML: Insufficient Permissions"),
    # --- versions differ ---
    Sign("driver-library-mismatch", "library version mismatch", r"driver ?/ ?library version mismatch",
         "Failed to initialize NVML: Driver/library version mismatch"),
    Sign("driver-library-mismatch", "versionmismatch", r"NVMLError_Lib\w*VersionMismatch",
         "pynvml.NVMLError_LibRmVersionMismatch"),
    Sign("driver-library-mismatch", "nvml/rm version mismatch", r"NVML/RM version mismatch",
         "RM has detected an NVML/RM version mismatch."),
    Sign("driver-library-mismatch", "librarymismatch", r"NVMLLibraryMismatchError",
         "pynvml.NVMLLibraryMismatchError: Unversioned function called"),
    Sign("driver-library-mismatch", "librm_version_mismatch", r"NVML_ERROR_LIB_?RM_VERSION_MISMATCH",
         "NVML_ERROR_LIBRM_VERSION_MISMATCH librm_version_mismatch"),
    Sign("driver-library-mismatch", "api mismatch", r"API mismatch: the (?:client|NVIDIA kernel module)[^.]{0,30} "
         r"?(?:has (?:the )?version )?(?P<library>\d[\d.]*)?",
         "NVRM: API mismatch: the client has the version 535.183.01, but NVRM"),
    Sign("driver-library-mismatch", "driver combination", r"unsupported display driver ?/ ?cuda driver combination",
         "Error 803: system has unsupported display driver / cuda driver combination"),
    Sign("driver-library-mismatch", "driver_mismatch", r"CUDA_ERROR_SYSTEM_DRIVER_MISMATCH",
         "CUDA_ERROR_SYSTEM_DRIVER_MISMATCH"),
    Sign("driver-library-mismatch", "driver mismatch", r"system driver mismatch", "system driver mismatch"),
    Sign("driver-library-mismatch", "does not match dso version", r"kernel version (?P<kernel>[\d.]+) does not "
         r"match DSO version (?P<library>[\d.]+)",
         "kernel version 470.57.2 does not match DSO version 470.63.1 -- cannot find working devices"),
    Sign("driver-library-mismatch", "mismatch", r"mismatch (?:between|of) (?:the )?(?:NVIDIA |user "
         r")?(?:driver|librar|kernel module|NVML)\w*[^.]{0,40}(?:librar|kernel|module|driver)",
         "a mismatch between the driver and its library"),
    # --- the driver answers no more ---
    Sign("driver-hangs", "nvidia-smi", rf"nvidia-smi`?(?: command| itself| also| just| then)? {WAIT}",
         "nvidia-smi hangs and cannot be killed"),
    Sign("driver-hangs", "nvidia-smi", r"(?:running|calling|even|timeout (?:for|running|calling)|no answer "
         r"from|stuck in) `?nvidia-smi`?(?: (?:hangs?|hung|freezes|froze|is stuck|gets stuck|never "
         r"(?:returns?|comes? back|ends?|finish\w*|answers?)|takes forever|(?:is |becomes? )unresponsive|blocks "
         r"forever|does(?: not|n't) (?:return|respond|answer)|times? out|timed "
         r"out)|[^.]{0,20}(?:hang|freez|stuck|D state))", "even nvidia-smi freezes"),
    Sign("driver-hangs", "nvidia-smi", r"Command '?\[?'?nvidia-smi[^\]]{0,120}\]?'? timed out after",
         "subprocess.TimeoutExpired: Command '['nvidia-smi', '-L']' timed out after 10 seconds"),
    Sign("driver-hangs", "blocked for more than", r"task (?P<task>(?:nv|nvidia|cuda|python|pt_main|modprobe)[\w:./-"
         r"]{0,30}) blocked for more than \d+ seconds",
         "INFO: task nvidia-smi:4711 blocked for more than 120 seconds."),
    Sign("driver-hangs", "is_available", rf"(?:torch\.cuda\.)?(?:is_available|device_count|init)\(\)`? {WAIT}",
         "torch.cuda.is_available() hangs"),
    Sign("driver-hangs", "cuinit", rf"cuInit(?:\(0\))?`? {WAIT}", "cuInit hangs in an ioctl"),
    Sign("driver-hangs", "nvml", rf"nvml\w*(?:\(\))?`? (?:call |init )?{WAIT}", "nvmlInit hangs"),
    Sign("driver-hangs", "waiting for rpc", r"waiting for RPC[^.]{0,40}GSP",
         "NVRM: Xid (PCI:0000:01:00): 119, Timeout after 6s of waiting for RPC response from GPU0 GSP"),
    Sign("driver-hangs", "xid", r"Xid(?: \(PCI:[\w:.]+\))?:? ?(?:error )?(?P<xid>119|120)\b",
         "NVRM: Xid (PCI:0000:01:00): 119, pid=1234"),
    Sign("driver-hangs", "uninterruptible sleep", r"uninterruptible sleep", "processes in uninterruptible sleep"),
    Sign("driver-hangs", "d state", r"\b(?:in|into|enters?|stuck in) (?:the )?['\"(]?D['\")]? state\b",
         "nvidia-persistenced is in D state"),
    Sign("driver-hangs", "driver", r"\b(?:NVIDIA |GPU |the |CUDA )?driver (?:itself "
         r")?(?:hangs?|hung|freezes|froze|is stuck|gets stuck|never (?:returns?|comes? "
         r"back|ends?|finish\w*|answers?)|takes forever|(?:is |becomes? )unresponsive|blocks forever|does(?: "
         r"not|n't) (?:return|respond|answer)|times? out|timed out)", "the driver hangs after 66 days of uptime"),
    # --- the fabric manager ---
    Sign("system-not-ready", "system not yet initialized", r"system not yet initialized",
         "cuda runtime error (802): system not yet initialized"),
    Sign("system-not-ready", "802", r"\b(?:error|code|CUDA|status|failure|returned|returns|result|failed with)[ "
         r":=(]{1,3}802\b", "cudaGetDeviceCount() failed with error 802"),
    Sign("system-not-ready", "system_not_ready", r"CUDA_ERROR_SYSTEM_NOT_READY", "CUDA_ERROR_SYSTEM_NOT_READY"),
    Sign("system-not-ready", "systemnotready", r"cudaErrorSystemNotReady", "cudaErrorSystemNotReady"),
    Sign("fabric-manager", "fabric manager", r"fabric manager[^.]{0,60}(?:version "
         r"(?P<manager>[\d.]+))?[^.]{0,60}(?:match|fail|not |missing|stopped|inactive|exited|error|mismatch|abort|s"
         r"tart|older|newer)",
         "fabric manager NVIDIA GPU driver interface version 550.54.14 don't match with driver version 550.54.15"),
    Sign("fabric-manager", "fabricmanager", r"(?:nvidia-)?fabric-?manager(?:\.service)?[^.]{0,80}(?:fail|not "
         r"|missing|stopped|inactive|exited|error|mismatch|abort|code=|No such)",
         "nvidia-fabricmanager.service: Failed with result 'exit-code'."),
    Sign("fabric-manager", "nvswitch", r"(?:query|initiali[sz]e|detect|communicat\w+)[^.]{0,30} "
         r"NVSwitch[^.]{0,60}(?:fail|error|not)|NV_WARN_NOTHING_TO_DO|NVSwitch[^.]{0,40}(?:fatal|fail)",
         "request to query NVSwitch device information from NVSwitch driver failed with error"),
    Sign("fabric-manager", "fabric", r"Fabric\b.{0,20}State ?: ?(?:In Progress|Not Started)",
         "Fabric State : In Progress"),
)  # fmt: skip
