import json
import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from msgspec.structs import replace

from envdoctor.facts import Unknown
from envdoctor.setup.base import Base, ask, find_base
from envdoctor.setup.outside import Ended, Outside, clean_environment
from envdoctor.setup.problem import SetupError, WrongWishError
from envdoctor.setup.tool import Item, Tool, choose_tool, resolve
from tests.setup.worlds import BASE, Programs, Script, outside

UV = Tool(name="uv", program="/usr/bin/uv")
PIP = Tool(name="pip")


def configured(*lines: str) -> Script:
    return lambda argv: Ended(0, stdout="\n".join(lines)) if "config" in argv else Ended(0)


@pytest.fixture
def with_uv(tmp_path: Path) -> Path:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "uv").write_text("")
    (tmp_path / "bin" / "uv").chmod(0o755)
    return tmp_path


@pytest.mark.parametrize(
    ("wish", "lines", "variables", "chosen"),
    [
        pytest.param("auto", (), {}, "uv", id="uv is there"),
        pytest.param("pip", (), {}, "pip", id="pip was asked for"),
        pytest.param("auto", ("global.index-url='https://mirror/simple'",), {}, "pip", id="only pip has a mirror"),
        pytest.param("auto", (":env:.find-links='/wheels'",), {"UV_FIND_LINKS": "/wheels"}, "uv", id="both have one"),
        pytest.param("uv", ("global.index-url='https://mirror/simple'",), {}, "uv", id="uv was asked for"),
        pytest.param("auto", ("global.cert='/etc/ssl/x'",), {}, "uv", id="what pip has says nothing of an index"),
    ],
)
def test_which_installer(
    with_uv: Path, wish: str, lines: tuple[str, ...], variables: dict[str, str], chosen: str
) -> None:
    world = outside(configured(*lines), root=with_uv, environment={"PATH": "/bin", **variables})

    assert choose_tool(wish, BASE, world).name == chosen


def test_without_uv_pip_is_taken_and_uv_cannot_be_had() -> None:
    assert choose_tool("auto", BASE, outside()) == Tool(name="pip", because="uv is not on PATH")
    with pytest.raises(SetupError, match="uv is not on PATH; install it"):
        choose_tool("uv", BASE, outside())


def test_a_debian_without_ensurepip_says_which_package_to_install() -> None:
    with pytest.raises(SetupError, match=r"lacks the module ensurepip.*python3\.11-venv"):
        choose_tool("auto", replace(BASE, ensurepip=False, pip=None), outside())


def test_with_uv_no_ensurepip_is_needed(with_uv: Path) -> None:
    world = outside(root=with_uv, environment={"PATH": "/bin"})

    assert choose_tool("auto", replace(BASE, ensurepip=False, pip=None), world).name == "uv"


def answering(text: str, option: str) -> Script:
    def script(argv: Sequence[str]) -> Ended:
        Path(argv[argv.index(option) + 1]).write_text(text)
        return Ended(0)

    return script


PIP_REPORT = {
    "install": [
        {
            "metadata": {"name": "torch", "version": "2.15.0+cpu"},
            "download_info": {"url": "https://x/torch.whl", "archive_info": {"hashes": {"sha256": "ab", "md5": "c"}}},
        },
        {"metadata": {"name": "local", "version": "1"}, "download_info": {"url": "file:///x", "dir_info": {}}},
    ]
}
UV_LOCK = """lock-version = "1.0"
[[packages]]
name = "torch"
version = "2.15.0+cpu"
wheels = [{ url = "https://x/torch.whl", size = 190, hashes = { sha256 = "ab" } }]
[[packages]]
name = "local"
version = "1"
directory = { path = "." }
"""


def test_what_pip_resolved() -> None:
    world = outside(answering(json.dumps(PIP_REPORT), "--report"))
    items = resolve(PIP, "/py", ("torch==2.15.0+cpu",), ("https://x",), world, print)

    assert items[0] == Item(name="torch", version="2.15.0+cpu", hashes=("sha256:ab",), url="https://x/torch.whl")
    assert items[1].hashes == ()
    assert items[0].requirement == "torch==2.15.0+cpu --hash=sha256:ab"
    [argv] = programs(world).asked
    assert "--dry-run" in argv
    assert argv[-1] == "torch==2.15.0+cpu"
    assert argv[argv.index("--extra-index-url") + 1] == "https://x"


