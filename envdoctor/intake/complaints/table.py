"""Which ideas together complain of what, and which lines of pasted code agree with it.

A sign is a cause and a kind: `words` name slowness and what makes it; a `hint` names slowness that has several
causes. Code and figures are no complaint of their own: they make a complaint surer.
"""

from __future__ import annotations

import re

import msgspec

ELSE = ("release", "sound", "denied", "installing", "learns slowly")
"""Ideas that make a sentence another's business: a release that is slower than another, praise,
denial, a slow installation."""


class Row(msgspec.Struct, frozen=True):
    """A way to complain."""

    sign: str
    """Cause and kind: `dp-slower words`."""
    here: tuple[str, ...]
    """Ideas that one sentence holds; "a|b": one of them."""
    anywhere: tuple[str, ...] = ()
    """Ideas that the text holds."""
    never: tuple[str, ...] = ELSE
    """Ideas that make the sentence another's business."""
    nowhere: tuple[str, ...] = ()
    """Ideas that make the text another's business."""


SLOW = "slow|no faster|faster without|spends"


def _code(cause: str, pattern: str) -> tuple[str, re.Pattern[str]]:
    return cause, re.compile(pattern, re.IGNORECASE)


ROWS = (
    # --- the GPU waits for data ---
    Row("loader-bound words", ("gpu idle", "loader|cpu full")),
    Row("loader-bound words", ("gpu idle",), ("loader",)),
    Row("loader-bound words", (SLOW, "loader"), never=(*ELSE, "stock", "many lose", "first", "memory grows")),
    Row("loader-bound words", ("costs", "loader", "each step"),
        never=(*ELSE, "stock", "many lose", "first"), nowhere=("ddp",)),
    Row("loader-bound words", (SLOW, "storage"), ("loader|gpu idle",), never=(*ELSE, "first", "memory grows")),
    Row("loader-bound words", ("starts late",)),
    Row("loader-bound hint", ("gpu idle",), nowhere=("loader", "dp", "ddp")),
    # --- CPU and GPU wait for each other ---
    Row("sync-each-step words", (f"{SLOW}|costs", "sync"), never=(*ELSE, "first", "many lose")),
    Row("sync-each-step words", ("syncs",)),
    # --- too little work for a GPU ---
    Row("gpu-slower-small-model words", ("gpu loses",), ("small",), never=(*ELSE, "first")),
    Row("gpu-slower-small-model words", ("gpu loses",), never=(*ELSE, "first", "operator")),
    Row("gpu-slower-small-model hint", ("slow|gpu idle|no faster", "small"), ("gpu idle",),
        never=(*ELSE, "many", "amp", "loader", "threads")),
    # --- half precision ---
    Row("amp-slower-or-nan words", ("amp", SLOW), never=(*ELSE, "compile", "many lose")),
    Row("amp-slower-or-nan words", ("amp", "nan"), never=(*ELSE, "nan in data")),
    Row("amp-slower-or-nan words", ("nan",), ("amp on",), never=(*ELSE, "rate", "nan in data")),
    # --- flags of cuDNN and cuBLAS ---
    Row("cudnn-benchmark-or-tf32 words", ("flag|tf32", SLOW)),
    Row("cudnn-benchmark-or-tf32 hint", ("flag|tf32",), ("slow",), never=(*ELSE, "sync")),
    Row("cudnn-benchmark-or-tf32 words", ("tf32", "inexact")),
    Row("cudnn-benchmark-or-tf32 words", ("tf32",), ("inexact",)),
    Row("cudnn-benchmark-or-tf32 words", ("shapes vary", "slow"), ("flag",)),
    Row("cudnn-benchmark-or-tf32 words", ("shapes vary", "flag", "costs")),
    Row("cudnn-benchmark-or-tf32 hint", ("shapes vary", "slow"), nowhere=("compile",)),
    Row("cudnn-benchmark-or-tf32 hint", ("inexact", "ampere|cpu against gpu"), nowhere=("amp",)),
    # --- threads ---
    Row("cpu-threads-oversubscribed words", ("threads", f"{SLOW}|faster with"), never=(*ELSE, "loader", "gpu idle")),
    Row("cpu-threads-oversubscribed words", ("threads", "overload")),
    Row("cpu-threads-oversubscribed words", ("threads",), ("slow", "cores|cpus|cpu full"), never=(*ELSE, "loader")),
    Row("cpu-threads-oversubscribed words", ("cores", "slow"), ("threads|cpu full",), never=(*ELSE, "loader")),
    Row("cpu-threads-oversubscribed words", ("cpu limit", "slow|throttled|cores taken")),
    Row("cpu-threads-oversubscribed words", ("pod", "throttled|cores taken")),
    Row("cpu-threads-oversubscribed words", ("cores taken",), ("slow|threads",), nowhere=("building",)),
    Row("cpu-threads-oversubscribed words", ("one core",), ("threads|slow",), never=(*ELSE, "loader", "gpu idle")),
    Row("cpu-threads-oversubscribed hint", ("cores taken",), nowhere=("building",)),
    Row("cpu-threads-oversubscribed hint", ("cores", "slow"), never=(*ELSE, "loader", "gpu idle", "many lose")),
    # --- the first steps ---
    Row("cold-start-compile words", ("first", "slow")),
    Row("cold-start-compile words", ("first", "takes long"), never=(*ELSE, "epoch"), nowhere=("later",)),
    Row("cold-start-compile words", ("compiled anew",), never=()),
    Row("cold-start-compile hint", ("first", "costs"), nowhere=("later",)),
    Row("cold-start-compile words", ("to the gpu",), never=()),
    Row("cold-start-compile words", ("compile", "slow|no faster|for minutes"), never=(*ELSE, "many lose"),
        nowhere=("building",)),
    Row("cold-start-compile words", ("shapes vary", "slow"), ("compile|first",)),
    # --- several GPUs ---
    Row("dp-slower words", ("dp", "slow|no faster|gpu idle"), never=(*ELSE, "ddp")),
    Row("dp-slower words", ("many lose",), ("dp",), never=(*ELSE, "accuracy falls"), nowhere=("ddp",)),
    Row("ddp-no-speedup words", ("ddp", "slow|no faster|spends"), never=(*ELSE, "accuracy falls", "loader")),
    Row("ddp-no-speedup words", ("many lose",), ("ddp",), never=(*ELSE, "accuracy falls")),
    Row("ddp-no-speedup hint", ("many lose",), never=(*ELSE, "accuracy falls"), nowhere=("dp", "ddp")),
    # --- other work ---
    Row("work-each-step words", ("work each step",), (SLOW,), never=(*ELSE, "gpu idle", "memory grows")),
    Row("work-each-step words", ("work", "slow"), never=(*ELSE, "loader", "many lose", "amp", "first", "ever slower")),
    # --- what grows ---
    Row("memory-leak words", ("memory grows",), nowhere=("building",)),
    Row("memory-leak words", ("slower each step",), never=(*ELSE, "hot", "clocks fall", "shapes vary"),
        nowhere=("work each step",)),
    Row("memory-leak hint", ("ever slower",), never=(*ELSE, "hot", "clocks fall", "shapes vary"),
        nowhere=("work each step", "hot")),
    # --- recipe ---
    Row("recipe words", ("accuracy falls", "batch|many lose|ddp|dp|batch norm"), never=("release", "denied")),
    Row("recipe words", ("accuracy falls", "rate"), ("batch|many|ddp",)),
    # --- the machine under load ---
    Row("thermal-or-power-throttle words", ("clocks fall",), (SLOW,)),
    Row("thermal-or-power-throttle words", ("hot", "slow|ever slower"), never=(*ELSE, "cpu limit")),
    Row("pcie-or-numa words", ("link", SLOW)),
)  # fmt: skip

