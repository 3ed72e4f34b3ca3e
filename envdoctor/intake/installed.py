"""Python, PyTorch and its companions, of what was said."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from envdoctor.facts import NOT_ASKED, Companion, Fact, Host, Python, Torch, TorchRun, Unknown
from envdoctor.intake.claims import Claims

NOT_SAID = Unknown("the text does not say")


def unsaid(kind: type[Fact]) -> dict[str, Any]:
    """Return a group's facts that nobody asks for by default: the text does not say them."""
    return {field.name: NOT_SAID for field in msgspec.structs.fields(kind) if field.default == NOT_ASKED}


def python(claims: Claims) -> Python | Unknown:
    version = claims.get("python.version")
    if not version:
        return NOT_SAID
    return Python(**{**unsaid(Python), "executable": "python", "version": version})


def torch(claims: Claims, host: Host | Unknown) -> Torch | None | Unknown:
    if claims.has("torch.version") and claims.get("torch.version") is None:
        return None
    listed = claims.get("torch.pip") or claims.get("torch.conda")
    version = claims.get("torch.version") or listed
    variant: str = claims.get("torch.variant", "")
    if not version and not variant and not claims.has("torch.cuda"):
        return NOT_SAID
    cuda, hip = _build(claims, version or "", variant, host)
    return Torch(
        version=version or NOT_SAID,
        cuda=cuda,
        hip=hip,
        xpu=NOT_SAID if not version or "+xpu" not in version else "xpu",
        path=NOT_SAID,
        metadata_version=listed or NOT_SAID,
        metadata_folder=NOT_SAID,
        installer=NOT_SAID,
        has_libtorch_cuda=NOT_SAID,
    )


def _build(claims: Claims, version: str, variant: str, host: Host | Unknown) -> tuple[Any, Any]:
    """Return (cuda, hip) of the build: as PyTorch says, else by the suffix of its version, else by conda's build."""
    local = version.partition("+")[2]
    hip = claims.get("torch.hip")
    if hip or local.startswith("rocm") or variant == "rocm":
        return None, hip or local.removeprefix("rocm") or "rocm"
    suffix = re.match(r"cu(\d{2,3})", local)
    if claims.has("torch.cuda") and (claims.get("torch.cuda") or not suffix):
        return claims.get("torch.cuda"), None
    if suffix:
        return f"{suffix[1][:-1]}.{suffix[1][-1]}", None
    if variant[:1].isdigit():
        return variant, None
    is_cpu = local.startswith("cpu") or variant == "cpu" or (isinstance(host, Host) and host.os == "darwin")
    return (None, None) if is_cpu else (NOT_SAID, NOT_SAID)


def torch_run(claims: Claims) -> TorchRun | Unknown:
    said = claims.under("torch_run")
    if not said:
        return NOT_SAID
    return TorchRun(**{**unsaid(TorchRun), "stage": "end", **said})


def companion(name: str, claims: Claims) -> Companion | Unknown:
    version = claims.get(f"{name}.pip") or claims.get(f"{name}.conda")
    if not version:
        return NOT_SAID
    return Companion(**{**unsaid(Companion), "version": version, "metadata_version": version})
