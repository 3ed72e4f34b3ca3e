"""Family and model of a processor → the generation that people speak of. Only what the sources name.

Sources, read in November 2026: Linux, arch/x86/include/asm/intel-family.h (Intel),
arch/x86/kernel/cpu/amd.c (generations of Zen), arch/arm64/include/asm/cputype.h (Arm). Names with a
stepping: Intel, "Xeon scalable specification updates" (Cascade Lake 5 to 7, Cooper Lake 10 and 11).
"""

from __future__ import annotations

INTEL_FAMILY_6 = {
    0x1A: "Nehalem-EP", 0x1E: "Nehalem", 0x1F: "Nehalem", 0x2E: "Nehalem-EX",
    0x25: "Westmere", 0x2C: "Westmere-EP", 0x2F: "Westmere-EX",
    0x2A: "Sandy Bridge", 0x2D: "Sandy Bridge-EP", 0x3A: "Ivy Bridge", 0x3E: "Ivy Bridge-EP",
    0x3C: "Haswell", 0x45: "Haswell", 0x46: "Haswell", 0x3F: "Haswell-EP",
    0x3D: "Broadwell", 0x47: "Broadwell", 0x4F: "Broadwell-EP", 0x56: "Broadwell-DE",
    0x4E: "Skylake", 0x5E: "Skylake", 0x66: "Cannon Lake",
    0xA5: "Comet Lake", 0xA6: "Comet Lake", 0xA7: "Rocket Lake",
    0x7D: "Ice Lake", 0x7E: "Ice Lake", 0x6A: "Ice Lake-SP", 0x6C: "Ice Lake-D",
    0x8C: "Tiger Lake", 0x8D: "Tiger Lake",
    0x8F: "Sapphire Rapids", 0xCF: "Emerald Rapids", 0xAD: "Granite Rapids", 0xAE: "Granite Rapids-D",
    0x97: "Alder Lake", 0x9A: "Alder Lake", 0xBE: "Alder Lake-N",
    0xB7: "Raptor Lake", 0xBA: "Raptor Lake", 0xBF: "Raptor Lake", 0xAA: "Meteor Lake", 0xAC: "Meteor Lake",
    0x5C: "Goldmont", 0x5F: "Goldmont", 0x7A: "Goldmont Plus",
    0x57: "Knights Landing", 0x85: "Knights Mill",
}  # fmt: skip

INTEL_STEPPINGS = {
    # Model: (first stepping, last, name).
    0x55: ((0, 4, "Skylake-X"), (5, 7, "Cascade Lake"), (10, 11, "Cooper Lake")),
    0x8E: ((0, 9, "Kaby Lake"),),
    0x9E: ((0, 9, "Kaby Lake"), (10, 13, "Coffee Lake")),
}

AMD = {
    # Family: (first model, last, name).
    0x17: ((0x00, 0x2F, "Zen"), (0x50, 0x5F, "Zen"), (0x30, 0x4F, "Zen 2"), (0x60, 0x7F, "Zen 2"),
           (0x90, 0x91, "Zen 2"), (0xA0, 0xAF, "Zen 2")),
    0x19: ((0x00, 0x0F, "Zen 3"), (0x20, 0x5F, "Zen 3"), (0x10, 0x1F, "Zen 4"), (0x60, 0xAF, "Zen 4")),
    0x1A: ((0x00, 0x2F, "Zen 5"), (0x40, 0x4F, "Zen 5"), (0x60, 0x7F, "Zen 5")),
}  # fmt: skip

ZEN_PLUS = frozenset({0x08, 0x18})
"""Models of family 0x17 that are sold as Zen+ (Pinnacle Ridge, Picasso)."""

ARM_IMPLEMENTERS = {0x41: "ARM", 0x46: "Fujitsu", 0x4E: "NVIDIA", 0x51: "Qualcomm", 0x61: "Apple", 0xC0: "Ampere"}

ARM_PARTS = {
    # (Implementer, part).
    (0x41, 0xD03): "Cortex-A53", (0x41, 0xD07): "Cortex-A57", (0x41, 0xD08): "Cortex-A72",
    (0x41, 0xD0B): "Cortex-A76", (0x41, 0xD0C): "Neoverse N1", (0x41, 0xD40): "Neoverse V1",
    (0x41, 0xD42): "Cortex-A78AE", (0x41, 0xD49): "Neoverse N2", (0x41, 0xD4F): "Neoverse V2",
    (0x41, 0xD85): "Cortex-X925", (0x41, 0xD87): "Cortex-A725",
    (0x46, 0x001): "A64FX", (0x4E, 0x003): "Denver 2", (0x4E, 0x004): "Carmel",
    (0xC0, 0xAC3): "Ampere-1", (0xC0, 0xAC4): "Ampere-1a",
}  # fmt: skip


def x86_generation(vendor: str, family: int, model: int, stepping: int | None) -> str | None:
    """Return the generation of an x86 processor by the numbers of CPUID, or None: not in the table."""
    if vendor == "GenuineIntel" and family == 6:  # noqa: PLR2004  # the one family since 1995
        if model in INTEL_STEPPINGS:
            return None if stepping is None else _within(INTEL_STEPPINGS[model], stepping)
        return INTEL_FAMILY_6.get(model)
    if vendor == "AuthenticAMD":
        if family == 0x17 and model in ZEN_PLUS:  # noqa: PLR2004
            return "Zen+"
        return _within(AMD.get(family, ()), model)
    return None


def _within(ranges: tuple[tuple[int, int, str], ...], number: int) -> str | None:
    return next((name for first, last, name in ranges if first <= number <= last), None)