CODES = (
    _code("loader-bound", r"num_workers ?[=:] ?0\b|DataLoader\((?![^)]*num_workers)[^)]*\)"),
    _code("loader-bound", r"^[-*\s]*gpu[ _-]?(?:util\w*|usage|load)\s*[:=]\s*~?(?:\d{1,2} ?- ?)?[0-3]?\d(?:\.\d+)? ?"
          r"%"),
    _code("loader-bound", r"does not have many workers which may be a bottleneck"),
    _code("loader-bound", r"\b(?:Image\.open|cv2\.imread|imageio\.|librosa\.load|torchaudio\.load|h5py\.File)\b"),
    _code("sync-each-step", r"\.item\(\)|\.cpu\(\)|\.numpy\(\)|\.tolist\(\)|print\([^)]{0,80}loss"
          r"|torch\.cuda\.synchronize\("),
    _code("gpu-slower-small-model", r"nn\.Linear\(\d{1,3}, ?\d{1,3}\)|batch_size ?= ?[1-8]\b|torch\.(?:rand\w*|ones"
          r"|zeros)\(\d{1,3}, ?\d{1,3}\)"),
    _code("amp-slower-or-nan", r"autocast\(|\.half\(\)|GradScaler\(|amp\.initialize\(|fp16 ?= ?True"
          r"|precision ?= ?['\"]?16|float16"),
    _code("cudnn-benchmark-or-tf32", r"cudnn\.(?:benchmark|deterministic|enabled) ?=|allow_tf32 ?="
          r"|set_float32_matmul_precision\("),
    _code("cpu-threads-oversubscribed", r"set_num_(?:interop_)?threads\(|get_num_threads\(\)|(?:OMP|MKL)_NUM_THREADS"),
    _code("cold-start-compile", r"torch\.compile\(|jit\.(?:script|trace)\(|cudnn\.benchmark ?= ?True"),
    _code("dp-slower", r"(?<!Distributed)DataParallel\(|strategy ?= ?['\"]dp['\"]"),
    _code("ddp-no-speedup", r"DistributedDataParallel\(|init_process_group\(|torchrun|distributed\.launch"
          r"|strategy ?= ?['\"]ddp"),
    _code("work-each-step", r"torch\.save\(|plt\.|\bevaluate\(|\bvalidate\(|empty_cache\(|gc\.collect\("
          r"|confusion_matrix\(|set_detect_anomaly\("),
    _code("memory-leak", r"\+= ?(?:self\.)?\w*loss\w*\b(?!\.(?:item|detach|data)|\()|\.append\((?:\w*loss\w*|out\w*"
          r"|pred\w*|logits)\)|retain_graph ?= ?True"),
)  # fmt: skip
"""Cause → lines of code, and of lists of settings and readings, that agree with it."""
