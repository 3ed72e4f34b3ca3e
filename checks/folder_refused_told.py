from collections.abc import Iterator

from envdoctor.facts import Message
from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.rules.told import told


@check("SYS072", Severity.ERROR, cause="filesystem")
def folder_refused_told(messages: tuple[Message, ...]) -> Iterator[Finding]:
    """A folder that PyTorch, an installer or a compiler writes to cannot be written, or its file system fails.

    Caches lie under the home folder by default: in a container that runs as another user, on a login node with
    a read-only home, or after a `sudo pip install`, that folder is not this user's. A file system that is
    mounted with `noexec` lets no library be loaded from it.

    How to mend it: give this user the folder, or point HOME, XDG_CACHE_HOME, TORCH_HOME, HF_HOME and TMPDIR
    elsewhere.

    Source: https://docs.pytorch.org/docs/stable/hub.html (TORCH_HOME); https://specifications.freedesktop.org/basedir-spec/.
    """
    one = told(messages, "folder-not-writable", "file-system-fails")
    if one is None:
        return
    where = one.value("where")
    if where and where.startswith(("/dev/nvidia", "/dev/kfd", "/dev/dri", "/var/run/docker")):
        return  # rights on a device are no matter of files
    yield Finding(
        what=f"{where} cannot be written." if where else f"A folder cannot be used: {one.quote}.",
        why="It belongs to another user, is read-only, or its file system does not answer.",
        fix=Fix(
            "Give this user the folder, or set the variables that say where caches and temporary files go.",
            (
                "export XDG_CACHE_HOME=$PWD/.cache HF_HOME=$PWD/.cache/huggingface",
                "export TORCH_HOME=$PWD/.cache/torch TMPDIR=$PWD",
            ),
        ),
        verify="python -c 'import tempfile; print(tempfile.gettempdir())'",
        evidence=one.evidence,
        confidence=one.confidence,
    )
