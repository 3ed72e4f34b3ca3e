from collections.abc import Iterator

from envdoctor.facts import Message
from envdoctor.findings import INSTALL, Finding, Fix, Risk, Severity, check
from envdoctor.rules.import_errors import Reason
from envdoctor.rules.import_signatures import RUNTIME
from envdoctor.rules.loading import loader_told, reason_of

OTHERWISE = Reason("windows-dll", "A DLL that it needs is missing, or one of another version comes first.", RUNTIME)
NEWER = Fix("Update PyTorch to 2.4.1 or newer.", (INSTALL,), Risk.CHANGES_ENVIRONMENT)
FBGEMM = "fbgemm.dll of PyTorch 2.3.1 and 2.4.0 needs libomp140.x86_64.dll, which PyTorch did not bring until 2.4.1."


@check("LIB059", Severity.ERROR, cause="windows-dll", because_of=("TOR002", "PYT053"))
def dll_told(messages: tuple[Message, ...]) -> Iterator[Finding]:
    """Windows does not load a DLL that PyTorch needs.

    WinError 126 means that the DLL or one that it needs is not there, 127 that one of another version came
    first, 1114 that its start failed. The Visual C++ runtime is missing or old in most cases; torch 2.4.0's
    fbgemm.dll asked for libomp140 of Visual Studio.

    How to mend it: install the current Visual C++ Redistributable (x64); for fbgemm.dll update PyTorch; then
    look for a second copy of the DLL on PATH.

    Source: https://learn.microsoft.com/cpp/windows/latest-supported-vc-redist; https://github.com/pytorch/pytorch/issues/131662.
    """
    one = loader_told(messages, "windows-dll")
    if one is None:
        return
    library = (one.value("library") or "").replace("\\", "/").rpartition("/")[2]
    yield Finding(
        what=f"Windows does not load {library or 'a DLL'}: {one.quote}.",
        why=FBGEMM if library == "fbgemm.dll" else reason_of(one, OTHERWISE).why,
        fix=NEWER if library == "fbgemm.dll" else RUNTIME,
        verify='python -c "import torch; print(torch.__version__)"',
        evidence=one.evidence,
        confidence=one.confidence,
    )
