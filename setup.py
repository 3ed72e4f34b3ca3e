"""Says which commands are installed, for they depend on the system. All else stands in pyproject.toml.

On POSIX, `envdoctor` is the shell script `launcher/envdoctor`, which starts Python whatever PYTHONHOME and PYTHONPATH
hold. The command that the installer makes, with the place of its Python in the first line, stands beside it.
Elsewhere that one is `envdoctor` itself (on Windows, `envdoctor.exe`).

A wheel made on POSIX is for that platform. The variable ENVDOCTOR_WHEEL makes others: `posix`, for all of them;
`any`, for every system, without the launcher.
"""

from __future__ import annotations

import os

from setuptools import setup
from setuptools.command.bdist_wheel import bdist_wheel

MAIN = "envdoctor.__main__:main"
CHECKS = "envdoctor = envdoctor_checks"
"""The same door that other people's packages use to bring in checks."""

WANTED = os.environ.get("ENVDOCTOR_WHEEL", "")
LAUNCHED = os.name == "posix" and WANTED != "any"
POSIX = (
    *(f"{libc}_{arch}" for libc in ("manylinux2014", "musllinux_1_1") for arch in ("x86_64", "aarch64", "ppc64le")),
    *("macosx_10_9_x86_64", "macosx_11_0_arm64"),
)
"""Tags of the platforms that have `/bin/sh`; nothing in the wheel is compiled."""


class PosixWheel(bdist_wheel):
    """A wheel that Windows must not be given: it holds no program for it."""

    def get_tag(self) -> tuple[str, str, str]:
        """Return the tags of Python, ABI and platform."""
        self.root_is_pure = False  # of one that is pure the platform is "any"
        platform = ".".join(POSIX) if WANTED == "posix" else super().get_tag()[2]
        self.root_is_pure = True
        return "py3", "none", platform


if LAUNCHED:
    setup(
        entry_points={"console_scripts": [f"envdoctor-python = {MAIN}"], "envdoctor.checks": [CHECKS]},
        scripts=["launcher/envdoctor"],
        cmdclass={"bdist_wheel": PosixWheel},
    )
else:
    setup(entry_points={"console_scripts": [f"envdoctor = {MAIN}"], "envdoctor.checks": [CHECKS]})
