"""Imports PyTorch and uses it, telling each step before it is taken."""

import functools
import sys
import traceback  # now: later a file of the user's may hide it
import warnings

import installed
import loaded
import shadows

TYPE_CHECKING = False
if TYPE_CHECKING:  # what starts without torch is spared the import
    from typing import Any, Callable, Dict, List

    Say = Callable[..., None]

TOLERANCE = 1e-2
"""Relative, for a small product in fp32: TF32 keeps 10 bits of mantissa, so 1e-3 is within the rules."""
KEPT = 500


class Told(Exception):  # noqa: N818  # it is no error: that was told
    """A stage failed, and that was told."""


def run(say: "Say", options: "Dict[str, Any]") -> None:
    """Go through the stages as far as they lead."""
    caught = _record_warnings()
    try:
        torch = _stage(say, "import torch", _import)
        say(warnings=caught[:10])
        for name, step in (
            ("describe torch", _describe),
            ("NumPy", _numpy),
            ("compute on the CPU", _cpu),
            ("CUDA init", _init),
        ):
            _stage(say, name, functools.partial(_tell, say, step, torch))
        _devices(say, torch, options)
        _stage(say, "loaded libraries", lambda: say(libraries=loaded.libraries()))
    except Told:
        return
    _companions(say, torch)


def _tell(say: "Say", step: "Callable[[Any], Dict[str, Any]]", torch: "Any") -> None:
    say(**step(torch))


def _record_warnings() -> "List[str]":
    """Collect what is warned. The filters stay: PYTHONWARNINGS=error must break here what it breaks elsewhere."""
    caught = []  # type: List[str]

    def note(message: object, *_rest: object, **_more: object) -> None:
        caught.append(str(message)[:KEPT])

    warnings.showwarning = note
    return caught


def _stage(say: "Say", name: str, step: "Callable[[], Any]") -> "Any":
    """Announce a step and take it. What it raises is told, and ends the run."""
    say(stage=name)
    try:
        return step()
    except BaseException as error:
        failure = {"kind": "exception", "stage": name, "detail": _brief(error), "last_lines": _lines(error)}
        say(failure=failure, shadows=_shadows())
        raise Told from None


def _shadows() -> "List[str]":
    found = []  # type: List[str]
    try:
        found.extend(shadows.taken(shadows.look()))
    except Exception:  # an import that failed may leave anything behind
        found.clear()
    return found


def _brief(error: BaseException) -> str:
    try:
        text = str(error)
    except Exception:  # an error whose own text cannot be made
        text = "(no message)"
    return ("%s: %s" % (type(error).__name__, text[:KEPT])).rstrip(": ")


def _lines(error: BaseException) -> "List[str]":
    try:
        text = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    except Exception:
        return []
    return [line[:KEPT] for line in text.splitlines() if line.strip()][-12:]


def _import() -> "Any":
    import torch

    return torch


def _describe(torch: "Any") -> "Dict[str, Any]":
    return {
        "torch_version": str(getattr(torch, "__version__", "")) or None,
        "torch_file": getattr(torch, "__file__", None),
        "torch_cuda": getattr(torch.version, "cuda", None),
        "torch_hip": getattr(torch.version, "hip", None),
        "arch_list": _arch_list(torch),
        "cudnn": _cudnn(torch),
        "mps": _mps(torch),
        "threads": torch.get_num_threads(),
    }


def _arch_list(torch: "Any") -> "Any":
    # torch.cuda.get_arch_list() is empty without a GPU; the build's own flags are there always.
    flags = getattr(torch._C, "_cuda_getArchFlags", None)  # noqa: SLF001  # it has no public name
    if flags is None:
        return None
    text = flags()
    return text.split() if text else []


def _cudnn(torch: "Any") -> "Any":
    if getattr(torch.version, "cuda", None) is None:
        return None
    number = torch.backends.cudnn.version()
    return None if number is None else str(number)


