"""One pasted text for each check of messages about the run: what makes its code the primary or the only finding."""

PASTED: dict[str, str] = {
    "RUN051": """# Fine-tuning does not fit

```
torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 1.50 GiB. GPU 0 has a total capacity of 11.76 GiB of which
512.00 MiB is free.
```
""",
    "RUN052": """# Is there a memory leak in my loop?

GPU memory grows every epoch, I add the loss to a running total.
""",
    "RUN053": """# Two nodes never meet

```
[W socket.cpp:601] [c10d] The client socket has failed to connect to [node1]:29500 (errno: 110 - Connection timed out).
```
""",
    "RUN054": """# torchrun hangs with 2 GPUs, fine with one

```
Watchdog caught collective operation timeout: WorkNCCL(SeqNum=1, OpType=ALLREDUCE, Timeout(ms)=600000)
```
With NCCL_P2P_DISABLE=1 it works.
""",
    "RUN055": """# First cell of the tutorial fails

```
urllib.error.HTTPError: HTTP Error 503: Service Unavailable
```
""",
    "RUN056": """# CIFAR10 cannot be read

```
RuntimeError: Dataset not found or corrupted. You can use download=True to download it
```
""",
    "RUN057": """# ImageFolder on my pictures

```
FileNotFoundError: Couldn't find any class folder in /data/cats.
```
""",
    "RUN058": """# Script works in the notebook, not as a file (Windows 11)

```
RuntimeError:
        An attempt has been made to start a new process before the
        current process has finished its bootstrapping phase.
```
""",
    "RUN059": """# num_workers=4 on a Mac

```
AttributeError: Can't pickle local object 'make_loader.<locals>.collate'
```
""",
    "RUN060": """# Tokenizer on the GPU in the data set

```
RuntimeError: Cannot re-initialize CUDA in forked subprocess. To use CUDA with multiprocessing, you must use the 'spawn'
start method
```
""",
    "RUN061": """# Loader stops

```
RuntimeError: DataLoader worker (pid(s) 9120, 7716) exited unexpectedly
```
""",
    "RUN062": """# Loss breaks on my labels

```
RuntimeError: CUDA error: device-side assert triggered
```
""",
}
