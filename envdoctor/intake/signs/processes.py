"""Signs of processes that do not reach each other.

Sources: texts in PyTorch (ProcessGroupNCCL.cpp, TCPStore, torch/distributed/elastic), NCCL (bootstrap.cc, socket.cc,
net_ib.cc), gloo, and the public issues in which they were explained.
"""

from __future__ import annotations

from envdoctor.intake.signs import Sign

TOGETHER = (
    r"(?:all[- _]?reduce\w*|NCCL|DDP|FSDP|DistributedDataParallel|DataParallel|distributed|multi-?gpu|multi-?node"
    r"|multi-?machine|multiple (?:GPUs|nodes|machines)|(?:two|three|four|eight|several|both|\d+) (?:\w+ ){0,3}GPUs"
    r"|tensor[- ]parallel\w*|init_process_group|barrier\(\)|torchrun|GPU \d and GPU \d|collective)"
)
HANG = (
    r"(?:hangs?|hanging|hung|stuck|freez\w+|froze\w*|deadlock\w*|blocks? forever|never (?:starts?|finish\w*|return\w*)"
    r"|does not (?:start|proceed|continue))"
)

SIGNS: tuple[Sign, ...] = (
    # --- processes that talk to each other ---
    Sign("peer-unreachable", "connect", r"(?:Call to connect|socketStartConnect: Connect to|connect to|connecting "
         r"to|Connect to) ?\S{0,60} ?(?:returned |failed ?:? ?|timeout ?:? ?)+(?:Connection (?:refused|timed "
         r"out|reset)|No route to host|Network is unreachable|Software caused)?",
         "NCCL WARN Call to connect timeout : Connection refused"),
    Sign("peer-unreachable", "client socket", r"The client socket has (?:failed to connect to any network address "
         r"of|failed to connect to|timed out after)[^!]{0,100}",
         "[W socket.cpp:601] [c10d] The client socket has failed to connect to [node1]:29500 (errno: 110 - "
         "Connection timed out)."),
    Sign("peer-unreachable", "connectfullmesh", r"connectFullMesh failed",
         "Gloo connectFullMesh failed with [/pytorch/gloo/transport/tcp/pair.cc:144] no error"),
    Sign("peer-unreachable", "makedeviceforhostname", r"makeDeviceForHostname\(\): unsupported gloo "
         r"device|makeDeviceForHostname", "RuntimeError: makeDeviceForHostname(): unsupported gloo device"),
    Sign("peer-unreachable", "unable to resolve hostname", r"unable to resolve hostname|Unable to find address "
         r"for: (?P<address>\S+)|Name or service not known[^.]{0,30}(?:master|rank|node)",
         "[enforce fail at device.cc] unable to resolve hostname to a (local) address"),
    Sign("peer-unreachable", "rendezvous", r"Rendezvous(?:Connection|Timeout|Closed)?Error|RendezvousConnectionErro"
         r"r",
         "torch.distributed.elastic.rendezvous.api.RendezvousConnectionError: The connection to the C10d store has "
         "failed."),
    Sign("peer-unreachable", "no socket interface found", r"Bootstrap : no socket interface found",
         "NCCL WARN Bootstrap : no socket interface found"),
    Sign("peer-unreachable", "neither af_inet", r"neither AF_INET\(?2?\)? nor AF_INET6|Address family not "
         r"supported by protocol", "connecting to address with family 59936 is neither AF_INET(2) nor AF_INET6(10)"),
    Sign("peer-unreachable", "address already in use", r"(?:EADDRINUSE|errno: 98|socket|bind|server|TCPStore|port|R"
         r"untimeError)[^!]{0,100}Address already in use",
         "RuntimeError: The server socket has failed to bind to [::]:29500 (errno: 98 - Address already in use)."),
    Sign("peer-unreachable", "eaddrinuse", r"EADDRINUSE", "torch.distributed.DistNetworkError: EADDRINUSE"),
    Sign("peer-unreachable", "connection closed by remote peer", r"(?:socketProgress|ncclSocketProgress\w*|net\.cc|"
         r"Proxy Call|socket\.cc)?[^.]{0,30}Connection closed by (?:remote )?peer",
         "NCCL WARN socketProgress: Connection closed by remote peer node2<54321>"),
    Sign("peer-unreachable", "store", r"(?:TCPStore|store->get|DistStoreError|Socket Timeout|wait "
         r"timeout)[^!]{0,80}(?:timed? ?out|timeout|Broken pipe|Connection reset|failed)",
         "DistStoreError: Timed out after 1801 seconds waiting for clients. TCPStore timed out"),
    Sign("peer-unreachable", "master_addr", r"MASTER_(?:ADDR|PORT)\b[^.]{0,60}(?:not|wrong|unreachable|blocked|miss"
         r"ing|expected)", "environment variable MASTER_ADDR expected, but not set"),
    Sign("peer-unreachable", "interface", r"(?:wrong|loopback|docker0|picks?|chose|virtual)[^.]{0,30} (?:network "
         r")?interface|(?:loopback|docker0|\blo\b)[^.]{0,30}first among the interfaces",
         "NCCL picks the wrong interface"),
    Sign("peer-unreachable", "_socket_ifname", r"(?:set|setting|with|after|fixed by|solved by|needs?) "
         r"(?:NCCL|GLOO|TP)_SOCKET_IFNAME", "setting NCCL_SOCKET_IFNAME=eth0 makes it run"),
    Sign("nccl-error", "unhandled system error", r"unhandled system error(?:[^.]{0,40}NCCL version "
         r"(?P<version>[\d.]+))?", "RuntimeError: NCCL error: unhandled system error, NCCL version 2.4.8"),
    Sign("nccl-error", "unhandled cuda error", r"unhandled cuda error(?:[^.]{0,40}NCCL version "
         r"(?P<version>[\d.]+))?", "ncclUnhandledCudaError: unhandled cuda error, NCCL version 2.7.8"),
    Sign("nccl-error", "nccl", r"\bnccl(?:SystemError|InternalError|RemoteError|UnhandledCudaError|InvalidUsage)\b",
         "torch.distributed.DistBackendError: ncclInternalError: Internal check failed."),
    Sign("nccl-error", "nccl communicator was aborted", r"NCCL communicator was aborted on rank (?P<rank>\d+)",
         "RuntimeError: NCCL communicator was aborted on rank 1."),
    Sign("nccl-error", "nccl warn", r"NCCL WARN (?:Cuda failure|NET/(?:IB|Socket)|Failed to (?:open|find) "
         r"(?!libibverbs|libmlx|libnuma)|\[\d+\] transport|Mismatch)[^!]{0,80}",
         "NCCL WARN NET/IB : Got async event : port error"),
    Sign("nccl-error", "got completion", r"Got completion (?:from peer \S+ )?with (?:error|status=?) ?\d+",
         "NET/IB : Got completion with error 12, opcode 0, work completion"),
    Sign("nccl-error", "ibv_", r"Call to ibv_\w+ failed",
         "NCCL WARN Call to ibv_modify_qp failed with error Connection timed out"),
    Sign("nccl-error", "peer access", r"peer access is not supported between these two devices|peer mapping "
         r"resources exhausted|Could not enable P2P",
         "Cuda failure 'peer access is not supported between these two devices'"),
    Sign("nccl-error", "nccl error in", r"NCCL error in: \S{1,160}:\d+, (?:unhandled|invalid|internal|remote)[^,]{0"
         r",40}", "RuntimeError: NCCL error in: ProcessGroupNCCL.cpp:784, invalid usage, NCCL version 21.0.3"),
    Sign("collective-timeout", "watchdog caught", r"Watchdog caught collective operation timeout",
         "Watchdog caught collective operation timeout: WorkNCCL(SeqNum=1)"),
    Sign("collective-timeout", "nccl operations have failed or timed out", r"Some NCCL operations have failed or "
         r"timed out", "Some NCCL operations have failed or timed out."),
    Sign("collective-timeout", "timed out initializing process group", r"Timed out initializing process group",
         "RuntimeError: Timed out initializing process group in store based barrier on rank: 0"),
    Sign("collective-timeout", "store based barrier", r"store based barrier[^!]{0,120}(?:timeout|timed "
         r"out)|(?:Timed out|waiting) [^!]{0,60}store based barrier",
         "Timed out initializing process group in store based barrier on rank 0"),
    Sign("collective-timeout", "monitoredbarrier", r"monitoredBarrier[^!]{0,80}(?:fail|timeout|timed out)",
         "[Rank 0]: Rank 1 failed to pass monitoredBarrier in 1800000 ms, monitoredBarrier failed"),
    Sign("collective-hangs", "hang", r"\b(?:hangs?|hanging|hung|stuck|freez\w+|froze\w*|deadlock\w*|blocks? "
         r"forever|never (?:starts?|finish\w*|return\w*)|does not (?:start|proceed|continue))[^.]{0,80}(?:all[- "
         r"_]?reduce\w*|NCCL|DDP|FSDP|DistributedDataParallel|DataParallel|distributed|multi-?gpu|multi-?node|multi"
         r"-?machine|multiple (?:GPUs|nodes|machines)|(?:two|three|four|eight|several|both|\d+) (?:\w+ "
         r"){0,3}GPUs|tensor[- ]parallel\w*|init_process_group|barrier\(\)|torchrun|GPU \d and GPU "
         r"\d|collective)|(?:all[- _]?reduce\w*|NCCL|DDP|FSDP|DistributedDataParallel|DataParallel|distributed|mult"
         r"i-?gpu|multi-?node|multi-?machine|multiple (?:GPUs|nodes|machines)|(?:two|three|four|eight|several|both|"
         r"\d+) (?:\w+ ){0,3}GPUs|tensor[- ]parallel\w*|init_process_group|barrier\(\)|torchrun|GPU \d and GPU "
         r"\d|collective)[^.]{0,80}\bhang\w*", "all_reduce hangs"),
    Sign("collective-hangs", "stuck", r"\bstuck[^.]{0,80}(?:all[- _]?reduce\w*|NCCL|DDP|FSDP|DistributedDataParalle"
         r"l|DataParallel|distributed|multi-?gpu|multi-?node|multi-?machine|multiple "
         r"(?:GPUs|nodes|machines)|(?:two|three|four|eight|several|both|\d+) (?:\w+ ){0,3}GPUs|tensor[- "
         r"]parallel\w*|init_process_group|barrier\(\)|torchrun|GPU \d and GPU \d|collective)|(?:all[- "
         r"_]?reduce\w*|NCCL|DDP|FSDP|DistributedDataParallel|DataParallel|distributed|multi-?gpu|multi-?node|multi"
         r"-?machine|multiple (?:GPUs|nodes|machines)|(?:two|three|four|eight|several|both|\d+) (?:\w+ "
         r"){0,3}GPUs|tensor[- ]parallel\w*|init_process_group|barrier\(\)|torchrun|GPU \d and GPU "
         r"\d|collective)[^.]{0,80}\bstuck", "DDP gets stuck"),
    Sign("collective-hangs", "deadlock", r"\bdeadlock\w*[^.]{0,80}(?:all[- _]?reduce\w*|NCCL|DDP|FSDP|DistributedDa"
         r"taParallel|DataParallel|distributed|multi-?gpu|multi-?node|multi-?machine|multiple "
         r"(?:GPUs|nodes|machines)|(?:two|three|four|eight|several|both|\d+) (?:\w+ ){0,3}GPUs|tensor[- "
         r"]parallel\w*|init_process_group|barrier\(\)|torchrun|GPU \d and GPU \d|collective)|(?:all[- "
         r"_]?reduce\w*|NCCL|DDP|FSDP|DistributedDataParallel|DataParallel|distributed|multi-?gpu|multi-?node|multi"
         r"-?machine|multiple (?:GPUs|nodes|machines)|(?:two|three|four|eight|several|both|\d+) (?:\w+ "
         r"){0,3}GPUs|tensor[- ]parallel\w*|init_process_group|barrier\(\)|torchrun|GPU \d and GPU "
         r"\d|collective)[^.]{0,80}\bdeadlock\w*", "deadlock in all_reduce"),
    Sign("collective-hangs", "freez", r"\bfreez\w+[^.]{0,80}(?:all[- _]?reduce\w*|NCCL|DDP|FSDP|DistributedDataPara"
         r"llel|DataParallel|distributed|multi-?gpu|multi-?node|multi-?machine|multiple "
         r"(?:GPUs|nodes|machines)|(?:two|three|four|eight|several|both|\d+) (?:\w+ ){0,3}GPUs|tensor[- "
         r"]parallel\w*|init_process_group|barrier\(\)|torchrun|GPU \d and GPU \d|collective)|(?:all[- "
         r"_]?reduce\w*|NCCL|DDP|FSDP|DistributedDataParallel|DataParallel|distributed|multi-?gpu|multi-?node|multi"
         r"-?machine|multiple (?:GPUs|nodes|machines)|(?:two|three|four|eight|several|both|\d+) (?:\w+ "
         r"){0,3}GPUs|tensor[- ]parallel\w*|init_process_group|barrier\(\)|torchrun|GPU \d and GPU "
         r"\d|collective)[^.]{0,80}\bfreez\w+", "two GPUs freeze"),
    Sign("collective-hangs", "hung", rf"\bhung\b[^.]{{0,80}}{TOGETHER}|{TOGETHER}[^.]{{0,80}}\bhung\b", "NCCL hung"),
    Sign("hangs", "hang", r"\(hang, no message\)|\bhang(?:s|ing)?\b(?! out)", "it hangs and prints nothing"),
    Sign("hangs", "does not start", r"(?:training|run|job|program|it) does not start", "training does not start"),
    Sign("p2p-off", "nccl_p2p_disable", r"NCCL_P2P_DISABLE`?['\"]?\s?[=:]?\s?['\"]?1['\"]?(?: ?\(?(?P<effect>no "
         r"effect|does not help|didn'?t help|not help\w*|works?(?: around| fine)?|worked(?: "
         r"around)?|fix\w*|help\w*|solv\w*))?", "NCCL_P2P_DISABLE=1 (works)"),
    Sign("p2p-off", "p2p", r"(?:disab\w+|without|switch\w* off|turn\w* off|off) (?:GPU )?(?:P2P|peer[- ]to[- "
         r"]peer)|P2P (?:\w+ ){0,2}(?:disabled|off)\b", "with P2P switched off it runs"),
    Sign("p2p-broken", "iommu", r"\bIOMMU\b|intel_iommu|amd_iommu", "booting with iommu=off cures it: IOMMU"),
    Sign("p2p-broken", "p2p", r"P2P (?:\w+ ){0,3}(?:broken|hangs?|fails?|wrong|not work\w*|corrupt\w*)|P2P-patched",
         "P2P over this bridge fails"),
    Sign("same-gpu-twice", "duplicate gpu detected", r"Duplicate GPU detected ?: ?rank (?P<rank>\d+)",
         "Duplicate GPU detected : rank 1 and rank 0 both on CUDA device 1000"),
    Sign("peer-unreachable", "unable to find address for", r"Unable to find address for: (?P<address>\S+)",
         "gloo: Unable to find address for: wlp3s0"),
    Sign("peer-unreachable", "ifa != nullptr", r"ifa != nullptr",
         "[enforce fail at gloo/transport/tcp/device.cc:208] ifa != nullptr"),
    Sign("peer-unreachable", "no interface found", r"Net : No interface found(?: in the same subnet)?|No interface "
         r"found in the same subnet",
         "NCCL WARN Net : No interface found in the same subnet as remote address 10.0.0.5"),
    Sign("peer-unreachable", "nccl built in", r"Distributed package doesn'?t have NCCL built in",
         "RuntimeError: Distributed package doesn't have NCCL built in"),
)  # fmt: skip
