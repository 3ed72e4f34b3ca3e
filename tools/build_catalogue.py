"""Makes the catalogues of translations: from the sources the template, from the translations what gettext reads.

Usage: build_catalogue.py                     bring envdoctor.pot, each .po and each .mo up to date
       build_catalogue.py --check             say what is stale, and exit 1
       build_catalogue.py --left              say how many texts have no translation
       build_catalogue.py --chunks N FOLDER   write the texts without one to N files of JSON: {"English": ""}
       build_catalogue.py --merge FILE...     take translations from such files into the .po, then do the first

A translation is refused that has other holes than its original, or changes what stands between backticks.
"""

from __future__ import annotations

import io
import json
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from catalogue_texts import texts

from envdoctor.files import write_atomically
from envdoctor.report.holes import is_faithful

TOP = Path(__file__).parent.parent
TEMPLATE = "envdoctor/locale/envdoctor.pot"
LOCALES = ("zh_CN",)
HEADER = """\
Translations of envdoctor.
Numbered holes ({1}) stand for values of the machine: versions, paths, names. Each has to stand in the translation
exactly once; their order is free. What stands between backticks, commands, names of variables, packages, options and
files stays as it is. A text may be a part of a sentence; then it is put into the hole of another one.
Words for zh_CN:
driver 驱动程序, GPU GPU, graphics card 显卡, wheel wheel, build (of PyTorch) 构建版本, to build 编译, toolkit 工具包,
kernel module 内核模块, kernel (of CUDA) 内核函数, interpreter 解释器, environment 环境, package 包, extension 扩展,
finding 问题, check 检查项, evidence 证据, cause 原因, to mend 修复, to verify 验证, index 软件包索引, container 容器,
host 宿主机, virtual machine 虚拟机, compute capability 计算能力, mixed precision 混合精度, data loader 数据加载器,
worker 工作进程, benchmark 基准测试, training step 训练步, batch 批次, thread 线程, lock 锁定文件, contract 项目要求,
report 报告, unknown 未知, not there 不存在.
Punctuation is that of Chinese, numbers and units are not; between Chinese and Latin letters stands a space."""


def main(arguments: Sequence[str]) -> int:
    """Do what the arguments say; return the exit code."""
    wish, rest = (arguments[0] if arguments else ""), list(arguments[1:])
    if wish == "--left":
        return left()
    if wish == "--chunks":
        return chunks(int(rest[0]), Path(rest[1]))
    problems = merge(map(Path, rest)) if wish == "--merge" else []
    for problem in problems:
        sys.stderr.write(f"{problem}\n")
    stale = [name for name, content in made().items() if _read(TOP / name) != content]
    if wish == "--check":
        sys.stdout.write("".join(f"{name} is stale: run tools/build_catalogue.py\n" for name in stale))
        return int(bool(stale))
    for name, content in made().items():
        (TOP / name).parent.mkdir(parents=True, exist_ok=True)
        _write(TOP / name, content)
    return int(bool(problems))


def made() -> dict[str, bytes]:
    """Return the files as they should be: name → content."""
    template = _catalog()
    files = {TEMPLATE: _po(template)}
    for locale in LOCALES:
        catalog = current(locale)
        files[po_file(locale)] = _po(catalog)
        buffer = io.BytesIO()
        write_mo(buffer, catalog)
        files[po_file(locale).removesuffix("po") + "mo"] = buffer.getvalue()
    return files


def current(locale: str, more: Mapping[str, str] | None = None) -> Catalog:
    """Return a locale's catalogue for today's texts.

    Args:
        locale: "zh_CN".
        more: translations that are taken over in place of those in the file.
    """
    said = translations(locale) | dict(more or {})
    catalog = _catalog(locale)
    for message in catalog:
        if isinstance(message.id, str) and message.id:
            message.string = said.get(message.id, "")
    return catalog


