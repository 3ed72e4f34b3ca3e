from collections.abc import Iterator

from envdoctor.facts import Message
from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.rules.told import told


@check(
    "RUN053",
    Severity.ERROR,
    cause="nccl-or-network",
    because_of=(
        "SYS054",
        "DRV054",
        "DRV056",
        "RUN051",
        "GPU053",
        "ENV061",
        "GPU055",
        "GPU051",
        "GPU052",
        "DRV051",
        "DRV059",
    ),
)
def peers_unreachable(messages: tuple[Message, ...]) -> Iterator[Finding]:
    """Processes of a distributed run do not reach each other.

    NCCL and gloo connect over one network interface that they choose: loopback, docker0 or a virtual one may
    come first, a firewall may close ports, a name may resolve to the wrong address, a port may be taken. NCCL
    then says unhandled system error; the line NCCL WARN above it says what. Different releases of NCCL on the
    nodes do not talk either.

    How to mend it: let NCCL speak, name the interface, open the ports, and use one version everywhere.

    Source: https://docs.nvidia.com/deeplearning/nccl/user-guide/docs/troubleshooting.html;
    https://pytorch.org/docs/stable/distributed.html (debugging).
    """
    found = told(messages, "peer-unreachable", "nccl-error")
    if found is None:
        return
    yield Finding(
        what=f"The processes of the run do not reach each other: {found.quote}.",
        why="They use the wrong network interface, a closed or taken port, or a way between GPUs that does "
        "not work here.",
        fix=Fix(
            "Run again with NCCL_DEBUG=INFO and read the first NCCL WARN. Name the interface that reaches "
            "the other node (not lo, not docker0), open the ports between the nodes, choose a free "
            "MASTER_PORT, and install the same PyTorch everywhere. If it is between GPUs of one machine, "
            "try NCCL_P2P_DISABLE=1 and NCCL_IB_DISABLE=1.",
            (
                "export NCCL_DEBUG=INFO",
                "export NCCL_SOCKET_IFNAME=eth0",
                "export GLOO_SOCKET_IFNAME=eth0",
                "ip -brief address",
            ),
        ),
        verify='torchrun --nproc-per-node=2 --no-python python -c "import torch.distributed as d; '
        "d.init_process_group('gloo'); d.barrier()\"",
        confidence=found.confidence,
        evidence=found.evidence,
    )
