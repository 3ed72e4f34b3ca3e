from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from envdoctor.facts import Gpu, Python, Snapshot, Unknown
from envdoctor.findings import Finding, Fix
from envdoctor.judge import Judgement
from envdoctor.report import render
from envdoctor.report.identity import Identity, is_common, this_identity
from envdoctor.report.model import Report, make_report
from envdoctor.report.private import LONGEST, make_private
from tests.report import samples

ANN = Identity(homes=("/home/ann", "/export/people/ann"), user="ann", host="titan7.lab.example.edu")
NOBODY = Identity()
PEM = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAE\nbm9uZQAAAAAAAAAB"
PEM += "\n-----END OPENSSH PRIVATE KEY-----"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"


def report_with(text: str, **facts: Any) -> Report:
    """Return a report that holds a text in an error message."""
    return make_report(Snapshot(driver=Unknown(text), **facts), Judgement((), (), None), seconds=1.0, now=samples.NOW)


def cleaned(text: str, /, identity: Identity = ANN, **facts: Any) -> str:
    driver = make_private(report_with(text, **facts), identity).facts.driver

    assert isinstance(driver, Unknown)
    return driver.reason


@pytest.mark.parametrize(
    ("text", "expected", "kind"),
    [
        ("/home/ann/venv/bin/python", "~/venv/bin/python", "home"),
        ("in /home/ann.", "in ~.", "home"),
        ("-I/home/ann/include", "-I~/include", "home"),
        ("PATH=/usr/bin:/home/ann/bin", "PATH=/usr/bin:~/bin", "home"),
        ("/export/people/ann/x", "~/x", "home"),
        ("/home/bob/x", "~/x", "home"),
        ("/Users/Bob/Library", "~/Library", "home"),
        ("/mnt/c/Users/Bob/x", "~/x", "home"),
        (r"C:\Users\Ann Smith\AppData\x", r"~\AppData\x", "home"),
        (r"'C:\\Users\\ann\\x'", r"'~\\x'", "home"),
        ("/var/x/torchinductor_ann/x", "/var/x/torchinductor_<user>/x", "user"),
        ("/scratch/ann/data", "/scratch/<user>/data", "user"),
        ("ann@elsewhere:~$", "<user>@<host>:~$", "host"),
        ("user=ann", "user=<user>", "user"),
        ("connect titan7 failed", "connect <host> failed", "host"),
        ("titan7.lab.example.edu:29500", "<host>:29500", "host"),
        ("TITAN7", "<host>", "host"),
        ("ghp_0123456789abcdefghijABCDEFGHIJ012345", "<token>", "token"),
        ("github_pat_11AAAAAAA0123456789_abcdefghij", "<token>", "token"),
        ("hf_abcdefghijklmnopqrstuvwxyzABCDEF", "<token>", "token"),
        ("sk-proj-0123456789abcdefghij0123456789", "<token>", "token"),
        ("AKIAIOSFODNN7EXAMPLE", "<token>", "token"),
        ("xoxb-123456789012-abcdefGHIJKL", "<token>", "token"),
        ("glpat-0123456789abcdefghij", "<token>", "token"),
        (f"jwt {JWT}.", "jwt <token>.", "token"),
        (PEM, "<key>", "token"),
        (PEM[:90], "<key>", "token"),
        ("Authorization: Bearer abc.def-ghi_123", "Authorization: Bearer <token>", "token"),
        ("Authorization: Basic YWxhZGRpbg==", "Authorization: Basic <token>", "token"),
        ("password=hunter2", "password=<token>", "token"),
        ("{'password': 'hunter2', 'a': 1}", "{'password': '<token>', 'a': 1}", "token"),
        ("tool --password hunter2 --verbose", "tool --password <token> --verbose", "token"),
        ("WANDB_API_KEY=0123456789abcdef", "WANDB_API_KEY=<token>", "token"),
        ("key=9f86d081884c7d659a2feaa0c55ad015", "key=<token>", "token"),
        ("token: 9f86d081884c7d659a2feaa0c55ad015", "token: <token>", "token"),
        ("https://ann:secret@pytorch.org/simple", "https://<credentials>@pytorch.org/simple", "credentials"),
        ("https://0123abcd@pytorch.org/x?a=b@c", "https://<credentials>@pytorch.org/x?a=b@c", "credentials"),
        ("https://x.github.com/?a=1&sig=abc%2F&b=2", "https://x.github.com/?a=1&sig=<token>&b=2", "token"),
        ("mail ann.smith+x@mail.example.com now", "mail <email> now", "email"),
        ("connect to 192.168.1.17:29500", "connect to <ip>:29500", "ip"),
        ("MASTER_ADDR=10.1.2.3", "MASTER_ADDR=<ip>", "ip"),
        ("connect to 12.34.56.78", "connect to <ip>", "ip"),
        ("ip-172-31-5-9.ec2.internal", "<ip>", "ip"),
        ("[2001:db8::5]:443", "[<ip>]:443", "ip"),
        ("fe80::1ff:fe23:4567:890a%eth0", "<ip>", "ip"),
        ("::ffff:10.0.0.1", "<ip>", "ip"),
        ("eth0 aa:bb:cc:dd:ee:0f up", "eth0 <mac> up", "mac"),
        ("Serial Number : 1324419052345", "Serial Number : <serial>", "serial"),
        ("node 8932f937-d72c-4106-c12f-20bd9faed9f7", "node <uuid>", "uuid"),
        (f"GPU {samples.UUIDS[0]} is lost", "GPU GPU-00000001-0000-0000-0000-000000000000 is lost", "uuid"),
    ],
)
def test_removes(text: str, expected: str, kind: str) -> None:
    made = make_private(report_with(text), ANN)

    assert made.facts.driver == Unknown(expected)
    assert made.removed == {kind: 1}


