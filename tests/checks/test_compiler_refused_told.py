import pytest

from envdoctor.facts import Compiler, Host, Toolkit
from envdoctor.findings import Severity
from envdoctor.testing import findings
from tests.told import OTHERS, told


@pytest.mark.parametrize(
    "text",
    [
        "#error -- unsupported GNU version! gcc versions later than 12 are not supported!",
        ("/usr/include/c++/11/bits/std_function.h:435:145: error: parameter packs not expanded with '...':"),
        ("The current installed version of g++ (13.2.0) is greater than the maximum required version by CUDA 11.8."),
        (
            "fatal error C1189: #error: -- unsupported Microsoft Visual Studio version! Only the versions "
            "between 2017 and 2019 (inclusive) are supported!"
        ),
        "#error C++17 or later compatible compiler is required to use ATen.",
        "Your compiler (g++ 4.8.5) may be ABI-incompatible with PyTorch!",
    ],
)
def test_knows_what_programs_say(text: str) -> None:
    [found] = findings("TKT053", messages=told(text))

    assert (found.cause, found.severity, found.confidence) == ("gcc-unsupported", Severity.ERROR, "proved")
    assert any(path.startswith("messages.") for path in found.evidence)


def test_a_sentence_is_no_proof() -> None:
    [found] = findings(
        "TKT053",
        messages=told(
            ("#error -- unsupported GNU version! gcc versions later than 12 are not supported!"), output=False
        ),
    )

    assert found.confidence == "likely"


@pytest.mark.parametrize(
    "text",
    [
        *OTHERS,
        pytest.param('kernel.cu(12): error: identifier "alpha" is undefined', id="an error of the user's C++"),
    ],
)
def test_stays_silent(text: str) -> None:
    assert not findings("TKT053", messages=told(text))


CUDA_11 = (Toolkit("/usr/local/cuda", version="11.8", nvcc="/usr/local/cuda/bin/nvcc", cuda_home=True),)


@pytest.mark.parametrize(("gcc", "speaks"), [("13.2.0", True), ("11.4.0", False)])
def test_versions_count_where_a_text_only_says_that_it_fails(gcc: str, speaks: bool) -> None:
    compilers = (Compiler("gcc", "/usr/bin/gcc", version=gcc),)
    messages = told("apex does not build")

    assert bool(findings("TKT053", messages=messages, toolkits=CUDA_11, compilers=compilers)) is speaks


def test_names_the_compiler_to_install() -> None:
    text = "#error -- unsupported GNU version! gcc versions later than 11 are not supported!"
    [found] = findings("TKT053", messages=told(text), host=Host("linux", name="Debian GNU/Linux 12"))

    assert found.fix.commands[0] == "sudo apt-get install gcc-11 g++-11"
