"""Signs of the run: memory of the card, workers that do not start, faults of the program.

Sources: texts in PyTorch (CUDACachingAllocator.cpp, torch/utils/data), cuDNN, CPython's multiprocessing, and the
public issues in which they were explained.
"""

from __future__ import annotations

from envdoctor.intake.signs import Sign

SIGNS: tuple[Sign, ...] = (
    # --- memory of the card ---
    Sign("gpu-memory-out", "out of memory", r"(?:CUDA|HIP|MPS backend|XPU|GPU) (?:error: |ran )?out of memory(?:\. "
         r"Tried to allocate (?P<wanted>[\d.]+ [KMG]i?B))?",
         "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 20.00 MiB."),
    Sign("gpu-memory-out", "out of memory", r"cuda runtime error \(2\) ?: out of memory|CUDA error \d*:? ?out of "
         r"memory|cudaMalloc failed: out of memory|RESOURCE_EXHAUSTED: Out of memory|cudaErrorMemoryAllocation|OOM "
         r"when allocating", "cuda runtime error (2) : out of memory at THCStorage.cu:58"),
    Sign("gpu-memory-out", "outofmemoryerror", r"(?:torch\.(?:cuda\.)?)?OutOfMemoryError\b(?!: CUDA|: HIP)",
         "torch.cuda.OutOfMemoryError was raised"),
    Sign("gpu-memory-out", "cuda_error_out_of_memory", r"CUDA_ERROR_OUT_OF_MEMORY",
         "CUDA_ERROR_OUT_OF_MEMORY: out of memory"),
    Sign("gpu-memory-out", "memoryallocation", r"cudaErrorMemoryAllocation", "cudaErrorMemoryAllocation"),
    Sign("gpu-memory-out", "alloc_failed", r"(?:CUBLAS|CUDNN|CUSPARSE|CUSOLVER)_STATUS_ALLOC_FAILED",
         "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
    Sign("gpu-memory-out", "no available memory for the cache", r"No available memory for the cache blocks",
         "ValueError: No available memory for the cache blocks."),
    Sign("gpu-memory-out", "kv cache", r"(?:larger than the|not enough|exceeds) [^.]{0,60}KV cache",
         "The model's max seq len (32768) is larger than the maximum number of tokens that can be stored in KV "
         "cache"),
    Sign("gpu-memory-out", "insufficient memory", r"Insufficient Memory \(00000008:kIOGPUCommandBufferCallbackError"
         r"OutOfMemory\)", "Error: Insufficient Memory (00000008:kIOGPUCommandBufferCallbackErrorOutOfMemory)"),
    Sign("gpu-memory-out", "out of memory", r"(?:runs?|ran|running|went|goes) out of (?:GPU |CUDA |video |graphics "
         r")?memory (?:on|with) (?:a |an |the |my |one |two )?[^.]{0,40}(?:GPU|card|\d+ ?G(?:i)?B)",
         "runs out of memory on a 24 GB card"),
    Sign("gpu-memory-numbers", "already allocated", r"(?P<total>[\d.]+ [MG]iB) total capacity; "
         r"(?P<allocated>[\d.]+ [MG]iB) already allocated; (?P<free>[\d.]+ (?:bytes|[KMG]iB)) free; "
         r"(?P<reserved>[\d.]+ [MG]iB) reserved",
         "(GPU 0; 10.76 GiB total capacity; 4.29 GiB already allocated; 10.12 MiB free; 9.46 GiB reserved in total "
         "by PyTorch)"),
    Sign("gpu-memory-numbers", "has a total capacity of", r"has a total capacity of (?P<total>[\d.]+ [MG]iB) of "
         r"which (?P<free>[\d.]+ (?:bytes|[KMG]iB)) is free",
         "GPU 0 has a total capacity of 23.65 GiB of which 10.00 MiB is free."),
    Sign("gpu-memory-pieces", "fragmentation", r"fragment(?:ation|ed)", "to avoid fragmentation"),
    Sign("memory-grows", "memory", r"(?:memory|RAM|VRAM|usage|consumption)\b[^.]{0,50}\b(?:grow\w*|increas\w+|leak"
         r"\w*|accumulat\w+|climb\w*|rises?|rising|creep\w*|builds? up|keeps? going up)|\bmemory leak\w*|\bleak\w* "
         r"[^.]{0,30}memory", "GPU memory grows every epoch"),
    Sign("memory-grows", "grow", r"\((?:\w+ ){0,3}grows? (?:per|each|every|with|over)|grow\w* "
         r"(?:per|each|every|with each|over time)", "(memory grows each step)"),
    Sign("memory-grows", "leak", r"\bleak(?:s|ed|ing|age)?\b", "decoding leaks"),
    Sign("memory-grows", "out of memory", r"out of memory[^.]{0,40}\b(?:after|at|in|on) (?:a while|(?:the "
         r"|several |many |some |a few |few |two |three |second |third |\d+ |N )+(?:training |validation |full "
         r")?(?:epochs?|iterations?|steps?|hours?|batch\w*|minutes|images|days))",
         "CUDA out of memory (after several epochs)"),
    Sign("memory-grows", "epoch", r"(?:second|third|fourth|later|next|\d(?:nd|rd|th)|few) epochs?[^.]{0,40}out of "
         r"memory", "second epoch runs out of memory"),
    Sign("memory-grows", "validation", r"out of memory[^.]{0,40}(?:validation|evaluation)|(?:validation|evaluation)"
         r"[^.]{0,50}(?:out of memory|OOM)|OOM[^.]{0,30}validation", "CUDA out of memory (validation only)"),
    Sign("memory-regression", "memory", r"(?:more|higher|larger|much|double|twice the) (?:GPU |peak "
         r")?memory[^.]{0,40}\b(?:than|since|in) (?:\w+ )?v?\d+\.\d+", "needs far more memory in 2.9 than in 2.8"),
    Sign("memory-regression", "between", r"memory[^.]{0,30} (?:doubles|doubled|differs|changed|grew|rose) "
         r"(?:between|from) (?:\w+ )?v?\d+\.\d+|memory[^.]{0,40} between v?\d+\.\d+ and",
         "memory doubles between 1.12 and 1.13"),
    # --- workers that do not start ---
    Sign("main-guard-missing", "bootstrapping phase", r"start a new process before the current process has "
         r"finished its bootstrapping phase",
         "RuntimeError: An attempt has been made to start a new process before the current process has finished "
         "its bootstrapping phase."),
    Sign("main-guard-missing", "freeze_support()", r"freeze_support\(\)",
         "if __name__ == '__main__': freeze_support()"),
    Sign("main-guard-missing", "__main__", r"(?:missing|without|needs?|no|add\w*|lacks?)[^.]{0,40}__main__['\"`]? "
         r"?(?:guard|block|check|:|idiom)?|__main__['\"`]? guard",
         'the script is without an if __name__ == "__main__" guard'),
    Sign("cannot-pickle", "can't pickle", r"Can'?t pickle (?!local object 'Py)(?P<what>[^!]{1,80})",
         "AttributeError: Can't pickle local object 'main.<locals>.<lambda>'"),
    Sign("cannot-pickle", "cannot pickle", r"cannot pickle ['\"`]?(?P<what>[\w.<>]{1,60})['\"`]?(?: object)?",
         "TypeError: cannot pickle '_io.TextIOWrapper' object"),
    Sign("cannot-pickle", "pickl", r"(?:PicklingError|UnpicklingError: pickle data was truncated|EOFError: Ran out "
         r"of input|pickle data was truncated)", "_pickle.UnpicklingError: pickle data was truncated"),
    Sign("cannot-pickle", "ran out of input", r"EOFError: Ran out of input", "EOFError: Ran out of input"),
    Sign("cannot-pickle", "can't get attribute", r"Can'?t get attribute ['\"](?P<what>\w+)['\"] on <module "
         r"['\"]__(?:mp_)?main__['\"] \(built-in\)",
         "AttributeError: Can't get attribute 'MyDataset' on <module '__main__' (built-in)>"),
    Sign("fork-after-cuda", "in forked subprocess", r"Cannot re-initialize CUDA in forked subprocess",
         "RuntimeError: Cannot re-initialize CUDA in forked subprocess. To use CUDA with multiprocessing, you must "
         "use the 'spawn' start method"),
    Sign("fork-after-cuda", "initialization error", r"(?:cuda runtime error \(3\)|CUDA error(?: \(3\))?) ?: "
         r"initialization error", "cuda runtime error (3) : initialization error at /pytorch/torch/csrc"),
    Sign("fork-after-cuda", "context has already been set", r"RuntimeError: context has already been set",
         "RuntimeError: context has already been set"),
    Sign("worker-dies", "exited unexpectedly", r"DataLoader worker \(pid(?:\(s\))? [\d, N]+\) exited unexpectedly",
         "RuntimeError: DataLoader worker (pid(s) 13424) exited unexpectedly"),
    Sign("worker-dies", "killed by signal", r"DataLoader worker[^.]{0,40}killed by signal: (?P<signal>Segmentation "
         r"fault|Aborted|Terminated|Unknown signal|Illegal instruction|Interrupt)",
         "RuntimeError: DataLoader worker (pid 5) is killed by signal: Segmentation fault."),
    Sign("worker-dies", "broken pipe", r"BrokenPipeError: \[Errno 32\] Broken pipe",
         "BrokenPipeError: [Errno 32] Broken pipe"),
    Sign("worker-dies", "num_workers", r"num_workers ?(?:>|above|greater than|set to|of) "
         r"?\d+[^.:]{0,40}(?:hang|stuck|freez|crash|fail)\w*", "num_workers > 0 hangs in a notebook on Windows"),
    Sign("cannot-pickle", "pickled", r"(?P<what>[\w.]{1,40})(?: objects?)? (?:cannot|can'?t|could "
         r"not|couldn'?t|not) be pickled", "TypeError: h5py objects cannot be pickled"),
    Sign("cannot-pickle", "picklable", r"(?:not|isn'?t|un) ?picklable", "the transform is not picklable"),
    # --- faults of a program, not of a machine ---
    Sign("device-assert", "device-side assert", r"device-side assert(?: triggered)?",
         "RuntimeError: CUDA error: device-side assert triggered"),
    Sign("device-assert", "n_classes", r"Assertion ['`]?t >= 0 && t < n_classes['`]? failed",
         "Assertion `t >= 0 && t < n_classes` failed."),
    Sign("device-assert", "indexing.cu", r"Indexing\.cu:\d+[^!]{0,80}(?:Assertion|index out of bounds)",
         "Indexing.cu:1093: indexSelectSmallIndex: block: [0,0,0] Assertion `srcIndex < srcSelectDimSize` failed."),
    Sign("illegal-access", "illegal memory access", r"an illegal memory access was encountered",
         "CUDA error: an illegal memory access was encountered"),
    Sign("illegal-access", "illegaladdress", r"cudaErrorIllegalAddress", "cudaErrorIllegalAddress"),
    Sign("wrong-shapes", "mat1 and mat2", r"mat1 and mat2 shapes cannot be multiplied",
         "RuntimeError: mat1 and mat2 shapes cannot be multiplied (4x8 and 4x8)"),
    Sign("wrong-shapes", "size mismatch", r"size mismatch(?: for [\w.]+)?[,:]? (?:m1|copying a param|got)",
         "RuntimeError: size mismatch for fc.weight: copying a param with shape [10]"),
    Sign("wrong-shapes", "must match the size of tensor", r"The size of tensor a \(\d+\) must match the size of "
         r"tensor b", "The size of tensor a (3) must match the size of tensor b (4)"),
    Sign("wrong-shapes", "num_classes", r"num_classes`? \(\d+\) in \w+ does not match",
         "The `num_classes` (3) in Shared2FCBBoxHead does not matches the length of `CLASSES` (80)"),
    Sign("wrong-device", "on the same device", r"Expected all tensors to be on the same device",
         "RuntimeError: Expected all tensors to be on the same device, but found at least two devices"),
    Sign("wrong-device", "input type", r"Input type \(\S{3,40}\) and weight type \(\S{3,40}\) should be the same",
         "Input type (torch.cuda.FloatTensor) and weight type (torch.FloatTensor) should be the same"),
    Sign("cudnn-no-algorithm", "cudnn algorithm", r"Unable to find a valid cuDNN algorithm",
         "RuntimeError: Unable to find a valid cuDNN algorithm to run convolution"),
    Sign("cudnn-no-algorithm", "convolution algorithms available", r"no valid convolution algorithms available in "
         r"CuDNN", "RuntimeError: no valid convolution algorithms available in CuDNN"),
    Sign("cudnn-no-algorithm", "unable to find an engine", r"(?:GET|FIND) was unable to find an engine to execute "
         r"this computation", "RuntimeError: GET was unable to find an engine to execute this computation"),
    Sign("cudnn-no-algorithm", "cublas_status_not_initialized", r"CUBLAS_STATUS_NOT_INITIALIZED",
         "RuntimeError: CUDA error: CUBLAS_STATUS_NOT_INITIALIZED when calling `cublasCreate(handle)`"),
)  # fmt: skip