@pytest.mark.parametrize(
    "text",
    [
        "12.8.90.1",
        "450.80.02",
        "535.183.01",
        "cuDNN 9.10.2.21",
        "nvidia-curand-cu12 10.3.9.90",
        "nvidia-curand-cu12==10.3.9.90",
        "libcublas=12.8.4.1=0",
        "libcudnn.so.9.10.2.21",
        "libcudnn9 (= 9.10.2.21-1)",
        "127.0.0.1:29500 and ::1 and 0.0.0.0",
        "00000000:3B:00.0",
        "12:30:45",
        "c10::Error: c10::c10d, at::native, std::nms",
        "torchvision::nms",
        "_ZN2at4_ops@libtorch.so",
        "memcpy@GLIBC_2.14",
        "undefined symbol: cudaMalloc@libcudart.so.12",
        "KeyError: 'libcudart.so.12'",
        "max_tokens=4096, pad_token=<pad>, tokenizers==0.22.0",
        "key=/etc/ssl/server-2026.key",
        "serialized in 12345 ms",
        "git+ssh://git@github.com/pytorch/vision",
        "git@github.com:pytorch/vision.git",
        "https://pytorch.org/users/guide/index.html",
        "https://download.pytorch.org/whl/cu128",
        "/opt/venv/lib/python3.12/site-packages/torch/lib/libtorch_cuda.so",
        "/opt/venv/lib/python3.12/site-packages/ann/index/ann.py",
        "/usr/local/cuda-12.8/bin/nvcc",
        "planner, annotate, titan78, titan",
        "sm_90a sm_120 compute_120",
        "torch 2.15.0+cu132 (git 0123456789abcdef0123456789abcdef01234567)",
        "/home/linuxbrew/.linuxbrew/bin/python3",
        "sk-learn and sk-image-with-a-long-name-too",
        "GPU-less, MIG-enabled",
    ],
)
def test_leaves(text: str) -> None:
    made = make_private(report_with(text), ANN)

    assert made.facts.driver == Unknown(text)
    assert made.removed == {}


@pytest.mark.parametrize("name", ["root", "a", "cuda", "torch", "ubuntu", "numpy", "driver", "python", "12", "cu128"])
def test_a_common_name_blanks_nothing(name: str) -> None:
    whole = samples.broken()
    kept = make_private(whole, Identity(homes=(f"/home/{name}",), user=name, host=name))

    assert kept == make_private(whole, Identity(homes=("/home/ann",)))


@pytest.mark.parametrize("name", ["root", "torch", "cuda", "a"])
def test_the_home_of_a_common_name_is_removed_all_the_same(name: str) -> None:
    home = "/root" if name == "root" else f"/home/{name}"
    made = cleaned(f"{home}/data, {home}y, /opt{home}x", Identity(homes=(home,), user=name))

    assert made.startswith("~/data")
    assert name == "root" or f"home/{name}/" not in made


def test_root_is_no_part_of_other_paths() -> None:
    assert cleaned("/lib/chroot /usr/root-cert /opt/root/x /etc/root.bak", Identity(homes=("/root",), user="root")) == (
        "/lib/chroot /usr/root-cert /opt/root/x /etc/root.bak"
    )


