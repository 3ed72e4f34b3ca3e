import pytest
from hypothesis import given
from hypothesis import strategies as st

from envdoctor.probes.last_words import CHARACTERS, LINES, last_words

TRACEBACK = """Traceback (most recent call last):
  File "/u/train.py", line 1, in <module>
    import torch
ImportError: libcudart.so.12: cannot open shared object file
"""
CRASH = """Fatal Python error: Segmentation fault

Thread 0x00007f01 (most recent call first):
  File "/usr/lib/python3.11/threading.py", line 331 in wait

Current thread 0x00007f02 (most recent call first):
  File "<frozen importlib._bootstrap>", line 241 in _call_with_frames_removed
  File "/env/torch/_ops.py", line 3 in load
  File "/env/torch/__init__.py", line 5 in <module>
  File "/x/envdoctor/probes/patient/torch_run.py", line 85 in _import

Extension modules: numpy.core._multiarray_umath (total: 1)
"""
ABORT = """terminate called after throwing an instance of 'c10::Error'
  what():  Unrecognized CachingAllocator option: garbage
Exception raised from parse at /w/CUDAAllocatorConfig.cpp:210 (most recent call first):
frame #0: c10::Error::Error(c10::SourceLocation, std::string) + 0x9d (0x7fe3c235c13d in /e/libc10.so)
frame #1: <unknown function> + 0x356f6 (0x7fe3c29656f6 in /e/libc10_cuda.so)
<omitting python frames>
frame #42: _start + 0x21 (0x55b5cb05b081 in python)

Fatal Python error: Aborted

Current thread 0x00007fe3c3e52b80 (most recent call first):
  File "/env/torch/__init__.py", line 505 in <module>
"""
HANG = """Timeout (0:00:29)!
Thread 0x00007f01 (most recent call first):
  File "/usr/lib/python3.11/threading.py", line 331 in wait
Thread 0x00007f02 (most recent call first):
  File "/env/torch/cuda/__init__.py", line 319 in _lazy_init
  File "/u/train.py", line 1 in <module>
"""


@pytest.mark.parametrize(
    ("stderr", "words"),
    [
        pytest.param("", (), id="nothing"),
        pytest.param(" \n\n\t\n", (), id="blanks"),
        pytest.param(TRACEBACK, tuple(line.strip() for line in TRACEBACK.splitlines()), id="a traceback as it is"),
        pytest.param(
            CRASH,
            (
                "Fatal Python error: Segmentation fault",
                'File "/env/torch/__init__.py", line 5 in <module>',
                'File "/env/torch/_ops.py", line 3 in load',
            ),
            id="the thread that crashed, the innermost frame last",
        ),
        pytest.param(
            ABORT,
            (
                "terminate called after throwing an instance of 'c10::Error'",
                "what():  Unrecognized CachingAllocator option: garbage",
                "Exception raised from parse at /w/CUDAAllocatorConfig.cpp:210 (most recent call first):",
                "Fatal Python error: Aborted",
                'File "/env/torch/__init__.py", line 505 in <module>',
            ),
            id="what C++ says, without its frames",
        ),
        pytest.param(
            HANG,
            (
                "Timeout (0:00:29)!",
                'File "/u/train.py", line 1 in <module>',
                'File "/env/torch/cuda/__init__.py", line 319 in _lazy_init',
            ),
            id="the main thread of a hang",
        ),
    ],
)
def test_last_words(stderr: str, words: tuple[str, ...]) -> None:
    assert last_words(stderr) == words


def test_a_flood_leaves_its_end() -> None:
    words = last_words("\n".join(f"line {i} {'x' * 5000}" for i in range(10_000)))

    assert len(words) == LINES
    assert all(len(word) == CHARACTERS for word in words)
    assert words[-1].startswith("line 9999 ")


def test_a_deep_stack_leaves_room_for_the_message() -> None:
    deep = "".join(f'  File "/u/deep.py", line {i} in f\n' for i in range(100))
    words = last_words(f"Fatal Python error: Stack overflow\n\nCurrent thread 0x1 (most recent call first):\n{deep}")

    assert words[0] == "Fatal Python error: Stack overflow"
    assert words[-1] == 'File "/u/deep.py", line 0 in f'


@given(st.text())
def test_any_text(stderr: str) -> None:
    assert all(word == word.strip() and "\n" not in word for word in last_words(stderr))
