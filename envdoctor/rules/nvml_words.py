"""What NVML says, by its own code or, where it could not be asked, in nvidia-smi's words. Pure."""

from __future__ import annotations

from typing import Any

from envdoctor.facts import Driver

WORDS = (
    # What nvidia-smi prints when NVML refuses to start → the code behind it. Source: nvidia-smi's manual, exit codes.
    ("couldn't communicate with the NVIDIA driver", 9),
    ("Driver/library version mismatch", 18),
    ("GPU access blocked by the operating system", 17),
)


def nvml_refusal(driver: Driver) -> tuple[int, dict[str, Any]] | None:
    """Return why NVML does not start: the code, and what shows it. None: it starts, or nobody knows."""
    if isinstance(driver.nvml, int):
        return (driver.nvml, {"driver.nvml": driver.nvml}) if driver.nvml != 0 else None
    message = driver.smi.message if driver.smi is not None else None
    code = next((code for words, code in WORDS if words in (message or "")), None)
    return None if code is None else (code, {"driver.smi.message": message})
