from __future__ import annotations

from pathlib import Path

import pytest

from tests.rig.libraries import Libraries, NoCompilerError, compile_libraries


@pytest.fixture(scope="session")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> Libraries:
    """The fake NVIDIA libraries, compiled once for a process of the test run."""
    try:
        return compile_libraries(Path(tmp_path_factory.mktemp("nvidia")))
    except NoCompilerError as error:
        pytest.skip(str(error))
