import pytest

from envdoctor.rules.leftovers import remains_of


@pytest.mark.parametrize(
    "path",
    [
        "/x/site-packages/~orch",
        "/x/site-packages/~orch-2.1.0.dist-info",
        "/x/site-packages/~-rch",
        "/x/site-packages/~~rch-2.6.0+cu124.dist-info",
        "/x/site-packages/~.0ch",
        "C:\\x\\site-packages\\~orch",
    ],
)
def test_remains_of_torch(path: str) -> None:
    assert remains_of("torch", (path,)) == (path,)


@pytest.mark.parametrize(
    "path",
    [
        "/x/~orchvision-0.16.0.dist-info",
        "/x/~orchaudio",
        "/x/~ytorch_lightning-2.0.dist-info",
        "/x/~orch_geometric",
        "/x/~umpy-1.26.4.dist-info",
        "/home/u/~orch/lib/python3.11/site-packages/~ip",
        "/x/torch-2.1.0.dist-info",
        "/x/~",
    ],
)
def test_remains_of_others(path: str) -> None:
    assert remains_of("torch", (path,)) == ()
