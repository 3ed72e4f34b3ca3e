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
    "RUN071": """# ImageNet needs days

step_time: 5.9
load_time: 5.6

The dataset lies on a hard disk, reading the images is slow.
""",
    "RUN072": """# Why is item() so slow?

Without loss.item() the loop is three times faster.
""",
    "RUN073": """# cuda slower than cpu

On the CPU an epoch takes 0.9 s, with `.cuda()` it takes 4 s. A tiny network.
""",
    "RUN074": """# autocast makes it slower

With torch.cuda.amp.autocast a step takes 0.41 s, in plain fp32 it takes 0.33 s.
""",
    "RUN075": """# Slow with variable length input

With torch.backends.cudnn.benchmark = True each step takes ten times longer.
""",
    "RUN076": """# Inference on 64 cores slower than on 4

With OMP_NUM_THREADS=4 it needs 40 ms, without 900 ms.
""",
    "RUN077": """# Slow start

The first iteration takes 45 s and all the following ones 0.2 s.
""",
    "RUN078": """# Two GPUs worse than one

I wrap the net in nn.DataParallel. One GPU: 2.0 it/s. Both GPUs: 1.1 it/s.
""",
    "RUN079": """# Four V100 do not help

With torchrun (DistributedDataParallel) an epoch takes 11:40, on a single GPU it takes 11:55.
""",
    "RUN080": """# Slow training

I compute the validation accuracy after every batch, so a step takes 4 s.
""",
    "RUN081": """# Accuracy drops from 93 to 88 when I raise the batch size from 128 to 4096
""",
}
