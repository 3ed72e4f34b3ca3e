from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from envdoctor.report.language import ENGLISH, VARIABLE, speaking
from tests.rig.libraries import Libraries, NoCompilerError, compile_libraries

# A slow machine is no fault of the code.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


# Texts are compared in English, whatever the locale of the person who runs the tests.
os.environ[VARIABLE] = ENGLISH


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Speak English again after each test."""
    with speaking(ENGLISH):
        yield


@pytest.fixture(scope="session")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> Libraries:
    """The fake NVIDIA libraries, compiled once for a process of the test run."""
    try:
        return compile_libraries(Path(tmp_path_factory.mktemp("nvidia")))
    except NoCompilerError as error:
        pytest.skip(str(error))
