import pytest
from hypothesis import given
from hypothesis import strategies as st

from envdoctor.setup.problem import from_words

PIP_DOWN = (
    "WARNING: Retrying after connection: 'NewConnectionError(\"HTTPSConnection(host='mirror.example', port=443)",
    "ERROR: Could not find a version that satisfies the requirement torch==2.15.0 (from versions: none)",
    "ERROR: No matching distribution found for torch==2.15.0",
)
OLD_PIP_DOWN = (
    "Looking in indexes: https://mirror.example/simple, file:///wheels, https://u:secret@torch.example:8443/whl/cpu",
    "WARNING: Retrying after connection broken by 'NewConnectionError('<object>: [Errno -2])': /whl/cpu/torch/",
    "ERROR: No matching distribution found for torch==2.15.0+cpu",
)


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        pytest.param(OLD_PIP_DOWN, "the index at torch.example:8443 cannot be reached", id="pip 23 names paths alone"),
        pytest.param(PIP_DOWN, "the index at mirror.example cannot be reached", id="pip: nobody listens"),
        pytest.param(PIP_DOWN[1:], "No matching distribution found for torch==2.15.0", id="pip: no such version"),
        pytest.param(
            ("error: Failed to fetch: `https://user:secret@pypi.example/simple/torch/`", "  Caused by: dns error"),
            "the index",
            id="uv: no such host",
        ),
        pytest.param(
            ("  x No solution found when resolving dependencies:", "  because there is no version of torch==9"),
            "No solution found",
            id="uv: no such version",
        ),
        pytest.param(
            ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device",),
            "no room is left on the disk",
            id="the disk is full",
        ),
        pytest.param(
            ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.",),
            "another hash than the lock says",
            id="hashes",
        ),
        pytest.param(("ERROR: HTTP error 403 while getting x",), "credentials", id="forbidden"),
        pytest.param(("ERROR: something new",), "something new; the lines above say more", id="nobody knows it"),
        pytest.param((), "without a word", id="silence"),
    ],
)
def test_what_pip_and_uv_say_becomes_one_line(lines: tuple[str, ...], says: str) -> None:
    message = str(from_words("installing", lines, 1))

    assert message.startswith("installing failed: ")
    assert says in message
    assert "\n" not in message
    assert "secret" not in message


def test_too_slow() -> None:
    assert "--timeout" in str(from_words("installing", (), None))


@given(st.lists(st.text()), st.none() | st.integers())
def test_whatever_it_says_it_is_one_line(lines: list[str], code: int | None) -> None:
    message = str(from_words("resolving", lines, code))

    assert message
    assert len(message.splitlines()) == 1
