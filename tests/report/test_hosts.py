from __future__ import annotations

import pytest

from envdoctor.report.hosts import is_public
from tests.report.test_private import cleaned


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("--index-url https://nexus.acme.com:8443/repository/acme/simple", "--index-url https://<host>:8443"),
        ("--extra-index-url http://mirror/simple torch", "--extra-index-url http://<host> torch"),
        ("--trusted-host mirror1 --trusted-host=pip.acme.corp", "--trusted-host <host> --trusted-host=<host>"),
        ("https://u:p@nexus.acme.com/x, then", "https://<credentials>@<host>, then"),
        ("index-url%3Dhttps%3A%2F%2Fu:p%40h", "index-url%3Dhttps%3A%2F%2F<credentials>@h"),
        ("HTTPSConnectionPool(host='nexus', port=443)", "HTTPSConnectionPool(host='<host>', port=443)"),
        ("Could not resolve host: files.acme.de", "Could not resolve host: <host>"),
        ("git+ssh://git@git.acme.com/team/repo.git", "git+ssh://git@<host>"),
        ("git@git.acme.com:team/repo.git", "git@<host>"),
        ("tcp://gpu17.cluster:29500", "tcp://<host>:29500"),
        ("s3://acme-models/x.pt", "s3://<host>"),
        ("MASTER_ADDR=gpu17", "MASTER_ADDR=<host>"),
        ("node gpu17.acme.internal is down", "node <host> is down"),
        ("bob@gpu17:~/x$ ls", "<user>@<host>:~/x$ ls"),
    ],
)
def test_removes(text: str, expected: str) -> None:
    assert cleaned(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "https://download.pytorch.org/whl/cu128",
        "https://docs.nvidia.com/cuda/wsl-user-guide/",
        "https://github.com/pytorch/pytorch/issues/78489",
        "https://huggingface.co/bert",
        "https://www.cs.toronto.edu/~kriz/cifar.html",
        "tcp://localhost:29500 and http://127.0.0.1:8000/x and http://[::1]/x",
        "host: unknown",
        "self.net(x), threading.local, torch.distributed.internal.x, torchvision.io, numpy.core",
        "cudaMalloc@libcudart.so.12: version",
        "memcpy@GLIBC_2.14 /lib",
        "file.py, libfoo.so, README.md, run.sh",
    ],
)
def test_leaves(text: str) -> None:
    assert cleaned(text) == text


@pytest.mark.parametrize("host", ["pytorch.org", "download.pytorch.org", "DOCS.NVIDIA.COM", "github.com.", "localhost"])
def test_public(host: str) -> None:
    assert is_public(host)


@pytest.mark.parametrize(
    "host", ["mirror", "org", "notpytorch.org", "pytorch.org.acme.com", "github.corp", "10.1.2.3", ""]
)
def test_not_public(host: str) -> None:
    assert not is_public(host)
