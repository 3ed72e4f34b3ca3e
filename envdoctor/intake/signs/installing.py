"""Signs of an installation that is refused or gives another build than was wanted.

Sources: the texts in the sources of pip, conda, mamba, uv and Poetry, and the public issues in which they were
explained.
"""

from __future__ import annotations

from envdoctor.intake.signs import Sign

PACKAGE = r"torch(?:vision|audio|text)?"
GPU_PACKAGE = r"(?:torch(?:vision|audio|text|data)?|pytorch|xformers|triton|flash[-_]attn|nvidia-[\w-]+|tensorflow)"

SIGNS: tuple[Sign, ...] = (
    Sign("no-version-fits", "could not find a version",
         rf"Could not find a version that satisfies the requirement (?P<package>{PACKAGE}|triton|"
         rf"xformers)(?!\w)(?P<wanted>[^( ]{{0,40}}(?: ?[<>=!~,][^( ]{{0,30}}){{0,3}}) ?"
         r"(?:\(from (?!versions)[^()]{1,60}\) ?)?(?:\(from versions: (?P<offered>[^)]{0,400})\)?)?",
         "ERROR: Could not find a version that satisfies the requirement torch==1.13.1 (from versions: 2.0.0, 2.0.1)"),
    Sign("no-version-fits", "no matching distribution",
         rf"No matching distribution found for (?P<package>{PACKAGE}|"
         r"triton|xformers)(?!\w)(?P<wanted>[^( ]{0,40})",
         "ERROR: No matching distribution found for torch==1.9.1+cu111"),
    Sign("no-version-fits", "in the package registry",
         rf"Because (?:there (?:is|are) )?no versions? (?:of )?(?P<package>{PACKAGE})(?P<wanted>[^ ]{{0,40}}) (?:was|"
         rf"were) found in the package registry|(?P<package_>{PACKAGE})"
         r"(?:[<>=~!][^ ]{0,40})? was not found in the package registry",
         "Because torch was not found in the package registry and you require torch, requirements are unsatisfiable"),
    Sign("no-version-fits", "there is no version of",
         rf"there is no version of (?P<package>{PACKAGE})"
         r"(?P<wanted>(?:\[\w+\])?[=<>~!]{1,2}[\w.+*]{1,30})",
         "Because there is no version of torch==2.9.9 and you require torch==2.9.9, your requirements are "
         "unsatisfiable."),
    Sign("package-not-offered", "could not find a version",
         r"Could not find a version that satisfies the requirement (?P<package>[\w.-]{2,60})",
         "ERROR: Could not find a version that satisfies the requirement nvidia-nccl-cu12==2.18.1"),
    Sign("package-not-offered", "no matching distribution",
         r"No matching distribution found for (?P<package>[\w.-]{2,60})",
         "ERROR: No matching distribution found for mkl-fft==1.3.1"),
    Sign("package-not-offered", "couldn't install torch", r"Couldn't install torch",
         "RuntimeError: Couldn't install torch. Error code: 1"),
    Sign("no-wheel-for-tag", "no wheels are available",
         r"(?P<package>torch\w*)(?P<wanted>[=<>~!]{0,2}[\w.+*]{0,30}) is unusable because no wheels are available "
         r"with a matching (?P<tag>Python version|Python ABI|Python implementation|platform)",
         "Because torch==2.1.1 is unusable because no wheels are available with a matching platform"),
    Sign("no-wheel-for-tag", "no wheels with a matching",
         rf"(?P<package>{PACKAGE})(?P<wanted>[=<>~!]{{0,2}}[\w.+*]"
         r"{0,30}) has no wheels with a matching (?P<tag>Python version|Python ABI|Python implementation|"
         r"platform)[^.]{0,80}", "Because torch==1.13.1 has no wheels with a matching Python ABI tag (e.g., `cp312`)"),
    Sign("no-wheel-for-tag", "doesn't have a source distribution or wheel",
         rf"[Dd]istribution `?(?P<package>{PACKAGE})"
         r"(?P<wanted>[=@ ]{0,4}[\w.+]{0,30})[^`]{0,80}`? can't be installed because it doesn't have a source "
         r"distribution or wheel for the current platform",
         "error: Distribution `torch==2.6.0 @ registry+https://download.pytorch.org/whl/cu124` can't be installed "
         "because it doesn't have a source distribution or wheel for the current platform"),
    Sign("no-wheel-for-tag", "unable to find installation candidates",
         rf"Unable to find installation candidates for (?P<package>{GPU_PACKAGE}) \((?P<wanted>[\w.+]+)\)",
         "Unable to find installation candidates for torch (2.0.1+cu118)"),
    Sign("wheel-not-supported", "not a supported wheel",
         r"(?P<wheel>[\w.+~%-]{1,150}\.whl) is not a supported wheel on this platform",
         "ERROR: torch-1.8.1+cu111-cp38-cp38-linux_x86_64.whl is not a supported wheel on this platform."),
    Sign("requires-other-python", "requires-python",
         r"(?:Ignored the following versions that require a different python version|Requires-Python) ?:? "
         r"?(?P<wanted>[<>=!~][^ ;']{1,20}(?:,[<>=!~][^ ;']{1,12})?)?",
         "ERROR: Ignored the following versions that require a different python version: 1.6.2 Requires-Python "
         ">=3.7,<3.10"),
    Sign("package-wants-other-python", "requires a different python",
         r"Package '(?P<package>[\w.-]{1,60})' requires a different Python: (?P<python>[\d.]+) not in "
         r"'(?P<wanted>[^']{1,40})'",
         "ERROR: Package 'torchx' requires a different Python: 3.12.1 not in '<3.12,>=3.8'"),
    Sign("pip-running", "install",
         r"pip3? install\b|\bCould not install packages\b|\binstall(?:ing|s|ed)? (?:Py)?torch\b", "pip install torch"),
    Sign("pip-running", "collecting", r"\bCollecting torch\b", "Collecting torch"),
    Sign("environment-managed", "externally-managed-environment", r"(?:error: )?externally-managed-environment",
         "error: externally-managed-environment x This environment is externally managed"),
    Sign("environment-managed", "pep 668", r"\bPEP 668\b", "See PEP 668 for the detailed specification."),
    Sign("environment-managed", "externally managed", r"\bexternally managed\b", "the Python is externally managed"),
    Sign("environment-managed", "externally managed", r"environment (?:at \S{1,100} )?is externally managed",
         "error: The interpreter at /usr is externally managed; This environment is externally managed"),
    Sign("environment-managed", "no virtual environment found",
         r"No virtual environment found(?: for[^;]{1,60})?; run `uv venv`",
         "error: No virtual environment found; run `uv venv` to create an environment"),
    Sign("solver-fails", "unsatisfiableerror",
         r"UnsatisfiableError:(?: The following specifications were found to be incompatible)?",
         "UnsatisfiableError: The following specifications were found to be incompatible with each other"),
    Sign("solver-fails", "resolvepackagenotfound", r"ResolvePackageNotFound:[ -]{0,4}(?P<package>[\w.=-]{0,80})",
         "ResolvePackageNotFound: - cudatoolkit=11.3"),
    Sign("solver-fails", "packagesnotfounderror",
         r"PackagesNotFoundError: The following packages are (?:not available|missing)[^:]{0,60}:?[ "
         r"-]{0,4}(?P<package>[\w.=-]{0,80})",
         "PackagesNotFoundError: The following packages are not available from current channels: - pytorch-cuda=12.4"),
    Sign("solver-fails", "libmambaunsatisfiableerror", r"LibMambaUnsatisfiableError: [^.!]{0,100}",
         "LibMambaUnsatisfiableError: Encountered problems while solving: - nothing provides cuda-cudart"),
    Sign("solver-fails", "could not solve for environment", r"Could not solve for environment specs[^!]{0,60}",
         "error    libmamba Could not solve for environment specs"),
    Sign("solver-fails", "solving environment: failed",
         r"Solving environment: failed(?! with initial| with repodata| with current)",
         "Solving environment: failed PackagesNotFoundError"),
    Sign("solver-fails", "solving environment",
         r"[Ss]olving environment\b[^.]{0,40}\b(?:hangs?|stuck|never|forever|for hours|takes)\b|\b(?:hangs?|stuck|"
         r"never ends|never finishes)\b[^.]{0,30}[Ss]olving environment", "conda hangs at solving environment"),
    Sign("solver-fails", "found conflicts", r"Found conflicts! Looking for incompatible packages",
         "Found conflicts! Looking for incompatible packages. This can take several minutes."),
    Sign("solver-fails", "invalid version spec", r"Invalid ?version ?spec(?:Error)?:? ?[^ ]{0,30}|InvalidVersionSpec",
         "InvalidVersionSpecError: Invalid version spec: =2.7"),
    Sign("solver-fails", "resolutionimpossible", r"ResolutionImpossible",
         "ERROR: ResolutionImpossible: for help visit"),
    Sign("solver-fails", "conflicting dependencies",
         r"(?:Cannot install [^!]{1,160}? because these package versions have )?conflicting dependencies",
         "ERROR: Cannot install torch==2.0.0 and torchvision==0.14.0 because these package versions have conflicting "
         "dependencies."),
    Sign("solver-fails", "no solution found when resolving",
         r"No solution found when resolving (?:dependencies|tool dependencies)?[^.!]{0,160}",
         "x No solution found when resolving dependencies: -> Because torch==2.1.0"),
    Sign("solver-fails", "version solving failed",
         r"(?:SolverProblemError|So, because)[^!]{0,300}?version solving failed",
         "SolverProblemError Because no versions of torch match, version solving failed."),
    Sign("download-fails", "certificate_verify_failed",
         r"\b(?:pip|conda|mamba|uv|poetry)\b[^!]{0,200}?CERTIFICATE_VERIFY_FAILED",
         "pip install torch fails: [SSL: CERTIFICATE_VERIFY_FAILED]"),
    Sign("download-fails", "do not match the hashes", r"THESE PACKAGES DO NOT MATCH THE HASHES",
         "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE."),
    Sign("download-fails", "invalidarchiveerror", r"InvalidArchiveError|CondaVerificationError",
         "InvalidArchiveError('Error with archive pytorch-2.0.1.tar.bz2')"),
    Sign("download-fails", "condaverificationerror", r"CondaVerificationError",
         "CondaVerificationError: The package for pytorch located at /opt/pkgs appears to be corrupted."),
    Sign("download-fails", "appears to be corrupted",
         r"The package for (?P<package>[\w-]+) located at \S{1,200} appears to be corrupted",
         "The package for pytorch located at /opt/conda/pkgs/pytorch appears to be corrupted."),
    Sign("download-fails", "pip._vendor",
         r"pip\._vendor\.urllib3\.exceptions\.(?:ReadTimeoutError|ProtocolError|MaxRetryError|SSLError|"
         r"IncompleteRead)", "pip._vendor.urllib3.exceptions.ReadTimeoutError: HTTPSConnectionPool: Read timed out."),
    Sign("download-fails", "could not be queried", r"An index URL \(\S{1,120}\) could not be queried",
         "hint: An index URL (https://download.pytorch.org/whl/cu118) could not be queried due to a lack of valid "
         "authentication"),
    Sign("download-fails", "killed",
         r"(?:Collecting torch|pip3? install torch|Downloading torch)[^!]{0,250}?\bKilled\b",
         "Collecting torch Downloading torch-2.0.1 (619.9 MB) Killed"),
    Sign("download-fails", "winerror 206", r"\[WinError 206\]",
         "FileNotFoundError: [WinError 206] The filename or extension is too long"),
    Sign("download-fails", "hash mismatch", r"Hash mismatch for `[^`]{1,80}`", "Hash mismatch for `torch==2.4.0`"),
    Sign("download-fails", "condahttperror", r"CondaHTTPError: HTTP (?P<status>\S{1,5})|CondaHTTPError",
         "CondaHTTPError: HTTP 000 CONNECTION FAILED for url"),
    Sign("download-fails", "condasslerror", r"CondaSSLError", "CondaSSLError: Encountered an SSL error."),
    Sign("download-fails", "checksummismatcherror", r"ChecksumMismatchError",
         "ChecksumMismatchError: Conda detected a mismatch between the expected content and downloaded content"),
    Sign("download-fails", "connection broken by",
         r"Retrying \(Retry\(total=\d[^)]{0,80}\)\) after connection broken by ['\"]\w+",
         "WARNING: Retrying (Retry(total=4, connect=None)) after connection broken by 'ReadTimeoutError"),
    Sign("download-fails", "could not fetch url", r"Could not fetch URL \S{1,120}: (?:There was a problem|connection)",
         "Could not fetch URL https://download.pytorch.org/whl/cu118/torch/: There was a problem confirming the ssl"),
    Sign("download-fails", "http error", r"HTTP error \d{3} while getting \S{1,150}",
         "ERROR: HTTP error 403 while getting https://download.pytorch.org/whl/cu124/torch-2.6.0.whl"),
    Sign("download-fails", "failed to fetch",
         r"Failed to (?:fetch|download)[: ]{1,2}`[^`]{1,150}(?:torch|nvidia|cuda|whl)[^`]{0,100}`",
         "error: Failed to fetch: `https://download.pytorch.org/whl/cu128/torch/`"),
    Sign("download-fails", "failed to download", r"Failed to download `(?:torch|nvidia|triton)[^`]{0,100}`",
         "x Failed to download `nvidia-cudnn-cu12==9.1.0.70`"),
    Sign("download-fails", "download.pytorch.org", r"HTTPSConnectionPool\(host='download\.pytorch\.org'",
         "HTTPSConnectionPool(host='download.pytorch.org', port=443): Read timed out."),
    Sign("download-fails", "memoryerror", r"(?:pip/_vendor|pip install|cachecontrol)[^!]{0,280}?MemoryError",
         "File pip/_vendor/cachecontrol/serialize.py MemoryError"),
    Sign("build-hides-torch", "no module named",
         r"(?:Getting requirements to build (?:wheel|editable)|get_requires_for_build_wheel|"
         r"prepare_metadata_for_build_wheel|python setup\.py egg_info|build_editable|build_wheel|build-env|"
         r"metadata-generation-failed)[^!]{0,300}?No module named ['\"]torch['\"]",
         "Getting requirements to build wheel did not run successfully. ModuleNotFoundError: No module named 'torch'"),
    Sign("build-hides-torch", "no module named",
         r"(?:Getting requirements to build (?:wheel|editable)|get_requires_for_build_wheel|python setup\.py "
         r"egg_info|metadata-generation-failed|in <module> from setuptools|setup\.py)[^!]{0,250}?No module named "
         r"['\"](?:packaging|wheel|setuptools|pkg_resources|psutil|numpy|Cython)['\"]",
         "python setup.py egg_info did not run successfully. ModuleNotFoundError: No module named 'packaging'"),
    Sign("build-hides-torch", "build dependency",
         r"depends on `?torch`?,? but doesn't declare it as a build dependency",
         "hint: This error likely indicates that `flash-attn` depends on `torch`, but doesn't declare it as a build "
         "dependency."),
    Sign("metadata-fails", "metadata-generation-failed", r"metadata-generation-failed",
         "error: metadata-generation-failed x Encountered error while generating package metadata."),
    Sign("pypi-placeholder", "tried to install", r"You tried to install [\"'“]?pytorch[\"'”]?",
         'Exception: You tried to install "pytorch". The package named for PyTorch is "torch"'),
    Sign("long-paths", "long path support", r"Windows Long Path support enabled",
         "HINT: This error might have occurred since this system does not have Windows Long Path support enabled."),
    # --- the CPU build ---
    Sign("not-compiled-with-cuda", "not compiled with cuda",
         r"(?:Torch|PyTorch) (?:was |is )?not compiled with CUDA(?: enabled)?",
         "AssertionError: Torch not compiled with CUDA enabled"),
    Sign("not-compiled-with-cuda", "aten_cuda", r"Cannot initialize CUDA without ATen_cuda library",
         "RuntimeError: Cannot initialize CUDA without ATen_cuda library."),
    Sign("not-compiled-with-cuda", "support for cuda devices", r"PyTorch is not linked with support for cuda devices",
         "RuntimeError: PyTorch is not linked with support for cuda devices"),
    Sign("not-compiled-with-cuda", "module 'torch._c'",
         r"module 'torch\._C' has no attribute '_?(?:cuda_\w+|cudart|Cuda\w+)'",
         "AttributeError: module 'torch._C' has no attribute '_cuda_setDevice'"),
    Sign("not-compiled-with-cuda", "built with cuda",
         r"(?:Py)?Torch (?:is |was |has )?(?:not |n't )(?:been )?built with CUDA",
         "RuntimeError: PyTorch was not built with CUDA support"),
    Sign("cpu-build-listed", "torch.version.cuda",
         r"torch\.version\.cuda\)?`? ?(?:is|=+>?|returns?|gives?|:|->|prints?)? ?`?None\b",
         "torch.version.cuda is None"),
    Sign("cpu-build-named", "cpu",
         r"\bCPU(?:[ -]only)?[ -](?:builds?|wheels?|variant|package|(?:py)?torch)\b|\bCPU(?:[ -]only)?[ -]version of "
         r"(?:Py)?torch", "a CPU-only build of PyTorch"),
    Sign("cpu-build-named", "cpuonly", r"\bcpuonly\b(?! \d)", "cpuonly obtained"),
    Sign("cpu-build-listed", "+cpu",
         r"\b(?P<package>torch|pytorch|PyTorch version|pytorch_version)['\"]?[ "
         r":=('\"]{1,12}(?P<version>\d+\.\d+(?:\.\d+)?[\w.]{0,20})\+cpu", "PyTorch version: 2.3.1+cpu"),
    Sign("conda-cpu-build", "cpu",
         r"\bpytorch[ =-]{1,40}(?:version )?(?P<version>\d+\.\d+(?:\.\d+)?)[ =(-]{1,20}\S{0,20}?cpu_?\w{0,40}\)?",
         "pytorch 1.4.0 py3.7_cpu_0 pytorch"),
    Sign("conda-cpu-build", "cpuonly", r"\bcpuonly [ ]{0,20}(?P<version>\d[\w.]*)", "[conda] cpuonly 2.0 0 pytorch"),
    Sign("conda-cpu-build", "pytorch-mutex", r"pytorch-mutex [ ]{0,20}[\d.]+ [ ]{0,20}cpu",
         "pytorch-mutex 1.0 cpu pytorch"),
    Sign("cpu-build-got", "cpu",
         r"\b(?:gives?|gave|installs?|installed|installing|obtained|obtains?|provides?|provided|selects?|selected|"
         r"prefers?|preferred|turn(?:s|ed) (?:in)?to|falls? back to|defaults? to|got|gets?|picks?|picked|pulls?|"
         r"pulled|chooses|chose|downloads?|downloaded|resolves? to|resolved to|ends? (?:up )?with|ended (?:up )?with|"
         r"is|replaced (?:it )?with|has|have)\b[^.:;]{0,40}?\bCPU(?:[ -]only)?[ -](?:version|build|variant|wheels?|"
         r"torch|pytorch|package|only)", "conda installs the CPU version of PyTorch"),
    Sign("cpu-build-got", "without cuda", r"\b(?:installs?|installed|gives?|gave|got)\b[^.:;]{0,40}?\bwithout CUDA\b",
         "conda installed PyTorch without CUDA support"),
    Sign("cpu-build-got", "+cpu",
         r"\b(?:gives?|gave|installs?|installed|got|gets?|picks?|pulls?|resolves? to|resolved to|locks?|locked|"
         r"replaced)\b[^:;]{0,40}?\d\+cpu\b", "pip installed torch 2.4.1+cpu"),
    Sign("cpu-index", "cpu", r"whl/cpu\b|\bcpu index\b",
         "pip install torch --index-url https://download.pytorch.org/whl/cpu"),
    Sign("mirror-used", "mirror", r"\bmirrors?\b[^ ]{0,60}", "pip config set global.index-url, a mirror of PyPI"),
    Sign("cuda-missed", "gpu",
         r"\b(?:no|without|missing) GPU (?:acceleration|support|usage)\b|\bGPUs?\b[^.:]{0,30}\b(?:not|never|cannot "
         r"be|isn't|n't) (?:be(?:ing)? |get )?(?:used|found|detected|recogni[sz]ed|available|seen|visible)\b|(?:does "
         r"not|doesn't|do not|cannot|can't|won't) (?:use|find|see|detect|recogni[sz]e) (?:the |my |any |a )?GPU",
         "the GPU is not used"),
    Sign("cuda-missed", "cuda",
         r"\bmissing CUDA\b|\bCUDA\b[^.:]{0,20}\b(?:not|never|isn't|n't) (?:be(?:ing)? )?(?:used|found|detected|"
         r"enabled|seen|working)\b", "CUDA is not detected"),
    Sign("cuda-not-seen", "not able to use gpu", r"Torch is not able to use GPU",
         "RuntimeError: Torch is not able to use GPU; add --skip-torch-cuda-test to COMMANDLINE_ARGS variable to "
         "disable this check"),
    Sign("cuda-not-seen", "cuda",
         r"(?:torch\.cuda\.)?is_available\(\)`?[^.]{0,25}?\bFalse\b|CUDA (?:is |being |reported (?:as "
         r")?)?(?:unavailable|not available|not found)|(?:runs?|trains?|running|training|works?) (?:only )?on (?:the "
         r")?CPU(?: only)?\b|cuda_available['\": =]{1,4}False|does(?: not|n't) (?:use|see|find|detect) (?:the |my |"
         r"any )?(?:GPU|CUDA)", "torch.cuda.is_available() returns False"),
)  # fmt: skip
