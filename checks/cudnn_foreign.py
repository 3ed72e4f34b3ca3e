import re
from collections.abc import Iterator

from envdoctor.compat import number
from envdoctor.facts import Python, SearchPath, Torch, TorchRun, Unknown
from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.rules.owners import foreign_to, take_out

LAST_WITH_CUDNN_INSIDE = (2, 1)
"""Builds of PyTorch's own index bring cuDNN in torch/lib up to here; newer ones require its wheel."""

SONAME = re.compile(r"\.so\.(\d+(?:\.\d+)*)$")


@check("LIB004", Severity.WARNING, cause="cudnn-mismatch")
def cudnn_foreign(
    *,
    torch: Torch | None,
    torch_run: TorchRun | None,
    python: Python | None,
    packages: dict[str, str],
    environment: dict[str, str],
    search_paths: tuple[SearchPath, ...] | Unknown,
) -> Iterator[Finding]:
    """PyTorch loads another cuDNN than the one that was installed with it.

    Wheels bring their own cuDNN. A folder on `LD_LIBRARY_PATH` comes before it, so the system's copy is
    loaded, whole or, worse, in part: "cuDNN version incompatibility", CUDNN_STATUS_NOT_INITIALIZED,
    or silent slowness. Parts of two releases of cuDNN do not work together, wherever they come from.

    How to mend it: take the folder out of `LD_LIBRARY_PATH`; PyTorch needs no cuDNN of the system.

    Source: https://github.com/pytorch/pytorch/issues/78489; the paths that are mapped into the process.
    """
    if torch is None or torch_run is None or torch.build != "cuda":
        return
    own, library_path = _own(torch, packages), environment.get("LD_LIBRARY_PATH")
    loaded = {name: path for name, path in torch_run.libraries.items() if name.startswith("libcudnn")}
    others = foreign_to(torch, torch_run, python, environment)
    foreign = {name: path for name, path in loaded.items() if name in others}
    if not foreign or own is None:
        yield from _mixed(loaded)
        return
    name, path = next(iter(foreign.items()))
    fails = any("CUDNN" in (device.error or "").upper() for device in torch_run.devices)
    yield Finding(
        what=f"PyTorch loads {'a part of ' if len(foreign) < len(loaded) else ''}its cuDNN from {path}, not {own}.",
        why="Another copy comes before the one that PyTorch was built and tested with"
        + (", and what needs cuDNN fails." if fails else "."),
        fix=take_out(name, path, library_path, search_paths),
        severity=Severity.ERROR if fails else Severity.WARNING,
        evidence={f"torch_run.libraries.{name}": path for name, path in foreign.items()}
        | ({"environment.LD_LIBRARY_PATH": library_path} if library_path else {}),
    )


def _mixed(loaded: dict[str, str]) -> Iterator[Finding]:
    """Compare the releases that the names of the loaded parts tell: libcudnn.so.9.1.0 beside libcudnn_ops.so.9.23.0."""
    versions = {name: found[1] for name, path in loaded.items() if (found := SONAME.search(path))}
    for name, version in versions.items():
        first, told = next(iter(versions.items()))
        # A wheel's names tell the major alone: what is compared is what both tell.
        if any(one != other for one, other in zip(told.split("."), version.split("."), strict=False)):
            yield Finding(
                what=f"Parts of different releases of cuDNN are loaded: {loaded[first]} and {loaded[name]}.",
                why="The parts of cuDNN ask each other for their release and refuse to work together.",
                fix=Fix("Leave one cuDNN: remove the other package, or the folder on LD_LIBRARY_PATH that has it."),
                evidence={f"torch_run.libraries.{part}": loaded[part] for part in (first, name)},
            )
            return


def _own(torch: Torch, packages: dict[str, str]) -> str | None:
    """Name the copy that this build brings, or None: it brings none (conda, distributions, NVIDIA's containers)."""
    wheel = next((name for name in packages if name.startswith("nvidia-cudnn-cu")), None)
    if wheel is not None:
        return f"from its own {wheel} {packages[wheel]}"
    version = torch.version if isinstance(torch.version, str) else ""
    inside = re.search(r"\+cu\d{3}$", version) and number(version)[:2] <= LAST_WITH_CUDNN_INSIDE
    return "the copy in its own folder torch/lib" if inside else None