def translations(locale: str) -> dict[str, str]:
    """Return what a .po says: English → the other language."""
    path = TOP / po_file(locale)
    if not path.exists():
        return {}
    with path.open("rb") as file:
        return {str(one.id): str(one.string) for one in read_po(file) if one.id and one.string}


def po_file(locale: str) -> str:
    """Return the name of a locale's catalogue."""
    return f"envdoctor/locale/{locale}/LC_MESSAGES/envdoctor.po"


def merge(paths: Sequence[Path] | map[Path]) -> list[str]:
    """Take translations over; return what was refused and why."""
    known = {one.msgid for one in texts(TOP)}
    more: dict[str, str] = {}
    problems: list[str] = []
    for path in paths:
        for english, said in json.loads(path.read_text(encoding="utf-8")).items():
            problem = fault(english, said) if english in known else "is no text of today's sources"
            if said and problem:
                problems.append(f"{path.name}: {english!r}: {problem}")
            elif said:
                more[english] = said
    for locale in LOCALES:
        _write(TOP / po_file(locale), _po(current(locale, more)))
    sys.stdout.write(f"{len(more)} translations taken over, {len(problems)} refused\n")
    return problems


def fault(english: str, said: str) -> str:
    """Say what is wrong with a translation; "" if nothing that a program can see."""
    if not is_faithful(english, said):
        return "its holes are not those of the original, each once"
    codes = re.findall(r"`[^`]+`", english)
    if sorted(map(_bare, codes)) != sorted(map(_bare, re.findall(r"`[^`]+`", said))):
        return "what stands between backticks is not that of the original"
    return "it has a line break" if "\n" in said else ""


def _bare(code: str) -> str:
    return re.sub(r"\{\d+\}", "{}", code)


def left() -> int:
    """Print how many texts have no translation."""
    for locale in LOCALES:
        said = translations(locale)
        today = [one.msgid for one in texts(TOP)]
        missing = sum(msgid not in said for msgid in today)
        sys.stdout.write(f"{locale}: {missing} of {len(today)} texts have no translation\n")
    return 0


def chunks(count: int, folder: Path) -> int:
    """Write the texts without a translation to files of about equal length, the most important first."""
    said = translations(LOCALES[0])
    missing = [one.msgid for one in texts(TOP) if one.msgid not in said]
    whole, written = sum(map(len, missing)), 0
    parts: list[dict[str, str]] = [{} for _ in range(count)]
    for msgid in missing:
        parts[min(count - 1, written * count // max(1, whole))][msgid] = ""
        written += len(msgid)
    folder.mkdir(parents=True, exist_ok=True)
    for number, part in enumerate(parts, 1):
        (folder / f"chunk{number}.json").write_text(json.dumps(part, ensure_ascii=False, indent=0), encoding="utf-8")
        sys.stdout.write(f"{folder / f'chunk{number}.json'}: {len(part)} texts\n")
    return 0


class Headed(Catalog):
    """A catalogue whose header is always the same: Babel's own tells the time and Babel's version."""

    @property  # type: ignore[misc]  # nobody sets it
    def mime_headers(self) -> list[tuple[str, str]]:
        """Return what gettext has to know."""
        return [("Content-Type", "text/plain; charset=UTF-8")]


def _catalog(locale: str | None = None) -> Catalog:
    catalog = Headed(locale=locale, header_comment="\n".join(f"# {line}" for line in HEADER.splitlines()))
    for text in texts(TOP):
        # A place without a line, for lines move with every edit.
        catalog.add(text.msgid, user_comments=[text.place] if text.place else [])
    return catalog


def _po(catalog: Catalog) -> bytes:
    buffer = io.BytesIO()
    write_po(buffer, catalog, width=0, omit_header=True)
    head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
    return f"{catalog.header_comment}\n{head}".encode() + buffer.getvalue()


def _read(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".mo":
        path.write_bytes(content)
    else:
        write_atomically(path, content.decode())


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
