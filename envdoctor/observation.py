"""What was seen of somebody's training script while it ran: plain values of `envdoctor bench SCRIPT`.

All times are seconds of the wall clock, unless a name says CPU. `None`: there was nothing to see, or too little of it.
"""

from __future__ import annotations

import msgspec


class StepTimes(msgspec.Struct, frozen=True):
    """The seconds of the counted steps; the first three are left out."""

    n: int
    mean: float
    median: float
    p95: float
    min: float
    max: float


class ObservedPlace(msgspec.Struct, frozen=True):
    """A line of the script (or of a file beside it) at which the main thread was seen."""

    place: str
    """"train.py:42"; "": no line of the script's own."""
    function: str
    kind: str
    """`loader`, `backward`, `optimizer`, `read`, `save`, `plot`, `log`, `compile`, `metric`, `communicate`, `before`
    (what the script does ahead of the forward pass), `after` (when the weights were moved), `script`."""
    share: float
    """Of all looks, one every 20 ms."""


class ObservedCalls(msgspec.Struct, frozen=True):
    """Calls of one kind from one line."""

    place: str
    per_step: float
    seconds: float


class ObservedLoader(msgspec.Struct, frozen=True):
    """The DataLoader that training takes its batches from."""

    workers: int | None = None
    batch: int | None = None
    pin_memory: bool = False
    persistent: bool = False
    context: str | None = None
    samples: int | None = None
    drop_last: bool = False


class ObservedOptimizer(msgspec.Struct, frozen=True):
    """The optimizer and what it moves."""

    name: str
    parameters: int = 0
    tensors: int = 0
    device: str = "cpu"
    dtype: str = ""
    lr: float | None = None
    momentum: float | None = None
    weight_decay: float | None = None


class ObservedTrial(msgspec.Struct, frozen=True):
    """A change that was switched on and off while the script trained."""

    name: str
    """`threads` or `without autocast`."""
    median: float
    """Time with the change / time without, as below; under 1: the change is faster."""
    low: float
    high: float
    pairs: int
    before: int | None = msgspec.field(name="from", default=None)
    """Threads as the script has them."""
    to: int | None = None
    """Threads that were tried."""
    used: str | None = None
    """Device and type of autocast."""


class ObservedRows(msgspec.Struct, frozen=True):
    """How many rows a layer of the net is given at once: samples, or samples times positions."""

    least: int
    most: int


class ObservedDevice(msgspec.Struct, frozen=True):
    """What PyTorch's profiler saw a GPU do in some steps after the watch."""

    steps: int
    busy_seconds: float
    """Of a step: kernels and copies, those at the same time counted once."""
    launches: float
    """Kernels and copies of a step."""


class ObservedMemory(msgspec.Struct, frozen=True):
    """The memory of the process after so many steps, those included in which something was tried."""

    step: int
    resident: int | None = None
    """Bytes of main memory."""
    tensors: int = 0
    """Tensors that Python holds, those in the next field included."""
    graphs: int = 0
    """Tensors that hold the graph of a backward pass."""
    nodes: int | None = None
    """Operators in those graphs, counted up to some ten thousands."""
    batch_norms: int = 0
    """Layers of batch norm in training."""
    parallel: str = ""
    """`ddp`, `dp` or ""."""


class ObservedRank(msgspec.Struct, frozen=True):
    """One of the processes that train together; seconds are means per step."""

    rank: int
    steps: int = 0
    threads: int | None = None
    step_seconds: float | None = None
    loader_seconds: float = 0.0
    forward_seconds: float = 0.0
    backward_seconds: float = 0.0
    """With DDP, waiting for the gradients of the others is in it."""
    exchange_seconds: float | None = None
    """In which DDP exchanges gradients, by PyTorch's own account; it may overlap with computing them."""
    workers: int | None = None
    samples: int | None = None


class ObservedCpu(msgspec.Struct, frozen=True):
    """CPUs' worth of time while it trained."""

    own: float
    """Used by the script and the processes that load batches for it or train with it."""
    others: float
    """Used by all other processes."""
    waiting: float = 0.0
    """Threads of the script that stood ready and had no CPU, on average."""
    children: float = 0.0
    """Used by processes that the script has started, those apart that load batches or train."""


class Observation(msgspec.Struct, frozen=True, kw_only=True):
    """One look at a training script in the examined Python."""

    script: str
    """The name of its file."""
    ended: str
    """`enough` (envdoctor ended it), `finished`, `failed`, `died` (the process), `silent` (no time to tell)."""
    error: str | None = None
    """What it failed with."""
    device: str = "cpu"
    """Where the parameters are."""
    steps: int = 0
    """Steps that are counted below; a step ends with `optimizer.step()`, or with `backward()` where no optimizer is."""
    step_seconds: StepTimes | None = None
    first_seconds: tuple[float, ...] = ()
    """The first steps, which pay for loading and compilation."""
    seconds: float = 0.0
    """Sum of the counted steps."""
    cpu_seconds: float = 0.0
    """CPU time of the process in them, all threads."""
    parts: dict[str, float] = {}
    """`loader` (wait for the batch), `forward`, `backward`, `optimizer`, `between` (a step's end to the next batch),
    `read` (values out of tensors), `save`, `evaluate` (without gradients): seconds in the counted steps."""
    work_steps: float | None = None
    """Share of the steps in which a tenth of the time and more was `between`, `save` or `evaluate`."""
    trend: float | None = None
    """The median step of the last quarter over that of the first."""
    kinds: dict[str, float] = {}
    """Kind of work → share of the looks at the main thread."""
    places: tuple[ObservedPlace, ...] = ()
    after_steps: float | None = None
    """Share of the steps looked at in which the script did something of its own after the weights were moved."""
    looks: int = 0
    reads: tuple[ObservedCalls, ...] = ()
    saves: tuple[ObservedCalls, ...] = ()
    loader: ObservedLoader | None = None
    loader_alone_seconds: float | None = None
    """For a batch, when nobody else in the process works."""
    loader_inline_seconds: float | None = None
    """For a batch, read and put together in the main process."""
    loaders: int = 0
    optimizer: ObservedOptimizer | None = None
    operators_per_step: int | None = None
    rows: ObservedRows | None = None
    threads: int | None = None
    cpus: int | None = None
    """CPUs that the process may use."""
    quota_cpus: float | None = None
    omp_threads: str | None = None
    amp: str | None = None
    """Device and type of autocast; None: not used."""
    half_instructions: bool | None = None
    """The CPU has instructions for numbers of 16 bits; None: nobody says so."""
    tf32: bool = False
    cudnn_benchmark: bool = False
    shapes: int = 0
    """Different shapes of the first tensor of a batch."""
    compiled: dict[str, int] = {}
    """`graphs` and `frames` that torch.compile made."""
    trials: tuple[ObservedTrial, ...] = ()
    device_pass: ObservedDevice | None = None
    """None: no GPU computes, or its profiler could not be asked."""
    memory: tuple[ObservedMemory, ...] = ()
    cpu: ObservedCpu | None = None
    throttled: int | None = None
    load: float | None = None
    """Runnable processes at the start."""
    ranks: tuple[ObservedRank, ...] = ()
    """The processes that train together, if the script started some; the rest is what the first of them saw."""
    losses: tuple[float, ...] = ()
    """Some of them, in their order; only where reading them makes nobody wait."""
    bad_losses: int = 0
    """Losses that were no finite number."""
    torch: str | None = None
