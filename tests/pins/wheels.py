"""Wheels made for tests."""

import io
import zipfile

METADATA = "Metadata-Version: 2.1\nName: x\nVersion: 1\nRequires-Python: >=3.9\nRequires-Dist: torch==2.6.0\n"


def wheel(members: dict[str, bytes], metadata: str = METADATA) -> bytes:
    """Return a wheel whose members are not compressed."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
        archive.writestr("x-1.dist-info/METADATA", metadata)
    return stream.getvalue()
