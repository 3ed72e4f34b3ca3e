from __future__ import annotations

import resource

import pytest

from envdoctor.facts import Limits, Unknown
from envdoctor.probes import limits
from envdoctor.probes.calls import Calls
from envdoctor.probes.system import System


def test_each_limit_is_asked_by_its_name() -> None:
    known = {"RLIMIT_NOFILE": 1024, "RLIMIT_AS": None, "RLIMIT_MEMLOCK": 65536, "RLIMIT_NPROC": 7, "RLIMIT_FSIZE": 9}

    assert limits.probe(System(calls=Calls(limit=lambda name: known[name]))) == Limits(1024, None, 65536, 7, 9)


def test_a_limit_that_cannot_be_told_is_unknown() -> None:
    found = limits.probe(System(calls=Calls(limit=lambda name: Unknown(f"{name}: no"))))

    assert found is not None
    assert found.open_files == Unknown("RLIMIT_NOFILE: no")


def test_windows_has_none() -> None:
    assert limits.probe(System(os="windows")) is None


@pytest.mark.parametrize("name", ["RLIMIT_NOFILE", "RLIMIT_AS", "RLIMIT_MEMLOCK", "RLIMIT_NPROC", "RLIMIT_FSIZE"])
def test_the_real_call_agrees_with_the_kernel(name: str) -> None:
    soft, _ = resource.getrlimit(getattr(resource, name))

    assert Calls().limit(name) == (None if soft == resource.RLIM_INFINITY else soft)


def test_a_limit_that_this_system_does_not_have() -> None:
    assert isinstance(Calls().limit("RLIMIT_OF_NOTHING"), Unknown)
