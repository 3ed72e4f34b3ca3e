from collections.abc import Iterator

from envdoctor.facts import Disk, Unknown
from envdoctor.findings import Finding, Fix, Severity, check

LEAST = 50 * 2**30
"""Bytes that a training run of this lab writes."""


@check("LAB001", Severity.WARNING, cause="filesystem")
def scratch_disk(disks: tuple[Disk, ...]) -> Iterator[Finding]:
    """The working folder has less room than a run of this lab writes.

    Checkpoints fill the disk at night, and the run dies.

    How to mend it: work in a folder on the scratch disk.

    Source: the lab's handbook.
    """
    for place, disk in enumerate(disks):
        if disk.purpose == "working" and not isinstance(disk.free_bytes, Unknown) and (disk.free_bytes or 0) < LEAST:
            yield Finding(
                what=f"{disk.path} has {(disk.free_bytes or 0) / 2**30:.0f} GB free, and a run writes 50 GB.",
                why="Checkpoints fill the disk.",
                fix=Fix("Work in a folder on the scratch disk.", ("cd /scratch/$USER",)),
                evidence={f"disks.{place}.free_bytes": disk.free_bytes},
            )
