"""Signs of limits: shared memory, open files, main memory, threads, the paging file of Windows.

Sources: texts in PyTorch (torch/utils/data/_utils/worker.py, torch/multiprocessing, aten/src/ATen/MapAllocator.cpp),
NCCL (src/transport/shm.cc), glibc's strerror, Windows' FormatMessage, and the public issues in which they were
explained.
"""

from __future__ import annotations

from envdoctor.intake.signs import Sign

SIGNS: tuple[Sign, ...] = (
    # --- /dev/shm ---
    Sign("shm-short", "killed by signal: bus error", r"DataLoader worker[^.]{0,40}killed by signal: Bus error",
         "RuntimeError: DataLoader worker (pid 13) is killed by signal: Bus error."),
    Sign("shm-short", "insufficient shared memory", r"(?:caused by |due to )?insufficient shared memory(?: "
         r"\(shm\))?",
         "ERROR: Unexpected bus error encountered in worker. This might be caused by insufficient shared memory "
         "(shm)."),
    Sign("shm-short", "out of shared memory", r"workers are out of shared memory",
         "It is possible that dataloader's workers are out of shared memory."),
    Sign("shm-short", "out of shared memory", r"(?:ran|run|runs|is|are|running) out of shared memory",
         "the container ran out of shared memory"),
    Sign("shm-short", "shared memory segment", r"Error while (?:creating|attaching to) shared memory segment "
         r"?(?P<segment>/dev/shm/\S*)?",
         "NCCL WARN Error while creating shared memory segment /dev/shm/nccl-yXPtrA (size 9637888)"),
    Sign("shm-short", "posix_fallocate", r"Call to posix_fallocate failed|posix_fallocate[^.]{0,60}No space left",
         "NCCL WARN Call to posix_fallocate failed : No space left on device"),
    Sign("shm-short", "dev/shm", r"No space left on device[^.]{0,40}/dev/shm|/dev/shm[\w./-]{0,60}[^.]{0,50}(?:No "
         r"space left|too small|full|insufficient|exhaust\w*|100 ?%)",
         "OSError: [Errno 28] No space left on device: '/dev/shm/sem.mp'"),
    Sign("shm-short", "dev/shm", r"(?:full|increase|small|enlarge|fill\w*|exceed\w*)[^.]{0,30}/dev/shm",
         "increase /dev/shm"),
    Sign("shm-short", "unable to write to file </torch", r"unable to (?:write to|resize) file </torch_\S+",
         "RuntimeError: unable to write to file </torch_18692_1954506624>"),
    Sign("shm-short", "shared memory", r"unable to (?:allocate|mmap|create|resize)[^.]{0,40}shared memory|shared "
         r"memory[^.]{0,30}(?:is )?(?:too small|exhausted|limit|full|insufficient|not enough)|(?:not enough|too "
         r"little|insufficient|small) shared memory", "not enough shared memory in the container"),
    Sign("shm-option", "shm-size", r"--shm-size\b|(?:needs?|add\w*|increas\w*|larger|without|forgot) (?:a |the "
         r")?shm[-_]size", "docker run --shm-size=8g"),
    Sign("shm-option", "--ipc=host", r"--ipc=host", "docker run --ipc=host"),
    Sign("bus-error", "bus error", r"\bBus error\b(?: \(core dumped\))?", "Bus error (core dumped)"),
    Sign("shm-object-missing", "shared memory object", r"(?:unable to open|could not unlink the?) shared memory "
         r"object </?\S+",
         "RuntimeError: unable to open shared memory object </torch_30997_2076642173> in read-write mode"),
    Sign("shm-short", "failed to extend /dev/shm", r"failed to extend /dev/shm/\S*",
         "NCCL WARN Error: failed to extend /dev/shm/nccl-1aBcDe to 33030532 bytes, error: No space left on device "
         "(28)"),
    Sign("shm-short", "no space left", r"No space left on device[^!]{0,60}(?:/dev/shm|shared "
         r"memory|torch_\d+_\d+|multiprocessing)",
         "OSError: [Errno 28] No space left on device while torch.multiprocessing wrote a batch"),
    # --- open files, threads, processes ---
    Sign("open-files", "too many open files", r"Too many open files(?P<more>\. Communication with the workers)?",
         "OSError: [Errno 24] Too many open files"),
    Sign("open-files", "ancdata", r"received \d+ items of ancdata", "RuntimeError: received 0 items of ancdata"),
    Sign("threads-refused", "can't start new thread", r"can'?t start new thread",
         "RuntimeError: can't start new thread"),
    Sign("threads-refused", "resource temporarily unavailable", r"(?:pthread_create failed|Thread creation "
         r"failed|fork|BlockingIOError|libgomp|OpenBLAS|blas_thread_init|std::system_error|pthread_create)[^!]{0,60"
         r"}Resource temporarily unavailable", "libgomp: Thread creation failed: Resource temporarily unavailable"),
    Sign("threads-refused", "blas_thread_init", r"OpenBLAS blas_thread_init: (?:pthread_create failed|RLIMIT_NPROC)",
         "OpenBLAS blas_thread_init: RLIMIT_NPROC 4096 current"),
    # --- main memory ---
    Sign("host-memory-out", "defaultcpuallocator", r"DefaultCPUAllocator: (?:can'?t allocate memory|not enough "
         r"memory)[^.]{0,60}?(?:allocate (?P<bytes>\d+) bytes)?",
         "[enforce fail at alloc_cpu.cpp:75] DefaultCPUAllocator: can't allocate memory: you tried to allocate "
         "4096 bytes."),
    Sign("host-memory-out", "killed by signal: killed", r"DataLoader worker[^.]{0,40}killed by signal: Killed",
         "RuntimeError: DataLoader worker (pid 99) is killed by signal: Killed."),
    Sign("host-memory-out", "cannot allocate memory", r"(?:\[?Errno 12\]?:? )?Cannot allocate memory(?! in static "
         r"TLS)", "OSError: [Errno 12] Cannot allocate memory"),
    Sign("host-memory-out", "oom", r"\bOOM[- ]?Killed\b|oom-kill|OOM[- ]killer|oom_reaper",
         "Last State: Terminated Reason: OOMKilled"),
    Sign("host-memory-out", "out of memory: killed process", r"Out of memory: Killed process \d+",
         "Out of memory: Killed process 4711 (python)"),
    Sign("host-memory-out", "exit code 137", r"exit(?:ed with)? (?:code|status):? 137",
         "command terminated with exit code 137"),
    Sign("host-memory-out", "exitcode", r"exitcode ?: ?-9\b|exit code:? -9\b", "exitcode : -9 (pid: 1234)"),
    Sign("host-memory-out", "sigkill", r"(?:signal 9|exit code -9|killed)[^.]{0,20}SIGKILL|Signal 9 \(SIGKILL\)",
         "Signal 9 (SIGKILL) received by PID 1234"),
    Sign("host-memory-out", "unable to allocate", r"Unable to allocate [\d.]+ ?[GMT]iB for an array",
         "numpy.core._exceptions.MemoryError: Unable to allocate 12.3 GiB for an array"),
    Sign("host-memory-out", "slurmstepd", r"slurmstepd: error:[^!]{0,60}(?:oom-kill|memory limit)",
         "slurmstepd: error: Detected 1 oom-kill event(s)"),
    Sign("host-memory-out", "exceeded", r"(?:exceeded|over) (?:job |the |step )?(?:memory|virtual "
         r"memory|vmem|address space) limit", "exceeded memory limit"),
    Sign("host-memory-out", "bad_alloc", r"std::bad_alloc",
         "terminate called after throwing an instance of 'std::bad_alloc'"),
    Sign("host-memory-out", "killed", r"(?-i:(?:\d |Error |\$ [^$]{1,80} |[.\]] |^)Killed)\b(?! (?:by|process))",
         "train.sh: line 3: 4711 Killed python train.py"),
    Sign("address-space", "ulimit -v", r"ulimit -v|RLIMIT_AS|address space limit", "ulimit -v 33554432"),
    Sign("address-space", "failed to allocate memory for", r"virtual memory (?:limit|exhausted)|failed to allocate "
         r"memory for (?:mapping|thread)", "failed to allocate memory for mapping"),
    # --- Windows ---
    Sign("paging-file", "winerror 1455", r"\[?WinError 1455\]?[^.]{0,80}",
         "OSError: [WinError 1455] The paging file is too small for this operation to complete."),
    Sign("paging-file", "paging file", r"paging file (?:is )?too small",
         "The paging file is too small for this operation to complete"),
    Sign("paging-file", "1455", r"error code:? ?<?1455>?|os error 1455",
         "Couldn't open shared file mapping: <torch_1234>, error code: <1455>"),
    Sign("paging-file", "页面文件太小", r"页面文件太小", "OSError: [WinError 1455] 页面文件太小,无法完成操作。"),
    Sign("paging-file", "auslagerungsdatei", r"Auslagerungsdatei ist zu klein",
         "Die Auslagerungsdatei ist zu klein, um diesen Vorgang durchzuführen"),
    Sign("paging-file", "fichier de pagination", r"fichier de pagination est insuffisant",
         "Le fichier de pagination est insuffisant"),
    Sign("paging-file", "archivo de paginaci", r"archivo de paginaci.n es demasiado peque",
         "El archivo de paginación es demasiado pequeño"),
    Sign("paging-file", "pagefile", r"\bpagefile(?:\.sys)?\b[^.]{0,30}(?:small|size|increase|disabled|off)|(?:small"
         r"|increase|disabled|no) (?:the )?(?:Windows )?pagefile", "pagefile too small"),
    Sign("paging-file", "page file", r"(?:small|increase\w*|disabled|no|off|enlarg\w*)[^.]{0,20} page file|page "
         r"file (?:is |was )?(?:too small|disabled|off)", "the page file was disabled"),
    Sign("paging-file", "commit", r"(?:commit|commitment) (?:limit|charge)[^.]{0,40}(?:exceed\w*|reach\w*|small|ful"
         r"l)|not enough (?:quota|memory resources)", "the commit limit is reached"),
    Sign("paging-file", "winerror 8]", r"\[WinError 8\]",
         "OSError: [WinError 8] Not enough memory resources are available to process this command. winerror 8]"),
)  # fmt: skip
