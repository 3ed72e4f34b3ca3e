import json
import subprocess
import sys
from importlib.util import find_spec

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envdoctor.rules.alloc_conf import KEYS, fault

TAKEN = (
    "",
    " ",
    "expandable_segments:True",
    "expandable_segments:False",
    "expandable_segments:True,",
    "garbage_collection_threshold: 0.8 , max_split_size_mb : 128",
    "max_split_size_mb:20",
    "max_split_size_mb:512MB",
    "roundup_power2_divisions:[256:1,512:2,1024:4,>:8]",
    "roundup_power2_divisions:[256:1,512:2,>:4],expandable_segments:True",
    "roundup_power2_divisions:[]",
    "roundup_power2_divisions:8",
    "backend:native",
    "pinned_num_register_threads:8",
    "pinned_use_background_threads:True",
    "pinned_use_cuda_host_register:True",
    "release_lock_on_cudamalloc:True",
    "per_process_memory_fraction:0.5",
    "large_segment_size_mb:40",
    "expandable_segments_reserve:40G",
    "expandable_segments_reserve_by_class:[small:1,large:2]",
    "throw_on_cudamalloc_oom:True",
)
ABORTING = (
    "max_split_size_mb",
    "max_split_size_mb=512",
    "max_split_size_mb = 128",
    "expandable_segments=True",
    "expandable_segments:",
    ":True",
    "a:b:c",
    "expandable_segments:True max_split_size_mb:512",
    "max_split_size_mb:512;expandable_segments:True",
    "max_split_size_mb:5,expandable_segments",
    "roundup_power2_divisions:[256:1,512:2",
)
RAISING = (
    "foo:1",
    "max_split_size_mb:abc",
    "max_split_size_mb:5",
    "max_split_size_mb:1.5",
    "garbage_collection_threshold:1.5",
    "garbage_collection_threshold:0",
    "garbage_collection_threshold:1.0",
    "garbage_collection_threshold:half",
    "expandable_segments:true",
    "expandable_segments:1",
    "backend:foo",
    "roundup_power2_divisions:3",
    "roundup_power2_divisions:0",
    "roundup_power2_divisions:[256:3]",
    "roundup_power2_divisions:[300:4]",
    ",expandable_segments:True",
    "expandable_segments:True,,max_split_size_mb:512",
    "pinned_num_register_threads:3",
    "pinned_num_register_threads:256",
    "per_process_memory_fraction:1.5",
    "large_segment_size_mb:10",
    '"expandable_segments:True"',
    "'expandable_segments:True'",
    '{"expandable_segments": true}',
)
ASK = """
import json, sys, warnings
warnings.simplefilter("ignore")
import torch
set_ = getattr(torch._C, "_accelerator_setAllocatorSettings", None)
answers = {}
for value in json.loads(sys.argv[1]) if set_ else []:
    try:
        set_(value)
        answers[value] = None
    except Exception as error:
        answers[value] = str(error).splitlines()[0]
print(json.dumps(answers))
"""
"""Hands values to PyTorch's own parser, as the variable's would be."""


@pytest.mark.parametrize("value", TAKEN)
def test_takes_what_pytorch_takes(value: str) -> None:
    assert fault(value) is None


@pytest.mark.parametrize("value", ABORTING)
def test_knows_what_kills_the_import(value: str) -> None:
    found = fault(value)

    assert found is not None
    assert found.aborts


@pytest.mark.parametrize("value", RAISING)
def test_knows_what_raises(value: str) -> None:
    found = fault(value)

    assert found is not None
    assert not found.aborts


@pytest.mark.parametrize(("value", "sure"), [("new_key:1", False), ('{"new_key":1}', True), ("max-split:1", True)])
def test_only_a_well_formed_key_may_be_a_newer_one(value: str, sure: bool) -> None:
    found = fault(value)

    assert found is not None
    assert found.sure is sure


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("expandable_segments:true", "`expandable_segments` must be True or False, not `true`"),
        ("max_split_size_mb:5", "`max_split_size_mb` must be at least 20, not `5`"),
        ("max_split_size_mb=5", "`max_split_size_mb=5` is not of the form key:value"),
        ("roundup_power2_divisions:[256:3]", "must be powers of two like [256:1,512:2,>:4]"),
    ],
)
def test_says_what_is_wrong(value: str, text: str) -> None:
    found = fault(value)

    assert found is not None
    assert text in found.text


@given(st.one_of(st.text(), st.text(alphabet=":,[]>= TrueFalse0123456789._" + "".join(KEYS))))
def test_never_raises(value: str) -> None:
    found = fault(value)

    assert found is None or found.text


@pytest.mark.slow
@pytest.mark.skipif(find_spec("torch") is None, reason="asks PyTorch itself")
def test_pytorch_agrees() -> None:
    values = [*TAKEN, *RAISING, *ABORTING]
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", ASK, json.dumps(values)], check=True, capture_output=True, text=True
    )
    answers = json.loads(done.stdout.splitlines()[-1])
    if not answers:
        pytest.skip("this PyTorch has no settings to hand over")

    assert [value for value in TAKEN if answers[value] is not None] == []
    assert [value for value in RAISING + ABORTING if answers[value] is None] == []


@pytest.mark.slow
@pytest.mark.skipif(find_spec("torch") is None, reason="asks PyTorch itself")
def test_the_import_dies_of_an_equals_sign() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", "import torch"],
        check=False, capture_output=True, env={"PYTORCH_CUDA_ALLOC_CONF": "max_split_size_mb=512"}, text=True,
    )  # fmt: skip

    assert done.returncode != 0