def _mps(torch: "Any") -> "Any":
    mps = getattr(torch.backends, "mps", None)
    return bool(mps.is_available()) if mps is not None and sys.platform == "darwin" else None


def _numpy(torch: "Any") -> "Dict[str, Any]":
    if installed.find("numpy") is None:
        return {"numpy_works": None}
    try:
        torch.zeros(1).numpy()
    except Exception as error:
        return {"numpy_works": False, "numpy_error": _brief(error)}
    return {"numpy_works": True}


def _cpu(torch: "Any") -> "Dict[str, Any]":
    ones = torch.ones(8, 8)
    product = float((ones @ ones).sum())
    if not abs(product - 512.0) <= 0.5:  # noqa: PLR2004  # not ">": what is no number is not 512 either
        raise ArithmeticError("an 8x8 product of ones sums to %r instead of 512" % product)
    return {"cpu_computes": True}


def _init(torch: "Any") -> "Dict[str, Any]":
    available = bool(torch.cuda.is_available())
    facts = {"available": available, "device_count": int(torch.cuda.device_count())}  # type: Dict[str, Any]
    if not available and (torch.version.cuda or getattr(torch.version, "hip", None)):
        try:
            torch.cuda.init()
        except Exception as error:
            facts["init_error"] = _brief(error)
    return facts


def _devices(say: "Say", torch: "Any", options: "Dict[str, Any]") -> None:
    devices = []  # type: List[Dict[str, Any]]
    for index in range(torch.cuda.device_count() if torch.cuda.is_available() else 0):
        device = _stage(say, "device %d" % index, lambda: _device(torch, index))  # noqa: B023  # called at once
        if options.get("gpu_test", True):
            device.update(_stage(say, "compute on device %d" % index, lambda: _proof(torch, index)))  # noqa: B023
        devices.append(device)
        say(devices=devices)


def _device(torch: "Any", index: int) -> "Dict[str, Any]":
    properties = torch.cuda.get_device_properties(index)
    return {
        "index": index,
        "name": properties.name,
        "compute_capability": "%d.%d" % (properties.major, properties.minor),
        "memory_total_bytes": int(properties.total_memory),
    }


def _proof(torch: "Any", index: int) -> "Dict[str, Any]":
    """Run a product and a convolution on the device and compare them with the CPU's."""
    try:
        torch.manual_seed(0)
        left, image, kernel = torch.randn(64, 64), torch.randn(2, 3, 16, 16), torch.randn(4, 3, 3, 3)
        there = [tensor.to("cuda:%d" % index) for tensor in (left, image, kernel)]
        pairs = (
            ("product", left @ left, there[0] @ there[0]),
            ("convolution", torch.conv2d(image, kernel), torch.conv2d(there[1], there[2])),
        )
        for name, here, got in pairs:
            distance = float((got.cpu() - here).abs().max() / here.abs().max())
            if not distance <= TOLERANCE:
                return {"computes": False, "error": "%s differs from the CPU's by %.2g" % (name, distance)}
    except Exception as error:
        return {"computes": False, "error": _brief(error)}
    return {"computes": True}


def _companions(say: "Say", torch: "Any") -> None:
    """Load the compiled part of torchvision and torchaudio, and only that: the full import costs seconds."""
    for name in ("torchvision", "torchaudio"):
        path = installed.find(name)
        extension = path and installed.extension_of(path)
        if not extension:
            removed = path and installed.removed_extension(name, path)
            if removed:
                say(**{name + "_load_error": "%s is not there, and was installed" % removed})
            continue
        say(stage=name)
        try:
            torch.ops.load_library(extension)
        except BaseException as error:
            # PyTorch wraps the loader's words, and those name the symbol or the library.
            said = [_brief(reason) for reason in (error, error.__cause__) if reason is not None]
            say(**{name + "_load_error": "; ".join(said)})
        else:
            say(**{name + "_load_error": None})
