"""How large a download is, without downloading it."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterable
from pathlib import Path

SECONDS = 8.0
AT_ONCE = 8


def download_size(url: str) -> int | None:
    """Return the size of what an address names, in bytes; None: it does not tell. Never raises."""
    import urllib.parse  # noqa: PLC0415  # slow to import, and only here
    import urllib.request  # noqa: PLC0415

    try:
        parts = urllib.parse.urlsplit(url)
        if parts.scheme == "file":
            return Path(urllib.request.url2pathname(parts.path)).stat().st_size
        if parts.scheme not in ("http", "https"):
            return None
        ask = urllib.request.Request(url, method="HEAD")  # noqa: S310  # the scheme was looked at
        with urllib.request.urlopen(ask, timeout=SECONDS) as answer:  # noqa: S310  # same
            return int(answer.headers["Content-Length"])
    except (OSError, ValueError, TypeError, LookupError):
        return None
    except Exception:  # noqa: BLE001  # http.client's own family; a size is worth no failure
        return None


def sizes(urls: Iterable[str], size_of: Callable[[str], int | None] = download_size) -> dict[str, int | None]:
    """Ask for the sizes of many addresses, a few at once."""
    wanted = sorted(set(urls))
    found: dict[str, int | None] = dict.fromkeys(wanted)
    waiting = iter(wanted)
    lock = threading.Lock()

    def work() -> None:
        while True:
            with lock:
                url = next(waiting, None)
            if url is None:
                return
            with contextlib.suppress(Exception):
                found[url] = size_of(url)

    threads = [threading.Thread(target=work, daemon=True) for _ in range(min(AT_ONCE, len(wanted)))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SECONDS * 3)
    return dict(found)
