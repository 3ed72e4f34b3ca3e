"""The processor: what it is, and how much of it this process may use."""

from __future__ import annotations

import re

from envdoctor.facts import Cpu, Unknown
from envdoctor.probes.cgroup import cpu_quota
from envdoctor.probes.cpu_generations import ARM_IMPLEMENTERS, ARM_PARTS, x86_generation
from envdoctor.probes.reading import decimal, fields, printable, whole
from envdoctor.probes.system import System

Word = str | None | Unknown
Number = int | None | Unknown

CPUS = "/sys/devices/system/cpu"
REGISTRY = r"HARDWARE\DESCRIPTION\System\CentralProcessor\0"


def probe(system: System) -> Cpu:
    """Look at /proc, /sys and the control groups; elsewhere ask psutil."""
    if system.os != "linux":
        return _elsewhere(system)
    cpuinfo = system.read("/proc/cpuinfo")
    model, vendor, generation = describe(cpuinfo)
    logical = count_logical(cpuinfo, system.text(f"{CPUS}/online"))
    return Cpu(
        model=model,
        vendor=vendor,
        generation=generation,
        physical_cores=_physical(system, cpuinfo, logical),
        logical_cores=logical,
        affinity=system.calls.affinity(),
        quota=cpu_quota(system),
        load=load_of(system.read("/proc/loadavg")),
    )


def describe(cpuinfo: str | None | Unknown) -> tuple[Word, Word, Word]:
    """Understand /proc/cpuinfo: model, vendor and generation of the (first) processor."""
    if not isinstance(cpuinfo, str):
        reason = cpuinfo or Unknown("there is no /proc/cpuinfo")
        return reason, reason, reason
    # Read as far as the first processor only: 512 of them are a megabyte.
    first = fields(cpuinfo.partition("\n\n")[0])
    model = first.get("model name") or first.get("cpu") or None  # POWER writes "cpu"
    if "CPU implementer" in first:
        vendor, generation = describe_arm(cpuinfo)
    else:
        vendor, generation = first.get("vendor_id"), _x86(first)
    return model, vendor, generation


def describe_arm(cpuinfo: str) -> tuple[str | None, str | None]:
    """Return vendor and generation; several kinds of cores in one processor are joined."""
    pairs = re.findall(
        r"^CPU implementer\s*: *(0x\w{1,4})\n(?:.*\n){0,4}?CPU part\s*: *(0x\w{1,4})$", cpuinfo, re.MULTILINE
    )
    kinds = dict.fromkeys((whole(implementer, 16), whole(part, 16)) for implementer, part in pairs)
    vendors = dict.fromkeys(ARM_IMPLEMENTERS.get(implementer or 0) for implementer, _part in kinds)
    names = [ARM_PARTS.get((implementer or 0, part or 0)) for implementer, part in kinds]
    vendor = next(iter(vendors), None)
    return vendor, " + ".join(name for name in names if name) if names and all(names) else None


def _x86(first: dict[str, str]) -> str | None:
    family, model = whole(first.get("cpu family")), whole(first.get("model"))
    if family is None or model is None:
        return None
    return x86_generation(first.get("vendor_id", ""), family, model, whole(first.get("stepping")))


def count_logical(cpuinfo: str | None | Unknown, online: str | None) -> Number:
    """Count the processors of /proc/cpuinfo (which containers with lxcfs narrow down), else those online."""
    count = len(re.findall(r"^processor\s*:", cpuinfo, re.MULTILINE)) if isinstance(cpuinfo, str) else 0
    return count or count_list(online) or Unknown("neither /proc/cpuinfo nor /sys lists processors")


def count_list(text: str | None) -> int:
    """Count the members of a list as the kernel writes it: "0-3,8" has five."""
    count = 0
    for part in (text or "").split(","):
        first, dash, last = part.partition("-")
        start, end = whole(first), whole(last if dash else first)
        if start is not None and end is not None and 0 <= start <= end:
            count += end - start + 1
    return count


def _physical(system: System, cpuinfo: str | None | Unknown, logical: Number) -> Number:
    count = count_physical(cpuinfo) if isinstance(cpuinfo, str) else 0
    if count:
        return count
    # Arm does not number cores in /proc/cpuinfo; processors that share a core name the same siblings.
    siblings = {
        text
        for name in system.names(CPUS)
        if re.fullmatch(r"cpu\d+", name) and (text := system.text(f"{CPUS}/{name}/topology/thread_siblings_list"))
    }
    if siblings:
        return min(len(siblings), logical) if isinstance(logical, int) else len(siblings)
    return Unknown("neither /proc/cpuinfo nor /sys tells cores from threads")


def count_physical(cpuinfo: str) -> int:
    """Count the pairs of socket and core in /proc/cpuinfo; 0: it has none."""
    sockets = re.findall(r"^physical id\s*: *(\d+)$", cpuinfo, re.MULTILINE)
    cores = re.findall(r"^core id\s*: *(\d+)$", cpuinfo, re.MULTILINE)
    return len(set(zip(sockets, cores, strict=True))) if len(sockets) == len(cores) else 0


def load_of(loadavg: str | None | Unknown) -> float | None | Unknown:
    """Understand /proc/loadavg: the mean of the last minute."""
    if not isinstance(loadavg, str):
        return loadavg or Unknown("there is no /proc/loadavg")
    load = decimal(loadavg.partition(" ")[0])
    return Unknown("/proc/loadavg holds no number") if load is None or load < 0 else load


def _elsewhere(system: System) -> Cpu:
    counts = system.calls.counts()
    model, vendor, generation = _windows(system) if system.os == "windows" else _mac(system)
    affinity = system.calls.affinity()
    if isinstance(counts, Unknown):
        return Cpu(model, vendor, generation, counts, counts, affinity, None, counts)
    return Cpu(
        model=model,
        vendor=vendor,
        generation=generation,
        physical_cores=counts.physical or Unknown("psutil does not know"),
        logical_cores=counts.logical or Unknown("psutil does not know"),
        affinity=affinity,
        quota=None,
        load=Unknown("Windows keeps no load average") if counts.load is None else counts.load,
    )


def _windows(system: System) -> tuple[Word, Word, Word]:
    name = system.calls.registry(REGISTRY, "ProcessorNameString")
    identifier = system.environment.get("PROCESSOR_IDENTIFIER", "")
    found = re.search(r"Family (\d{1,4}) Model (\d{1,4}) Stepping (\d{1,4}), (\w+)", identifier)
    if not found:
        return printable(name).strip() if name else None, None, None
    family, model, stepping = (int(number) for number in found.group(1, 2, 3))
    return (
        printable(name).strip() if name else None,
        found[4],
        x86_generation(found[4], family, model, stepping),
    )


def _mac(system: System) -> tuple[Word, Word, Word]:
    answer = system.run(["sysctl", "-n", "machdep.cpu.brand_string"], seconds=2.0)
    if answer is None or isinstance(answer, Unknown):
        reason = answer or Unknown("there is no sysctl")
        return reason, reason, reason
    model = answer.stdout.strip() or None
    return model, "Apple" if (model or "").startswith("Apple") else None, model if _is_apple(model) else None


def _is_apple(model: str | None) -> bool:
    return re.fullmatch(r"Apple M\d+( \w+)?", model or "") is not None
