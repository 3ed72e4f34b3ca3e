from __future__ import annotations

import json
import math
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from envdoctor.facts import Cpu, Host, Snapshot, Unknown
from envdoctor.report.json import BadReport, load, render
from envdoctor.report.model import Report
from tests.report import samples

CHARACTERS = st.characters(exclude_categories=["Cs"])
SIMPLE: dict[Any, st.SearchStrategy[Any]] = {
    str: st.text(CHARACTERS, max_size=12),
    int: st.integers(-(2**70), 2**70),
    float: st.floats(allow_nan=False, allow_infinity=False),
    bool: st.booleans(),
    NoneType: st.none(),
    Any: st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(CHARACTERS, max_size=12),
}


def of(kind: Any) -> st.SearchStrategy[Any]:
    """Return a strategy for any type that facts are declared with."""
    if kind in SIMPLE:
        return SIMPLE[kind]
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return st.one_of([of(one) for one in inner])
    if origin is tuple:
        return st.lists(of(inner[0]), max_size=2).map(tuple)
    if origin is dict:
        # A mapping of nothing but "unknown" is how `Unknown` is written.
        keys = st.text(CHARACTERS, max_size=8).filter(lambda key: key != "unknown")
        return st.dictionaries(keys, of(inner[1]), max_size=2)
    fields = msgspec.structs.fields(kind)
    return st.fixed_dictionaries({field.name: of(field.type) for field in fields}).map(lambda given: kind(**given))


def with_facts(facts: Snapshot) -> Report:
    return msgspec.structs.replace(samples.broken(), facts=facts)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.fixed_dictionaries({field.name: of(field.type) for field in msgspec.structs.fields(Snapshot)}))
def test_facts_come_back_as_they_were(facts: dict[str, Any]) -> None:
    snapshot = Snapshot(**facts)

    assert load(render(with_facts(snapshot))).facts == snapshot


@pytest.mark.parametrize("sample", samples.ALL.values(), ids=samples.ALL)
def test_a_report_comes_back_whole(sample: Any) -> None:
    text = render(sample())

    assert render(load(text)) == text
    assert render(load(text.encode())) == text
    assert load(text).facts == sample().facts


@pytest.mark.parametrize("bad", samples.HOSTILE, ids=lambda bad: repr(bad[:14]))
def test_hostile_texts_come_back(bad: str) -> None:
    text = render(samples.hostile(bad))

    assert render(load(text)) == text


def test_keys_stand_as_the_contract_has_them() -> None:
    made = json.loads(render(samples.broken()))

    assert made["schema"] == "envdoctor/report/1"
    assert made["primary"] == made["findings"][0]["code"] == "DRV002"
    assert made["findings"][0]["severity"] == "error"
    assert made["findings"][0]["fix"]["risk"] == "changes-environment"
    assert made["facts"]["compilers"] == {"unknown": "gcc did not answer in 5 s"}
    assert made["facts"]["torchaudio"] is None
    assert made["not_checked"] == [{"code": "SYS001", "reason": "compilers is unknown: gcc did not answer in 5 s"}]


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_a_number_that_json_lacks_is_not_made_into_nothing(number: float) -> None:
    made = msgspec.structs.replace(
        with_facts(Snapshot(cpu=Cpu(load=number))), measurements=({"loss": [2.3, number], "deep": {"x": number}},)
    )
    saved = json.loads(render(made), parse_constant=pytest.fail)

    assert saved["measurements"][0]["loss"] == [2.3, {"unknown": str(number)}]
    assert load(render(made)).facts.cpu == Cpu(load=Unknown(str(number)))


def test_undecodable_names_are_spelt_out() -> None:
    text = render(with_facts(Snapshot(host=Host("linux", "caf\udce9"), packages={"\udcff": "1"})))

    assert text.encode("utf-8")
    assert load(text).facts.host == Host("linux", "caf\\udce9")