def test_all_that_matters_survives() -> None:
    whole = samples.broken()
    made = make_private(whole, ANN)
    facts, kept = whole.facts, made.facts

    for name in ("host", "cpu", "memory", "shm", "platform", "driver", "toolkits", "compilers", "packages", "limits"):
        assert getattr(kept, name) == getattr(facts, name)
    assert isinstance(kept.torch, type(facts.torch))
    assert msgspec.structs.replace(kept.torch, path=None) == msgspec.structs.replace(facts.torch, path=None)  # type: ignore[type-var]
    assert kept.torch.path == "~/project/.venv/lib/python3.12/site-packages/torch"  # type: ignore[union-attr]
    assert [f.what for f in made.findings] == [f.what for f in whole.findings]
    assert [f.evidence for f in made.findings] == [f.evidence for f in whole.findings]
    assert (made.headline, made.verdict, made.primary, made.checked) == (
        whole.headline,
        whole.verdict,
        whole.primary,
        whole.checked,
    )
    assert made.pins == whole.pins
    assert made.removed.keys() == {"home", "uuid"}


def test_uuids_stay_distinct_and_still_name_their_gpu() -> None:
    made = make_private(samples.broken(), ANN)

    assert isinstance(made.facts.gpus, tuple)
    assert isinstance(made.facts.environment, dict)
    uuids = [gpu.uuid for gpu in made.facts.gpus]
    assert len(set(uuids)) == 2
    assert made.facts.environment["CUDA_VISIBLE_DEVICES"] == uuids[1]


def test_a_shortened_uuid_still_names_its_gpu() -> None:
    facts: dict[str, Any] = {"gpus": (Gpu(0, uuid=samples.UUIDS[0]), Gpu(1, uuid=samples.UUIDS[1]))}
    short = cleaned("GPU-1d4f0a27", **facts)
    made = make_private(report_with("", **facts), ANN).facts.gpus

    assert isinstance(made, tuple)
    assert str(made[1].uuid).startswith(short)
    assert not str(made[0].uuid).startswith(short)


def test_an_uuid_that_begins_with_zeros_is_removed_too() -> None:
    assert "aaaa" not in cleaned("GPU-00000001-aaaa-4106-c12f-20bd9faed9f6")


def test_a_version_that_looks_like_an_address_is_known_from_the_packages() -> None:
    assert (
        cleaned("have 10.3.9.90, want other", packages={"nvidia-curand": "10.3.9.90"}) == "have 10.3.9.90, want other"
    )
    assert cleaned("have 10.3.9.90, want other") == "have <ip>, want other"


@pytest.mark.parametrize(
    ("name", "gone"),
    [
        ("HF_TOKEN", True),
        ("WANDB_API_KEY", True),
        ("PIP_PASSWORD", True),
        ("GITHUB_AUTH", True),
        ("AWS_SECRET_ACCESS_KEY", True),
        ("TOKENIZERS_PARALLELISM", False),
        ("CUDA_VISIBLE_DEVICES", False),
        ("KEYBOARD", False),
    ],
)
def test_a_variable_is_secret_by_its_name(name: str, gone: bool) -> None:
    made = make_private(report_with("", environment={name: "correct horse"}), ANN)

    assert made.facts.environment == {name: "<token>" if gone else "correct horse"}


def test_a_key_over_several_lines_goes_as_a_whole() -> None:
    lines = ("before", *PEM.splitlines(), "after")
    made = make_private(report_with("", python=Python("python", startup_output=lines)), ANN)

    assert isinstance(made.facts.python, Python)
    assert made.facts.python.startup_output == ("before", "<key>", "<key>", "<key>", "<key>", "after")


def test_keys_of_mappings_are_cleaned_and_none_is_lost() -> None:
    found = Finding(what="", why="", fix=Fix(""), evidence={"/home/ann/x": 1, "/home/bob/x": 2}, code="ABC001")
    made = make_report(Snapshot(), Judgement((found,), (), None), seconds=1.0)

    assert make_private(made, ANN).findings[0].evidence == {"~/x": 1, "~/x'": 2}


@pytest.mark.parametrize("bad", samples.HOSTILE, ids=lambda bad: repr(bad[:14]))
def test_hostile_texts_pass(bad: str) -> None:
    made = make_private(samples.hostile(bad), ANN)

    assert make_private(made, ANN) == made


