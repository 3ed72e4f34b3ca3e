"""Signs of machines without an ordinary NVIDIA card: Jetson, Macs, AMD.

Sources: texts in PyTorch's MPS backend, Metal, dyld, ROCm (HIP, rocBLAS, MIOpen, the thunk), JetPack, and the public
issues in which they were explained.
"""

from __future__ import annotations

from envdoctor.intake.signs import Sign

SIGNS: tuple[Sign, ...] = (
    # --- Jetson ---
    Sign("jetson", "jetson", r"\bJetson\b(?: (?:AGX |Orin |Xavier |TX|Nano|Thor)?\w{0,8})?",
         "on a Jetson Orin Nano"),
    Sign("jetson", "jetpack", r"\bJetPack\b(?: ?(?P<jetpack>\d[\d.]*))?", "JetPack 5.1.2"),
    Sign("jetson", "l4t", r"\bL4T\b(?: ?R?(?P<l4t>\d[\d.]*))?", "L4T 35.4.1"),
    Sign("jetson", "tegra", r"\b(?:\d+\.\d+\.\d+-)?tegra\b", "Linux-5.10.120-tegra-aarch64"),
    Sign("jetson", "(nvgpu)", r"(?:Orin|Xavier) \(nvgpu\)", "GPU 0: Orin (nvgpu)"),
    # --- macOS ---
    Sign("mps-unavailable", "mps backend is supported", r"MPS backend is supported on MacOS (?P<wanted>[\d.]+)\+?",
         "RuntimeError: The MPS backend is supported on MacOS 12.3+."),
    Sign("mps-unavailable", "mps", r"MPS[^.]{0,30} is only supported (?:on|in) MacOS ?(?P<wanted>\d[\d.]*)",
         "MPS BFloat16 is only supported on MacOS 14 or newer"),
    Sign("mps-unavailable", "mps", r"\bMPS(?: backend| device| support)?(?: is| was)?:? (?:not "
         r"available|unavailable|not found|not supported|missing|not detected)",
         "MPS not available because the current MacOS version is not 12.3+"),
    Sign("mps-unavailable", "mps", r"MPS (?:built|is_built)\W{1,4}True\W{1,6}(?:MPS )?(?:is_)?available\W{1,4}False",
         "MPS built: True, available: False"),
    Sign("mps-unavailable", "mps", r"mps\.is_available\(\)`?[^.]{0,25}\bFalse\b",
         "torch.backends.mps.is_available() returns False"),
    Sign("mps-unavailable", "mps", r"(?:not linked with support for|Invalid device(?: string)?:? |device "
         r"type:?|Expected one of cpu[^.]{0,120}device string: ?)['\" ]*mps\b",
         "RuntimeError: PyTorch is not linked with support for mps devices"),
    Sign("mps-unavailable", "macos version", r"(?:current )?macOS version is not (?P<wanted>[\d.]+)\+",
         "because the current MacOS version is not 12.3+ and/or you do not have an MPS-enabled device; macos "
         "version"),
    Sign("mps-unavailable", "mtl", r"MTLCreateSystemDefaultDevice[^.]{0,40}(?:nil|null|fail)|MTLCompilerService|MTL"
         r"LibraryErrorDomain|failed to create MTL\w+", "Error: MTLCreateSystemDefaultDevice returned nil"),
    Sign("mac-other-architecture", "incompatible architecture", r"(?:mach-o file, but is an )?incompatible "
         r"architecture \(have ['\"]?(?P<have>\w+)['\"]?, need ['\"]?(?P<need>\w+)",
         "(mach-o file, but is an incompatible architecture (have 'x86_64', need 'arm64'))"),
    Sign("mac-other-architecture", "wrong architecture", r"mach-o, but wrong architecture",
         "mach-o, but wrong architecture"),
    Sign("mac-other-architecture", "bad cpu type", r"Bad CPU type in executable",
         "bash: python: Bad CPU type in executable"),
    Sign("mac-other-architecture", "rosetta", r"\bRosetta(?: ?2)?\b", "Python runs under Rosetta"),
    Sign("mac-too-old", "symbol not found", r"Symbol not found: \S{1,120}[^!]{0,200}Expected in: "
         r"\S{0,60}(?:libSystem|libc\+\+|/System/Library|/usr/lib)",
         "Symbol not found: _ZNSt3__1 Referenced from: libtorch_cpu.dylib Expected in: /usr/lib/libc++.1.dylib"),
    Sign("mac-too-old", "newer than running os", r"built for (?:macOS|Mac OS X) (?P<wanted>[\d.]+) which is newer "
         r"than running OS",
         "(which was built for Mac OS X 11.0) built for macOS 11.0 which is newer than running OS"),
    Sign("mac-fork", "when fork() was called", r"may have been in progress in another thread when fork\(\) was "
         r"called",
         "objc[123]: +[NSPlaceholderString initialize] may have been in progress in another thread when fork() was "
         "called."),
    Sign("mps-unimplemented", "mps", r"not (?:currently )?(?:implemented|supported) (?:for|on) the MPS "
         r"(?:device|backend)|MPS framework doesn'?t support float64",
         "The operator 'aten::_fft_r2c' is not currently implemented for the MPS device."),
    Sign("mps-unavailable", "mps", r"MPS (?:is )?available\?? ?:? ?False", "Is MPS available? False"),
    # --- AMD ---
    Sign("hip-no-code", "invalid device function", r"(?:HIP error|hipError\w*|hip)[^.]{0,40}invalid device function",
         "RuntimeError: HIP error: invalid device function"),
    Sign("hip-no-code", "nobinaryforgpu", r"hipErrorNoBinaryForGpu",
         '"hipErrorNoBinaryForGpu: Unable to find code object for all current devices!"'),
    Sign("hip-no-code", "unable to find code object", r"Unable to find code object for all current devices",
         "Unable to find code object for all current devices!"),
    Sign("hip-no-code", "tensilelibrary", r"Cannot read \S{0,120}TensileLibrary[^!]{0,100}(?:GPU arch ?: "
         r"?(?P<gfx>gfx\w+))?",
         "rocBLAS error: Cannot read /opt/rocm/lib/library/TensileLibrary.dat: No such file or directory for GPU "
         "arch : gfx1103"),
    Sign("hip-no-code", "hip error", r"HIP error:? (?:no kernel image|the operation cannot be performed|shared "
         r"object initialization failed|unspecified launch)",
         "HIP error: no kernel image is available for execution on the device"),
    Sign("hip-no-code", "invalid_isa", r"HSA_STATUS_ERROR_INVALID_(?:ISA|CODE_OBJECT)\w*",
         "HSA_STATUS_ERROR_INVALID_ISA: The instruction set architecture is invalid. hsa_status_error_invalid_isa"),
    Sign("hip-no-code", "gfx", r"(?P<gfx>gfx\d{3,4}[a-z]?)\b[^.]{0,50}(?:not supported|unsupported|not in|no "
         r"code|missing|not among|is not)|(?:unsupported|no kernels? for|not "
         r"support\w*|lacks?|without)[^.]{0,40}gfx\d{3,4}", "gfx1010 is not supported by these wheels"),
    Sign("hip-override", "hsa_override_gfx_version", r"HSA_OVERRIDE_GFX_VERSION(?:\s?=\s?(?P<override>[\d.]+))?",
         "export HSA_OVERRIDE_GFX_VERSION=10.3.0"),
    Sign("kfd-denied", "/dev/kfd", r"/dev/kfd\b[^!]{0,80}(?:denied|not permitted|root root|crw-------|No such|not "
         r"found|missing)|(?:Unable|unable|cannot|failed|permission\w*)[^.]{0,40}/dev/kfd",
         "Unable to open /dev/kfd read-write: Permission denied"),
    Sign("kfd-denied", "group", r"(?:user|not|member|add\w*|missing|lacks|in|usermod)[^.]{0,40}(?:['\"`]?(?:render|"
         r"video)['\"`]?(?: and | or |,)? ?){1,2}groups?\b",
         'root is not member of "render" group, the default DRM access group'),
    Sign("kfd-denied", "rock module is not loaded", r"ROCk module is NOT loaded",
         "ROCk module is NOT loaded, possibly no GPU devices"),
    Sign("hip-no-gpu", "no hip gpus", r"No HIP GPUs are available", "RuntimeError: No HIP GPUs are available"),
    Sign("hip-no-gpu", "hiperrornodevice", r"hipErrorNoDevice", "hipErrorNoDevice"),
    Sign("hip-no-gpu", "hsa", r"HSA_STATUS_ERROR_OUT_OF_RESOURCES|hsa_init (?:failed|call failed)|hsa api call "
         r"failure", "hsa api call failure at: rocminfo.cc"),
    Sign("hip-no-gpu", "amd", r"(?:AMD|Radeon)[^.]{0,60}(?:not (?:seen|found|detected|used|recogni[sz]ed|supported)"
         r"|unsupported|stays? on the CPU)|(?:does(?: not|n't)|cannot|not) "
         r"(?:see|find|detect|use|support)[^.]{0,30}(?:AMD|Radeon)", "the AMD card is not detected"),
    Sign("rocm-library", "lib", r"lib(?:amdhip64|hsa-runtime64|MIOpen|rocblas|hipblas(?:lt)?|hipsparse|rccl|rocm_sm"
         r"i64|hiprtc|rocsolver)\S{0,12}\.so[\w.]*: (?:cannot open|undefined symbol)",
         "OSError: libamdhip64.so.6: cannot open shared object file"),
    Sign("rocm-library", "miopen", r"miopenStatus\w+|MIOpen(?:\(HIP\))?: ?(?:Error|Warning)[^.]{0,60}|MIOpen Error",
         "RuntimeError: miopenStatusUnknownError"),
    Sign("rocm-library", "hipblas", r"HIPBLAS_STATUS_\w+|hipblasLt on an unsupported architecture",
         "HIPBLAS_STATUS_NOT_SUPPORTED"),
    Sign("rocm-library", "memory access fault by gpu", r"Memory access fault by GPU node",
         "Memory access fault by GPU node-1 (Agent handle: 0x55)"),
    Sign("crash", "segmentation fault", r"Segmentation fault(?: ?\(core dumped\))?",
         "Segmentation fault (core dumped)"),
)  # fmt: skip