def test_unknown_fields_are_left_out() -> None:
    saved = json.loads(render(samples.broken()))
    saved["new"] = saved["facts"]["newer"] = saved["findings"][0]["newest"] = {"a": [1]}

    assert render(load(json.dumps(saved))) == render(samples.broken())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_what_windows_makes_of_a_redirected_report_is_read(encoding: str) -> None:
    text = render(samples.clean_cpu())

    assert render(load(text.encode(encoding))) == text


def without(field: str) -> str:
    return json.dumps({name: value for name, value in json.loads(render(samples.broken())).items() if name != field})


def but(field: str, value: Any) -> str:
    return json.dumps({**json.loads(render(samples.broken())), field: value})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("", ("not JSON",), id="empty"),
        pytest.param("Collecting environment information...", ("not JSON",), id="another program's text"),
        pytest.param("[1, 2]", ("object", "array"), id="an array"),
        pytest.param('"text"', ("object", '"text"'), id="a string"),
        pytest.param("{}", ("schema", "envdoctor/report/1"), id="no schema"),
        pytest.param(
            but("schema", "envdoctor/report/9"), ("envdoctor/report/9", "reads envdoctor/report/1"), id="newer"
        ),
        pytest.param(but("schema", {"a": 1}), ("schema", "an object"), id="a schema of wrong shape"),
        pytest.param(without("verdict"), ('"verdict" is missing',), id="a field is missing"),
        pytest.param(but("seconds", "long"), ("seconds", "float"), id="a wrong type"),
        pytest.param(but("findings", [{"what": 1}]), ("findings[0]",), id="a path"),
        pytest.param(but("facts", {"host": {"os": 5}}), ("facts.host", "str"), id="a path in the facts"),
        pytest.param(but("facts", []), ("facts", "object"), id="facts of wrong shape"),
        pytest.param(but("findings", []), ("primary", "DRV002"), id="a primary without a finding"),
        pytest.param(but("verdict", "<b>"), ("verdict", "healthy"), id="no such verdict"),
        pytest.param("[" * 100_000, ("nested",), id="deep"),
        pytest.param('{"a":' * 100_000, ("nested",), id="deep objects"),
        pytest.param(render(samples.broken())[:-200], ("not JSON",), id="cut off"),
        pytest.param(render(samples.broken()).replace("1.92", "NaN"), ("not JSON",), id="NaN"),
        pytest.param(render(samples.broken()).replace("1.92", "1e999"), ("not JSON",), id="a huge number"),
        pytest.param(b"\x7fELF\x02\x01\x01\x00", ("not JSON",), id="a program"),
        pytest.param(b"\x89PNG\r\n\x1a\n", ("UTF-8",), id="a picture"),
        pytest.param(b"\xff\xfe\x00", ("UTF-8",), id="half a character"),
        pytest.param(b"\x00" * 100, ("not JSON",), id="zeros"),
    ],
)
def test_says_in_one_line_why_it_is_no_report(text: str | bytes, words: tuple[str, ...]) -> None:
    with pytest.raises(BadReport) as refused:
        load(text)

    message = str(refused.value)
    assert "\n" not in message
    assert len(message) < 300
    for word in words:
        assert word in message


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300) | st.text(max_size=100))
def test_rubbish_is_refused_and_nothing_else(rubbish: str | bytes) -> None:
    with pytest.raises(BadReport):
        load(rubbish)


def json_values() -> st.SearchStrategy[Any]:
    simple = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5)
    names = st.sampled_from(["unknown", "os", "code", "what", "schema", "name"]) | st.text(max_size=3)
    return st.recursive(simple, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3))


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from([*Report.__struct_fields__, "facts"]), st.sampled_from(Snapshot.__struct_fields__), json_values()
)
def test_any_wrong_field_is_refused_or_read(field: str, fact: str, value: Any) -> None:
    text = but("facts", {fact: value}) if field == "facts" else but(field, value)
    try:
        report = load(text)
    except BadReport:
        pass
    else:
        assert load(render(report)).facts == report.facts
