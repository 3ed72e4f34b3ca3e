import json
from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from envdoctor.facts import Snapshot, Torch
from envdoctor.lock import BadLock, Install, Package, install_of, load, make_lock, minor, public_index, render
from envdoctor.report.private import make_private
from envdoctor.saved import read_saved
from tests.report import samples

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=timezone.utc)


def test_a_lock_is_read_back_as_it_was_written() -> None:
    lock = make_lock(make_private(samples.healthy_gpu()), now=NOW)

    assert load(render(lock)) == lock
    assert lock.created == "2026-11-20T10:00:00Z"
    assert lock.verdict == "healthy"


def test_a_lock_is_also_what_a_machine_was() -> None:
    lock = make_lock(samples.healthy_gpu(), now=NOW)
    saved = read_saved(render(lock).encode())

    assert saved.facts == lock.facts
    assert saved.created == lock.created


def test_the_packages_are_those_of_the_environment_without_envdoctor() -> None:
    facts = replace(samples.snapshot(), packages={"torch": "2.15.0+cpu", "numpy": "2.4.6", "torch-envdoctor": "0.1.0"})
    install = install_of(facts)

    assert install.packages == (Package("numpy", "2.4.6"), Package("torch", "2.15.0+cpu"))
    assert install.index == ("https://download.pytorch.org/whl/cpu",)


@pytest.mark.parametrize("version", ["2.15.0", "2.15.0a0+git1234", "2.15.0+local.build", ""])
def test_other_builds_have_no_index_of_their_own(version: str) -> None:
    assert install_of(Snapshot(packages={"torch": version})).index == ()


def test_of_an_unknown_machine_nothing_is_locked_to_install() -> None:
    assert install_of(Snapshot(torch=Torch("2.15.0"))) == Install()


def test_a_private_index_is_not_written_down() -> None:
    assert public_index(("https://user:pw@mirror.corp/simple", "https://download.pytorch.org/whl/cpu")) == (
        "https://download.pytorch.org/whl/cpu",
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "not JSON"),
        ("[]", "a JSON object is expected"),
        ("{}", '"schema" is null'),
        ('{"schema": "envdoctor/report/1"}', "envdoctor/lock/1, which `envdoctor lock` writes"),
        ('{"schema": "envdoctor/lock/99"}', "envdoctor/lock/99"),
        ('{"schema": "envdoctor/lock/1"}', '"created" is missing'),
        ('{"schema": "envdoctor/lock/1", "created": "x", "install": {}, "facts": 1}', "Expected"),
        ('{"schema": "envdoctor/lock/1", "created": "x", "install": {}, "facts": {"gpus": 1}}', "facts.gpus"),
        ('{"schema": "envdoctor/lock/1", "created": "x", "install": [], "facts": {}}', "Expected"),
        ('{"schema": "envdoctor/lock/1", "created": "x", "install": ' + "[" * 50_000, ""),
    ],
)
def test_what_is_no_lock_is_one_line(text: str, says: str) -> None:
    with pytest.raises(BadLock) as caught:
        load(text)

    assert says in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_any_install_is_one_or_is_refused(value: object) -> None:
    text = {"schema": "envdoctor/lock/1", "created": "x", "install": value, "facts": {}}
    try:
        load(json.dumps(text))
    except BadLock as error:
        assert len(str(error).splitlines()) <= 1  # noqa: PT017  # either is right


def test_fields_of_a_later_version_are_left_out() -> None:
    text = '{"schema": "envdoctor/lock/1", "created": "x", "install": {"new": 1}, "facts": {"new": 2}, "new": 3}'

    assert load(text).install == Install()


@pytest.mark.parametrize(("version", "short"), [("3.11.7", "3.11"), ("3.13.0rc1", "3.13"), (None, None)])
def test_minor(version: str | None, short: str | None) -> None:
    assert minor(version) == short
