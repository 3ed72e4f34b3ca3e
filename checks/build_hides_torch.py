from collections.abc import Iterator

from envdoctor.facts import Message
from envdoctor.findings import Finding, Fix, Risk, Severity, check
from envdoctor.rules.told import told


@check("INS055", Severity.ERROR, cause="install-blocked")
def build_hides_torch(messages: tuple[Message, ...]) -> Iterator[Finding]:
    """A package asks for torch while it is built, and the build does not see what is installed.

    pip and uv build packages in an environment of their own (build isolation), into which they install only
    what the package declares. flash-attn, apex, xformers, detectron2, torch-scatter and others need torch there
    and do not declare it.

    How to mend it: install torch first, then the package with `--no-build-isolation`, or a wheel that is
    already built.

    Source: https://pip.pypa.io/en/stable/reference/build-system/; https://docs.astral.sh/uv/concepts/projects/config/.
    """
    one = told(messages, "build-hides-torch")
    if one is None and told(messages, "metadata-fails") is not None:
        one = told(messages, "torch-module-missing")
    if one is None:
        return
    yield Finding(
        what=f"A package that is being built does not find what it needs: {one.quote}.",
        why="It is built in an isolated environment, which holds only what the package declares.",
        fix=Fix(
            "Install torch first, then the package without build isolation.",
            (
                "python -m pip install torch setuptools wheel packaging ninja",
                "python -m pip install --no-build-isolation NAME-OF-THE-PACKAGE",
            ),
            Risk.CHANGES_ENVIRONMENT,
        ),
        verify="python -c 'import torch; print(torch.__version__)'",
        evidence=one.evidence,
        confidence=one.confidence,
    )