def test_what_uv_resolved() -> None:
    world = outside(answering(UV_LOCK, "-o"))
    items = resolve(UV, "/py", ("torch==2.15.0+cpu",), (), world, print)

    assert items[0].size == 190
    assert items[0].hashes == ("sha256:ab",)
    [argv] = programs(world).asked
    assert re.fullmatch(r"pylock\.([^.]+\.)?toml", Path(argv[argv.index("-o") + 1]).name), "uv takes no other name"


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"install": [{}]}', "[[packages]]\nx = 1", "\x00"])
@pytest.mark.parametrize(("tool", "option"), [(PIP, "--report"), (UV, "-o")])
def test_an_answer_that_cannot_be_read_is_one_line(tool: Tool, option: str, text: str) -> None:
    with pytest.raises(SetupError, match=f"cannot be read .*update {tool.name}"):
        resolve(tool, "/py", ("torch",), (), outside(answering(text, option)), print)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (None, "there is no program"),
        (Unknown("/py does not start: no memory"), "no memory"),
        (Ended(1, lines=("ERROR: No matching distribution found for torch",)), "No matching distribution"),
        (Ended(None), "took too long"),
    ],
)
def test_a_resolver_that_fails(answer: Ended | None | Unknown, says: str) -> None:
    with pytest.raises(SetupError, match=says):
        resolve(PIP, "/py", ("torch",), (), outside(lambda _: answer), print)


def test_commands() -> None:
    assert UV.make_command(BASE, "/env")[-3:] == ("--python", "/usr/bin/python3.11", "/env")
    assert PIP.make_command(BASE, "/env") == ("/usr/bin/python3.11", "-I", "-m", "venv", "/env")
    assert PIP.install_command("/env/bin/python", "r.txt", ())[-3:] == ("--no-deps", "-r", "r.txt")
    assert "unsafe-best-match" in UV.install_command("/env/bin/python", "r.txt", ("https://x",))


def test_variables_that_lead_elsewhere_are_left_out_and_the_mirror_stays() -> None:
    kept = clean_environment(
        {"PIP_TARGET": "/elsewhere", "PYTHONPATH": "/mine", "VIRTUAL_ENV": "/old", "PIP_INDEX_URL": "https://mirror"}
    )

    assert kept["PIP_INDEX_URL"] == "https://mirror"
    assert kept["PIP_USER"] == "0"
    assert not {"PIP_TARGET", "PYTHONPATH", "VIRTUAL_ENV"} & set(kept)


# --- the Python to build with --------------------------------------------------------------------


def telling(**told: object) -> Script:
    answer = {"executable": "/py", "version": "3.11.7", "venv": True, "ensurepip": True, "pip": "24.0", **told}
    return lambda _: Ended(0, stdout=f"noise of sitecustomize\n{json.dumps(answer)}\n")


def test_an_interpreter_says_what_it_is() -> None:
    base = ask("/py", outside(telling(ensurepip=False, pip=None)))

    assert base == Base(executable="/py", version="3.11.7", ensurepip=False, pip=None)
    assert base.minor == "3.11"


@pytest.mark.parametrize(
    ("pip", "resolves"), [("22.2", True), ("24.0", True), ("22.1.2", False), ("9.0.1", False), (None, False)]
)
def test_an_old_pip_cannot_resolve_beforehand(pip: str | None, resolves: bool) -> None:
    assert replace(BASE, pip=pip).resolves is resolves


@pytest.mark.parametrize(
    "answer", [None, Unknown("no"), Ended(1, lines=("boom",)), Ended(0, stdout="rubbish"), Ended(0, stdout="[]")]
)
def test_what_does_not_answer_is_no_interpreter(answer: Ended | None | Unknown) -> None:
    with pytest.raises(WrongWishError, match="name another interpreter"):
        ask("/py", outside(lambda _: answer))


def test_a_version_that_nobody_has() -> None:
    with pytest.raises(WrongWishError, match=r"there is no Python 3\.99 on this machine; install one") as caught:
        find_base("3.99", outside(telling()))

    assert caught.value.option == "--python"


def test_of_many_pythons_the_one_of_the_wanted_version_is_taken(tmp_path: Path) -> None:
    for name in ("python3", "python3.12"):
        (tmp_path / name).write_text(name)
        (tmp_path / name).chmod(0o755)

    def script(argv: Sequence[str]) -> Ended | None | Unknown:
        version = "3.12.1" if argv[0].endswith("3.12") else "3.11.7"
        return telling(executable=argv[0], version=version)(argv)

    world = outside(script, root=tmp_path, environment={"PATH": "/"})

    assert find_base("3.12", world).version == "3.12.1"
    assert find_base("3.11", world).version == "3.11.7"
    with pytest.raises(WrongWishError):
        find_base("3.1", world)


def programs(world: Outside) -> Programs:
    assert isinstance(world.run, Programs)
    return world.run
