import re
from collections.abc import Iterator

from envdoctor.facts import Host, SearchPath
from envdoctor.findings import Finding, Fix, Severity, check

LIBRARIES = re.compile(r"/(lib|lib64|lib32|stubs)/?$")


@check("ENV003", Severity.WARNING, cause="env-variable")
def libraries_on_path(search_paths: tuple[SearchPath, ...], host: Host) -> Iterator[Finding]:
    """Folders of CUDA libraries stand on PATH, where programs are looked for.

    `PATH` is for programs, `LD_LIBRARY_PATH` for libraries. A line such as
    `PATH=$PATH:$LD_LIBRARY_PATH:$CUDA_HOME` mixes them: it helps nothing, and shows that the line meant to
    put nvcc on PATH does something else; at the end of PATH another nvcc wins.

    How to mend it: put the toolkit's `bin` first on PATH, and nothing else of it.

    Source: https://docs.nvidia.com/cuda/cuda-installation-guide-linux/ (environment setup).
    """
    if host.os == "windows":
        return  # PATH is where Windows looks for DLLs
    elsewhere = {path.entry.rstrip("/") for path in search_paths if path.variable == "LD_LIBRARY_PATH" and path.entry}
    found = {
        f"search_paths.{place}.entry": path.entry
        for place, path in enumerate(search_paths)
        if path.variable == "PATH" and _is_library_folder(path, elsewhere)
    }
    if not found:
        return
    yield Finding(
        what=f"PATH holds {len(found)} library folder{'s' if len(found) > 1 else ''}: {', '.join(found.values())}.",
        why="Programs are looked for on PATH and libraries are not, so these entries do nothing of what was meant.",
        fix=Fix(
            "Take them out of PATH where it is set (~/.bashrc), and put the toolkit's bin first.",
            ('export PATH="/usr/local/cuda/bin:$PATH"',)
            if any("/usr/local/cuda" in entry for entry in found.values())
            else (),
        ),
        evidence=dict(found),
    )


def _is_library_folder(path: SearchPath, elsewhere: set[str]) -> bool:
    entry = path.entry.rstrip("/")
    # WSL puts /usr/lib/wsl/lib on PATH itself: nvidia-smi lies there.
    if not LIBRARIES.search(entry) or entry.endswith("/wsl/lib"):
        return False
    return "cuda" in entry.lower() or entry in elsewhere
