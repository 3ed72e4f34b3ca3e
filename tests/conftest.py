from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

from tests.rig.libraries import Libraries, NoCompilerError, compile_libraries

# A slow machine is no fault of the code.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


@pytest.fixture(scope="session")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> Libraries:
    """The fake NVIDIA libraries, compiled once for a process of the test run."""
    try:
        return compile_libraries(Path(tmp_path_factory.mktemp("nvidia")))
    except NoCompilerError as error:
        pytest.skip(str(error))
