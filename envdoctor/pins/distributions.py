"""Linux distributions and their C libraries."""

from __future__ import annotations

import re

GLIBC = {
    "ubuntu": {
        "14.04": "2.19", "16.04": "2.23", "18.04": "2.27", "20.04": "2.31", "22.04": "2.35", "22.10": "2.36",
        "23.04": "2.37", "23.10": "2.38", "24.04": "2.39", "24.10": "2.40", "25.04": "2.41", "25.10": "2.42",
    },
    "debian": {"8": "2.19", "9": "2.24", "10": "2.28", "11": "2.31", "12": "2.36", "13": "2.41"},
    "rhel": {"6": "2.12", "7": "2.17", "8": "2.28", "9": "2.34", "10": "2.39"},
    "fedora": {"36": "2.35", "37": "2.36", "38": "2.37", "39": "2.38", "40": "2.39", "41": "2.40", "42": "2.41"},
    "amazon": {"2": "2.26", "2023": "2.34"},
    "suse": {"12": "2.22", "15": "2.31"},
    "mint": {"19": "2.27", "20": "2.31", "21": "2.35", "22": "2.39"},
}  # fmt: skip
"""Distribution → version → its glibc. Source: the package `libc6` or `glibc` of each (SUSE 15: SP3 and newer)."""
NAMES = {
    "red hat": "rhel", "centos": "rhel", "rocky": "rhel", "almalinux": "rhel", "alma": "rhel", "oracle": "rhel",
    "scientific": "rhel", "linux mint": "mint", "linuxmint": "mint", "pop": "ubuntu", "kubuntu": "ubuntu",
    "sles": "suse", "opensuse": "suse", "bionic": "ubuntu 18.04", "focal": "ubuntu 20.04", "jammy": "ubuntu 22.04",
    "noble": "ubuntu 24.04", "buster": "debian 10", "bullseye": "debian 11", "bookworm": "debian 12",
    "trixie": "debian 13",
}  # fmt: skip
"""Other names, and rebuilds, which have the versions of the original and its glibc."""
ROLLING = re.compile(r"\b(?:arch|manjaro|endeavouros|tumbleweed|gentoo|nixos|void|sid|rolling)\b", re.IGNORECASE)
"""They have no versions, and a glibc that is new enough."""


def glibc_of(text: str) -> tuple[bool, str | None] | None:
    """Return whether the C library of a distribution ("Ubuntu 22.04") is musl, and the version of its glibc.

    That is None for a rolling distribution. None as a whole: the distribution is not known, or its version missing.
    """
    plain = text.lower()
    if re.search(r"\b(?:alpine|musl)", plain):
        return True, None
    if ROLLING.search(plain):
        return False, None
    for other, usual in NAMES.items():
        plain = re.sub(rf"\b{other}\b", usual, plain)
    words = re.findall(r"[a-z]+|[\d.]+", plain)
    name = next((word for word in words if word in GLIBC), "")
    numbers = [word for word in words if word[0].isdigit()]
    # "8.10" of RHEL is "8" to glibc, as "22.04.5" of Ubuntu is "22.04".
    for version, glibc in GLIBC.get(name, {}).items():
        if numbers and f"{numbers[0]}.".startswith(f"{version}."):
            return False, glibc
    return None
