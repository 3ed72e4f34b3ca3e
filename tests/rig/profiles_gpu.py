"""Machines with GPUs in all conditions, and drivers that answer rubbish with success: what the facts must be."""

from __future__ import annotations

from typing import Any

import msgspec

from tests.rig.expect import Because, Words
from tests.rig.machines import A100, GIB, Card, Machine, cards
from tests.rig.profiles import Profile

H100 = msgspec.structs.replace(
    A100, name="NVIDIA H100 80GB HBM3", capability="9.0", architecture=9, fabric="3,0", nvlinks="1" * 18
)
V100 = Card(name="Tesla V100-SXM2-32GB", capability="7.0", memory_total=32 * GIB, ecc=2, ecc_mode="1,0", architecture=5)
HGX = tuple(msgspec.structs.replace(card, numa_node=index // 4) for index, card in enumerate(cards(8, H100)))
IMPOSSIBLE = Because("cannot be")


def _card(**readings: Any) -> Machine:
    return Machine(cards=(Card(**readings),))


def _a100(**readings: Any) -> Machine:
    return Machine(cards=(msgspec.structs.replace(A100, **readings),))


CONDITIONS = (
    Profile(
        "rows wait to be replaced",
        _a100(rows="2,1,1,0"),
        {"gpus.0.remapped_rows": 3, "gpus.0.remapped_rows_pending": True, "gpus.0.remapped_rows_failed": False},
    ),
    Profile("a row could not be replaced", _a100(rows="0,9,0,1"), {"gpus.0.remapped_rows_failed": True}),
    Profile(
        "pages wait to be retired",
        Machine(cards=(msgspec.structs.replace(V100, retired=14, retired_pending=1),)),
        {
            "gpus.0.retired_pages": 14,
            "gpus.0.retired_pages_pending": True,
            "gpus.0.remapped_rows": None,
            "gpus.0.ecc": True,
            "gpus.0.ecc_after_restart": False,
            "gpus.0.architecture": "Volta",
        },
    ),
    Profile(
        "every reason for low clocks",
        _card(reasons=0x17FF, utilisation=99, performance_state=0),
        {
            "gpus.0.held_down_by": (
                "idle", "clocks set", "power cap", "hardware slowdown", "sync boost", "heat (driver)",
                "heat (hardware)", "power brake", "display clocks", "board limit", "reliability", "reason 0x1000",
            ),
            "gpus.0.performance_state": 0,
            "gpus.0.utilisation_percent": 99,
        },
    ),
    Profile("nothing holds the clocks down", _card(reasons=0), {"gpus.0.held_down_by": ()}),
    Profile(
        "a driver that calls them throttle reasons",
        Machine(faults={"nvmlDeviceGetCurrentClocksEventReasons": "return 13"}),
        {"gpus.0.held_down_by": ("idle",)},
    ),
    Profile("MIG with three instances", _a100(mig=1, instances=3), {"gpus.0.mig_instances": 3, "gpus.0.mig": True}),
    Profile("MIG without an instance", _a100(mig=1, instances=0), {"gpus.0.mig_instances": 0}),
    Profile(
        "an HGX board",
        Machine(cards=HGX, switches=4, fabric_manager=True, peers="50,0,0"),
        {
            "driver.fabric_manager": "running",
            "gpus.0.fabric": "completed",
            "gpus.0.nvlinks": 18,
            "gpus.0.nvlinks_up": 18,
            "gpus.0.numa_node": 0,
            "gpus.7.numa_node": 1,
            "gpus.0.peers.count": 7,
            "gpus.0.peers.6.index": 7,
            "gpus.0.peers.6.path": "across NUMA nodes",
            "gpus.0.peers.6.p2p": "ok",
            "gpus.0.peers.6.nvlink": True,
            "gpus.7.peers": (),
        },
    ),
    Profile(
        "an HGX board without its fabric manager",
        Machine(
            cards=tuple(msgspec.structs.replace(card, fabric="2,0") for card in HGX),
            switches=4,
            faults={"cuInit": "return 802"},
        ),
        {"driver.fabric_manager": "not running", "gpus.3.fabric": "in progress", "driver.cuinit": 802},
    ),
    Profile("a fabric that failed", Machine(cards=cards(2, msgspec.structs.replace(H100, fabric="3,15"))),
            {"gpus.1.fabric": "failed"}),
    Profile("a fabric that was not begun", Machine(cards=cards(2, msgspec.structs.replace(H100, fabric="1,0"))),
            {"gpus.1.fabric": "not started"}),
    Profile("some links are down", _a100(nvlinks="111000111111"), {"gpus.0.nvlinks": 12, "gpus.0.nvlinks_up": 9}),
    Profile("the driver model of Windows", _card(driver_model="0,0"), {"gpus.0.driver_model": "WDDM"}),
    Profile("a driver model with a purpose", _card(driver_model="1,1"), {"gpus.0.driver_model": "TCC"}),
    Profile(
        "two cards that may not read each other",
        Machine(cards=cards(2, Card()), peers="40,1,5"),
        {
            "gpus.0.peers.0.path": "same NUMA node",
            "gpus.0.peers.0.p2p": "chipset not supported",
            "gpus.0.peers.0.nvlink": False,
        },
    ),
    Profile("a level and a status that have no name yet", Machine(cards=cards(2), peers="70,9,9"),
            {"gpus.0.peers.0.path": "level 70", "gpus.0.peers.0.p2p": "status 9"}),
    Profile("17 GPUs", Machine(cards=cards(17)), {"gpus.count": 17, "gpus.16.peers": Because("more than 16")}),
    Profile(
        "who uses the card",
        Machine(
            cards=(Card(processes="4711:8589934592,12:-", drawing="1201:188743680"),),
            programs={4711: "/home/ada/my env/bin/python3 -m train --key secret", 1201: r"C:\Program Files\X\Xorg.exe"},
        ),
        {
            "gpus.0.processes.0.name": "python3",
            "gpus.0.processes.0.memory_bytes": 8 * GIB,
            "gpus.0.processes.1.name": None,
            "gpus.0.processes.1.memory_bytes": None,
            "gpus.0.graphics_processes.0.name": "Xorg.exe",
        },
    ),
    Profile("nvidia-smi alone knows the GPUs", Machine(nvml=None, libcuda=None, cards=cards(2)),
            {"gpus.count": 2, "gpus.1.name": "NVIDIA A100-SXM4-80GB", "gpus.1.memory_used_bytes": 300 << 20,
             "gpus.1.numa_node": None, "gpus.1.temperature_celsius": 41, "driver.nvml": None}),
    Profile("Secure Boot is on", Machine(secure_boot=True), {"driver.secure_boot": True}),
    Profile("Secure Boot is off", Machine(secure_boot=False), {"driver.secure_boot": False}),
    Profile("nvidia-uvm is not loaded", Machine(uvm=False, faults={"cuInit": "return 999"}),
            {"driver.uvm_loaded": False, "driver.cuinit": 999}),
    Profile(
        "libcuda is of another installation",
        Machine(libcuda_version="535.183.01", faults={"cuInit": "return 803"}),
        {
            "driver.versions.nvml": "580.65.06",
            "driver.versions.libcuda": "535.183.01",
            "driver.versions.proc": "580.65.06",
            "driver.versions.agree": False,
        },
    ),
    Profile("versions on WSL", Machine(driver="551.61", library="550.54.10", cuda="12.4", kernel=None, on_disk=False,
                                       nodes=(), around="wsl2"),
            {"driver.versions.agree": None, "driver.versions.smi": "551.61", "driver.versions.nvml": "550.54.10"}),
)  # fmt: skip
"""What readings say."""


def _refused(function: str, code: int, field: str, fact: Any, **machine: Any) -> Profile:
    return Profile(
        f"{function} returns {code}",
        Machine(faults={function: f"return {code}"}, **machine),
        {f"gpus.0.{field}": fact, "gpus.0.problem": None, "gpus.0.name": Words("NVIDIA")},
    )


REFUSED = (
    *(
        _refused(function, code, field, fact)
        for function, field in (
            ("nvmlDeviceGetPersistenceMode", "persistence"),
            ("nvmlDeviceGetPerformanceState", "performance_state"),
            ("nvmlDeviceGetClockInfo", "clock_mhz"),
            ("nvmlDeviceGetCurrentClocksEventReasons", "held_down_by"),
            ("nvmlDeviceGetUtilizationRates", "utilisation_percent"),
            ("nvmlDeviceGetPowerManagementDefaultLimit", "power_limit_default_watts"),
            ("nvmlDeviceGetTemperatureThreshold", "temperature_slowdown_celsius"),
            ("nvmlDeviceGetDisplayMode", "display_attached"),
            ("nvmlDeviceGetArchitecture", "architecture"),
            ("nvmlDeviceGetGraphicsRunningProcesses_v3", "graphics_processes"),
        )
        for code, fact in ((3, None), (4, Because("Permissions")), (999, Because("Unknown Error")))
    ),
    _refused("nvmlDeviceGetRemappedRows", 4, "remapped_rows_pending", Because("Permissions"), cards=(A100,)),
    _refused("nvmlDeviceGetNvLinkState", 999, "nvlinks_up", Because("Unknown"), cards=(A100,)),
    _refused("nvmlDeviceGetMaxMigDeviceCount", 4, "mig_instances", Because("Perm"),
             cards=(msgspec.structs.replace(A100, mig=1),)),
    _refused("nvmlSystemGetProcessName", 4, "processes.0.name", Because("4"), cards=(Card(processes="1:2"),)),
    _refused("nvmlDeviceGetP2PStatus", 4, "peers.0.p2p", Because("Permissions"), cards=cards(2)),
    _refused("nvmlDeviceGetTopologyCommonAncestor", 3, "peers.0.path", None, cards=cards(2)),
    Profile("NVML dies over a pair", Machine(cards=cards(3), faults={"nvmlDeviceGetP2PStatus@1": "segfault"}),
            {"gpus.count": 3, "gpus.0.peers.count": 2, "gpus.1.peers": Because("SIGSEGV"), "gpus.2.problem": None,
             "gpus.2.numa_node": None}),
    Profile("NVML hangs over a pair", Machine(cards=cards(2), faults={"nvmlDeviceGetTopologyCommonAncestor": "hang"}),
            {"gpus.0.peers": Because("no answer"), "gpus.0.problem": None, "gpus.1.memory_total_bytes": 80 * GIB}),
)  # fmt: skip
"""A reading that fails is alone with it."""


def _rubbish(kind: str, facts: dict[str, Any], /, **card: Any) -> Profile:
    return Profile(f"rubbish: {kind}", _card(**card), facts | {"gpus.0.problem": None, "gpus.count": 1})


RUBBISH = (
    _rubbish("a temperature", {"gpus.0.temperature_celsius": IMPOSSIBLE}, temperature=2**32 - 1),
    _rubbish("power", {"gpus.0.power_watts": IMPOSSIBLE, "gpus.0.power_limit_watts": IMPOSSIBLE}, power=2**32 - 1,
             power_limit=2**32 - 1),
    _rubbish("utilisation", {"gpus.0.utilisation_percent": IMPOSSIBLE}, utilisation=250),
    _rubbish("clocks", {"gpus.0.clock_mhz": IMPOSSIBLE, "gpus.0.memory_clock_max_mhz": IMPOSSIBLE},
             clocks=(2**32 - 1, 2100, 405, 2**31)),
    _rubbish("memory", {"gpus.0.memory_total_bytes": IMPOSSIBLE}, memory_total=2**64 - 1),
    _rubbish("more memory in use than there is", {"gpus.0.memory_used_bytes": IMPOSSIBLE}, memory_used=25 * GIB),
    _rubbish("a link", {"gpus.0.pcie_width": IMPOSSIBLE, "gpus.0.pcie_generation_max": IMPOSSIBLE}, pcie_width=65535,
             pcie_generation_max=200),
    _rubbish("a capability", {"gpus.0.compute_capability": IMPOSSIBLE}, capability="4096.9"),
    _rubbish("a state", {"gpus.0.performance_state": IMPOSSIBLE}, performance_state=32),
    _rubbish("a switch", {"gpus.0.persistence": IMPOSSIBLE, "gpus.0.display": IMPOSSIBLE}, persistence=77, display=9),
    _rubbish("a name that is no text", {"gpus.0.name": Because("UnicodeDecodeError"), "gpus.0.uuid": Words("GPU-")},
             name=r"NVIDIA \xff\xfe\x80"),
    _rubbish("a name of nothing", {"gpus.0.name": Because("empty")}, name=r"\x00"),
    _rubbish("a name without end", {"gpus.0.name": Words("xxxx"), "gpus.0.compute_capability": "8.6"}, name="x" * 400),
    _rubbish("a name that moves the cursor", {"gpus.0.name": Words("NVIDIA")}, name=r"NVIDIA\x1b[2J\x07\x0d"),
    _rubbish("an address", {"gpus.0.numa_node": Because("not tell")}, bus="zz:zz"),
    _rubbish("four thousand million processes",
             {"gpus.0.processes": IMPOSSIBLE, "gpus.0.graphics_processes": IMPOSSIBLE},
             processes="4000000000", drawing="4294967295"),
    _rubbish("a million processes", {"gpus.0.processes": IMPOSSIBLE}, processes="1000000"),
    _rubbish("four thousand million pages", {"gpus.0.retired_pages": IMPOSSIBLE}, retired=4_000_000_000),
    _rubbish("rows", {"gpus.0.remapped_rows": IMPOSSIBLE}, rows="4294967295,0,0,0"),
    _rubbish("a compute mode", {"gpus.0.compute_mode": "mode 17"}, compute_mode=17),
    _rubbish("an architecture", {"gpus.0.architecture": None}, architecture=2**32 - 1),
    Profile("rubbish: a million GPUs", Machine(answers={"count": "1000000"}),
            {"gpus": Because("counts 1000000 GPUs, which cannot be"), "driver.nvml": 0, "driver.version": "580.65.06"}),
    Profile("rubbish: less than no GPU", Machine(answers={"count": "-1"}),
            {"gpus": IMPOSSIBLE, "driver.cuinit": 100, "driver.versions.agree": True}),
    Profile("rubbish: the driver's version", Machine(kernel=None, answers={"driver": r"\x80\xffnone"}, smi=None),
            {"driver.version": "580.65.06", "gpus.count": 1}),
    Profile("rubbish: a version of words", Machine(kernel=None, answers={"driver": "latest"}, smi=None),
            {"driver.version": "580.65.06", "gpus.count": 1}),
    Profile("rubbish: NVML's own version", Machine(answers={"nvml": r"\xff\xff"}),
            {"driver.library": "580.65.06", "driver.nvml": 0}),
    Profile("rubbish: CUDA's version", Machine(answers={"cuda": "-2147483648"}, smi=None),
            {"driver.cuda": Because("is no CUDA"), "driver.cuinit": 0, "gpus.count": 1}),
    Profile("rubbish: a CUDA of the far future", Machine(answers={"cuda": "2147483647"}),
            {"driver.cuda": "13.0", "gpus.count": 1}),
)  # fmt: skip
"""Success, and what cannot be."""

ALL = (*CONDITIONS, *REFUSED, *RUBBISH)
