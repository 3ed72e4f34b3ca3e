"""Environment variables: `env`, `export X=…`, `set X=…`, `$env:X = …`, and tables of issue templates."""

from __future__ import annotations

import re
from collections.abc import Iterable

from envdoctor.intake.claims import Claims
from envdoctor.intake.clean import Line
from envdoctor.probes.environment import is_allowed

BY = "variables"
SET = re.compile(
    r"^\s{0,8}(?:[-*] )?(?:(?:export|set|setenv|ENV|-e) |\$env:|declare -x |os\.environ\[['\"])?"
    r"([A-Z][A-Z0-9_]{1,60})(?:['\"]\])?(?: ?= ?| )(\"[^\"]*\"|'[^']*'|\S.*)?$"
)
PROMPT = re.compile(r"^\s{0,8}(?:[$%>]|PS(?: [^>]{0,80})?>) ?(?=\S)(?!env:)")
INLINE = re.compile(
    r"(?:^|[\s`'\"])((?:CUDA|NVIDIA|HIP|ROCR|HSA|NCCL|PYTORCH|TORCH|OMP|MKL|LD)_[A-Z0-9_]{2,40})=([^\s`'\";]*)"
)
"""In front of a command, or in a sentence."""
DETECTRON = re.compile(r"^\s*(CUDA_HOME|CUDA_PATH)\s*:?\s+(\S.*)$")


def read(lines: Iterable[Line], claims: Claims) -> None:
    """Note the variables that change what PyTorch, CUDA, compilers or Python do; others are not taken."""
    for line in lines:
        text = line.text
        if "=" not in text and "CUDA_" not in text:
            continue
        text = PROMPT.sub("", text)
        found = SET.match(text) if "=" in text or text.startswith("ENV ") else None
        if found and text != line.text and " " in (found[2] or "") and found[1] == text[: len(found[1])]:
            found = None  # typed at a prompt, in front of a command
        if found and is_allowed(found[1]):
            claims.add(f"environment.{found[1]}", _value(found[2] or ""), BY, line)
        elif detectron := DETECTRON.match(text):
            if "/" in detectron[2] or "\\" in detectron[2]:
                claims.add(f"environment.{detectron[1]}", detectron[2].strip(), BY, line)
        else:
            for name, value in INLINE.findall(text):
                if is_allowed(name):
                    claims.add(f"environment.{name}", _value(value), BY, line)


def _value(value: str) -> str:
    value = value.strip()
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" else value