@pytest.mark.parametrize("sample", samples.ALL.values(), ids=samples.ALL)
def test_twice_is_once(sample: Any) -> None:
    once = make_private(sample(), ANN)

    assert make_private(once, ANN) == once


@pytest.mark.parametrize("repeated", ["login a password ", "login a password\n", "--password ", "password: "])
def test_what_was_left_out_of_a_long_text_is_no_secret(repeated: str) -> None:
    # What stands in the place of a value is longer than the value: the text is cut when it is clean.
    made = [make_private(report_with(repeated * (LONGEST // len(repeated) - few)), ANN) for few in range(3)]

    assert [make_private(once, ANN) == once for once in made] == [True] * 3


PARTS = st.sampled_from(
    r"""
    /home/ann /home/ C:\Users\ ann @ titan7 .lab :// https:// user:pass@ ?token= &sig= key= password= password: Bearer
    10.0.0.1 1.2.3.4 :80 fe80::1 aa:bb:cc:dd:ee:ff GPU-8932f937 8932f937-d72c-4106-c12f-20bd9faed9f6 eyJhbGciOi .
    -----BEGIN -----END KEY----- hf_abcdefghijklmnopqrstuvwxyz AKIAIOSFODNN7EXAMPLE serial: 12345678 < > ~ / \ " ' = ,
    ; site-packages/ <token> <user> x.example.com --password
    """.split()  # noqa: SIM905  # a list of one word a line would be longer
) | st.sampled_from([" ", "\n"])


@settings(max_examples=400, deadline=None)
@given(st.lists(PARTS, max_size=8).map("".join))
def test_twice_is_once_whatever_stands_there(text: str) -> None:
    once = make_private(report_with(text), ANN)

    assert make_private(once, ANN) == once


ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
BODY = st.text(ALPHABET, min_size=24, max_size=40).filter(lambda text: any(c.isdigit() for c in text))
SECRETS = st.one_of(
    st.tuples(
        st.sampled_from(["ghp_{}", "hf_{}", "sk-{}", "glpat-{}", "xoxb-{}", "npm_{}abcdef", "Bearer {}", "api_key={}"]),
        BODY,
    ),
    st.tuples(
        st.sampled_from(["password={}", "token={}", "--password {}", "https://u:{}@x.org/", "https://x.org/?sig={}"]),
        BODY,
    ),
    st.tuples(st.sampled_from(["{}@mail.example.org", "/home/{}/x", "/Users/{}/x", "C:\\Users\\{}\\x"]), BODY),
)
PLACES = st.sampled_from(["{}", "failed: {}", "('{}')", '"{}"', "x\n{}\ny", "{}, and more", "see [{}]", "PATH=a:{}"])


@settings(max_examples=60, deadline=None)
@given(SECRETS, PLACES)
def test_a_planted_secret_reaches_no_format(planted: tuple[str, str], place: str) -> None:
    form, secret = planted
    made = make_private(samples.hostile(place.format(form.format(secret))), ANN)

    for name in ("json", "markdown", "junit", "github"):
        assert secret not in render(made, name)
    assert made.removed


@pytest.mark.parametrize(
    "part",
    [
        "a",
        "/",
        "/a",
        "@",
        "://",
        "a:",
        "0:",
        "1.",
        "-----BEGIN X-----",
        "secret",
        "token=",
        "serial ",
        "\\",
        "?a",
        " /home/",
        "a@b.",
        "ann/",
        "host=",
        "a.com ",
        "https://u:p@",
        "%2Fhome%2F",
        "\\\\a\\",
        "curl -u ",
        "aB3",
    ],
)
def test_long_repetitions_pass(part: str) -> None:
    # Patterns that try again from every place would need hours for this.
    once = make_private(report_with((part * 100_000)[:100_000] + " x"), ANN)

    assert make_private(once, ANN) == once


def test_this_machine_has_an_identity() -> None:
    identity = this_identity()

    assert all(home.startswith(("/", "C:", "D:")) and len(home) > 2 for home in identity.homes)


def test_short_and_known_words_are_common() -> None:
    assert all(is_common(word) for word in ("a", "gpu", "ROOT", "localhost", "535", "memory", "version"))
    assert not any(is_common(word) for word in ("ann", "titan7", "mxyzptlk"))
    assert is_common("flask", {"flask": "3"})


def test_nobody_is_nobody() -> None:
    assert make_private(report_with("ann at titan7 in /opt"), NOBODY).removed == {}
