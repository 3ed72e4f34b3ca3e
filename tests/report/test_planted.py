"""Secrets of every known shape, planted everywhere a machine can put a text, in every format."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import quote

import click
import msgspec
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from envdoctor.cli.main import main
from envdoctor.facts import Snapshot, Unknown
from envdoctor.judge import Judgement
from envdoctor.report import NAMES, render
from envdoctor.report.identity import Identity
from envdoctor.report.model import make_report
from envdoctor.report.private import LONGEST, cut, make_private, privately, without_secrets
from tests.report import samples

MIX = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
BODY = st.text(MIX, min_size=40, max_size=48).filter(lambda text: len(re.findall(r"\d", text)) > 4)
FORMS = {
    "GitHub": "ghp_{}",
    "GitHub app": "ghs_{}",
    "GitHub fine": "github_pat_{}",
    "GitLab": "glpat-{}",
    "Hugging Face": "hf_{}",
    "PyPI": "pypi-AgEIcHlwaS{}",
    "npm": "npm_{}",
    "Docker": "dckr_pat_{}",
    "OpenAI": "sk-proj-{}",
    "Anthropic": "sk-ant-api03-{}",
    "NVIDIA": "nvapi-{}",
    "Slack": "xoxb-{}",
    "Slack app": "xapp-1-{}",
    "Slack hook": "https://hooks.slack.com/services/T0/B0/{}",
    "Google secret": "GOCSPX-{}",
    "Google token": "ya29.{}",
    "Stripe": "sk_live_{}",
    "Groq": "gsk_{}",
    "Vault": "hvs.{}",
    "Tailscale": "tskey-auth-{}",
    "SendGrid": "SG.{0}.{0}",
    "Telegram": "123456789:AA{}",
    "JWT": "eyJhbGciOiJIUzI1NiJ9.{0}.{0}",
    "PEM": "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----",
    "bearer": "Authorization: Bearer {}",
    "basic": "Authorization: Basic {}",
    "cookie": "Set-Cookie: sid={}",
    "password": "password={}",
    "password in JSON": '{{"password": "{}"}}',
    "key": "api_key: {}",
    "azure": "AccountKey={};",
    "aws": "aws_secret_access_key = {}",
    "option": "--token {}",
    "netrc": "machine x login y password {}",
    "curl": "curl -u bob:{} x",
    "URL": "https://bob:{}@pytorch.org/x",
    "query": "https://pytorch.org/x?sig={}",
    "index": "--index-url https://{}.acme.com/simple",
    "index path": "https://nexus.acme.com/{}/simple",
    "mirror": "--trusted-host {}",
    "git": "git@git.acme.com:team/{}.git",
    "bucket": "s3://{}/x",
    "home": "/home/{}/x",
    "mac home": "/Users/{}/x",
    "Windows home": "C:\\Users\\{}\\x",
    "Windows home in JSON": "C:\\\\Users\\\\{}\\\\x",
    "WSL home": "/mnt/c/Users/{}/x",
    "UNC": "\\\\{}\\share\\x",
    "URL home": "%2Fhome%2F{}%2Fx",
    "folder": "/data/{}/bin/python",
    "folder on a drive": "D:\\{}\\python.exe",
    "below home": "~/{}/x",
    "email": "{}@mail.example.org",
    "email in URL": "{}%40mail.example.org",
    "prompt": "{}@node1:~$",
    "serial": "Serial Number : {}",
}
PLACES = st.sampled_from(
    [
        "{}",
        "failed: {}",
        "('{}')",
        '"{}"',
        "x\n{}\ny",
        "{}, and more",
        "see [{}]",
        "x\\n{}\\ny",
        "| {} |",
        "`{}`",
        "a;{};b",
    ]
)
EVERY = tuple(name for name in NAMES if name != "html")


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(sorted(FORMS)), BODY, PLACES)
def test_a_planted_secret_reaches_no_format(form: str, secret: str, place: str) -> None:
    made = make_private(samples.hostile(place.format(FORMS[form].format(secret))), Identity())

    for name in EVERY:
        assert secret not in render(made, name), name
    assert made.removed


@pytest.mark.parametrize("form", FORMS)
def test_each_shape_reaches_no_page(form: str) -> None:
    planted = "q7Zk3mWx9TbR2vLp8NcY4hGd6FsJ5aQe7UoK3iMz9XwB"
    made = make_private(samples.hostile(f"failed: {FORMS[form].format(planted)}"), Identity())

    for name in NAMES:
        assert planted not in render(made, name), name


@pytest.mark.parametrize("place", ["{}", "x\n{}\ny", r"x\n{}\ny", r"x\r\n{}", r"\t{}"])
@pytest.mark.parametrize("form", FORMS)
def test_a_plain_secret_is_known_by_what_stands_before_it(form: str, place: str) -> None:
    planted = "2" * 40  # nothing that chance has made
    made = make_private(samples.hostile(place.format(FORMS[form].format(planted))), Identity())

    assert planted not in render(made, "json")


NAMES_OF_PEOPLE = st.text("bdfghkmnprstvz", min_size=2, max_size=5).map(lambda text: f"q{text}w") | st.sampled_from(
    ["José García", "zoë.o'neil", "李小龙", "müller-lüdenscheidt", "q_w_e", "дмитрий"]
)
SPELT = st.sampled_from(
    [
        str,
        str.upper,
        str.title,
        lambda name: quote(name, safe=""),
        lambda name: json.dumps(name)[1:-1],
        lambda name: ascii(name)[1:-1],
    ]
)
AROUND = st.sampled_from(
    [
        "({})", "for {}.", "/home/{}/x", "C:\\Users\\{}\\x", "C:\\\\Users\\\\{}\\\\x", "/mnt/c/Users/{}/x",
        "%2Fhome%2F{}%2Fx", "\\/home\\/{}\\/x", "\\\\wsl$\\Ubuntu\\home\\{}\\x", "user={}", '"user": "{}"',
        "uid=1000({})", "{}@node1", "/opt/torchinductor_{}/x", "x\\n{}\\ny", "/run/user/{}/x",
    ]
)  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(NAMES_OF_PEOPLE, SPELT, AROUND, st.booleans())
def test_a_name_reaches_no_format_in_any_spelling(name: str, spell: object, around: str, is_host: bool) -> None:
    assert callable(spell)
    spelt = spell(name)
    identity = Identity(host=name) if is_host else Identity(user=name, homes=(f"/home/{name}", f"C:\\Users\\{name}"))
    made = make_private(samples.hostile(around.format(spelt)), identity)

    for format_ in EVERY:
        assert spelt.lower() not in render(made, format_).lower(), format_


@pytest.mark.parametrize("name", ["root", "a", "cuda", "torch", "python", "nvidia", "grace", "hopper", "max", "will"])
def test_users_with_the_names_of_things_blank_nothing(name: str) -> None:
    identity = Identity(homes=(f"/home/{name}",), user=name, host=name)
    for sample in samples.ALL.values():
        whole = make_private(sample(), Identity())
        assert make_private(sample(), identity) == whole


def test_what_a_reader_needs_stays() -> None:
    text = render(make_private(samples.broken(), Identity(user="ann", homes=("/home/ann",))), "markdown")

    for needed in (
        "535.183.01",
        "2.15.0+cu132",
        "site-packages/torch",
        "nvidia-curand-cu12==10.3.9.90",
        "/usr/local/cuda-12.8",
        "Ubuntu 22.04.5 LTS",
        "glibc 2.35",
        "https://download.pytorch.org/whl/cu128",
        "libcudart.so.13",
    ):
        assert needed in text


def test_the_places_are_told_and_not_the_values() -> None:
    facts = samples.snapshot(environment={"PATH": "/home/ann/bin:/data/acme/x", "HF_TOKEN": "correct horse"})
    report = make_report(facts, Judgement((), (), None), seconds=1.0)
    cleaned, removals = privately(report, Identity(user="ann", homes=("/home/ann",)))
    places = {(removal.place, removal.kind): removal.count for removal in removals}

    assert places["facts.environment.PATH", "home"] == 1
    assert places["facts.environment.PATH", "path"] == 1
    assert places["facts.environment.HF_TOKEN", "token"] == 1
    assert sum(places.values()) == sum(cleaned.removed.values())
    assert not any("ann" in place or "acme" in place for place, _ in places)


def test_a_secret_in_a_name_does_not_stand_in_its_place() -> None:
    report = make_report(Snapshot(packages={"ghp_" + "a1" * 15: "/home/bob/x"}), Judgement((), (), None), seconds=1.0)
    _, removals = privately(report, Identity())

    assert {removal.place for removal in removals} == {"facts.packages", "facts.packages.<token>"}


def test_a_text_of_many_megabytes_is_cut_where_a_blank_stands() -> None:
    secret = "ghp_" + "a1B2" * 10
    text = "x" * (LONGEST - 20) + " " + secret + " y" * 5_000_000
    report = make_report(Snapshot(driver=Unknown(text)), Judgement((), (), None), seconds=1.0)
    made = make_private(report, Identity()).facts.driver

    assert isinstance(made, Unknown)
    assert "ghp_" not in made.reason
    assert made.reason.endswith("characters left out)")
    assert len(made.reason) < LONGEST + 100
    assert cut("a b") == "a b"


def saved(folder: Path) -> str:
    facts = samples.snapshot(environment={"PATH": "/data/acme/bin", "CUDA_HOME": "https://u:p@nexus.acme.com/x"})
    report = msgspec.structs.replace(samples.broken(), facts=facts)
    (folder / "saved.json").write_text(render(report, "json"), "utf-8")
    return str(folder / "saved.json")


@pytest.mark.parametrize("format_", NAMES)
def test_every_format_is_private_in_a_file(format_: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    CliRunner().invoke(main, ["check", "--from", saved(tmp_path), "-v", "--format", format_, "-o", str(out)])

    assert "DRV002" in out.read_text("utf-8")
    assert "acme" not in out.read_text("utf-8")
    assert "/home/ann" not in out.read_text("utf-8")


def test_show_removed_lists_places_on_the_standard_error(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["check", "--from", saved(tmp_path), "--json", "--show-removed"])

    assert "removed path (1) from facts.environment.PATH" in done.stderr
    assert "acme" not in done.stderr
    assert json.loads(done.stdout)["removed"]["credentials"] >= 1


def test_a_terminal_gets_paths_and_no_passwords(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["check", "--from", saved(tmp_path), "-v"])

    assert "/home/ann/project/.venv/bin/python" in done.stdout
    facts = samples.snapshot(environment={"HF_TOKEN": "correct horse", "CUDA_HOME": "/data/acme"})
    whole = make_report(facts, Judgement((), (), None), seconds=1.0)
    shown = without_secrets(
        msgspec.structs.replace(whole, headline="https://u:hunter2@nexus.acme.com/ for ann@10.1.2.3")
    )
    assert shown.facts.environment == {"HF_TOKEN": "<token>", "CUDA_HOME": "/data/acme"}
    assert shown.headline == "https://<credentials>@nexus.acme.com/ for ann@10.1.2.3"
    assert shown.facts.gpus == whole.facts.gpus


def test_private_ok_keeps_everything(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["check", "--from", saved(tmp_path), "--json", "--private-ok", "--show-removed"])

    assert "/data/acme/bin" in done.stdout
    assert "removed path" not in done.stderr
    assert isinstance(main, click.Group)
