"""Texts that people could paste about building and compiling, each with the check that names its cause."""

PASTED: dict[str, str] = {
    "BLD051": (
        "# torch.compile in the slim image\n"
        "\n"
        "### What happens\n"
        "```\n"
        "RuntimeError: Failed to find C compiler. Please specify via CC environment variable.\n"
        "```\n"
        "\n"
        "I have tried a fresh environment twice, the result is the same.\n"
    ),
    "BLD052": (
        "**The first compiled step fails on the cluster**\n"
        "\n"
        "```text\n"
        "$ python main.py\n"
        "fatal error: Python.h: No such file or directory\n"
        "```\n"
        "\n"
        "It worked last month. Any hint is welcome.\n"
        "\n"
        "```\n"
        "Collecting environment information...\n"
        "Python version: 3.11.4 (64-bit runtime)\n"
        "```\n"
    ),
    "BLD053": (
        "> torch.compile in WSL does not link\n"
        ">\n"
        "> ```\n"
        "> /usr/bin/ld: cannot find -lcuda: No such file or directory\n"
        "> ```\n"
        "\n"
        "Full log above; nothing else is printed.\n"
    ),
    "BLD054": (
        "# Compiled models fail on the new board\n"
        "\n"
        "### What happens\n"
        "```\n"
        "ptxas fatal   : Value 'sm_121a' is not defined for option 'gpu-name'\n"
        "```\n"
        "\n"
        "Same on a colleague's machine.\n"
    ),
    "BLD055": (
        "**The quantised model needs something of Triton**\n"
        "\n"
        "```text\n"
        "$ python main.py\n"
        "RuntimeError: Cannot find a working triton installation.\n"
        "```\n"
        "\n"
        "I have tried a fresh environment twice, the result is the same.\n"
    ),
    "BLD056": (
        "> torch.compile raises on my old laptop\n"
        ">\n"
        "> ```\n"
        "> RuntimeError: Windows not yet supported for torch.compile\n"
        "> ```\n"
        "\n"
        "It worked last month. Any hint is welcome.\n"
    ),
    "BLD057": (
        "# torch.compile on the Mac mini\n"
        "\n"
        "### What happens\n"
        "```\n"
        "torch._inductor.exc.CppCompileError: C++ compile error\n"
        "```\n"
        "\n"
        "Full log above; nothing else is printed.\n"
    ),
    "TKT051": (
        "**apex does not build on the workstation**\n"
        "\n"
        "```text\n"
        "$ python main.py\n"
        "RuntimeError: The detected CUDA version (12.9) mismatches the version that was used to compile "
        "PyTorch (11.8).\n"
        "```\n"
        "\n"
        "Same on a colleague's machine.\n"
    ),
    "TKT052": (
        "> Installing an attention library stops in setup.py\n"
        ">\n"
        "> ```\n"
        "> OSError: CUDA_HOME environment variable is not set. Please set it to your CUDA install root.\n"
        "> ```\n"
        "\n"
        "I have tried a fresh environment twice, the result is the same.\n"
    ),
    "TKT053": (
        "# A CUDA extension does not compile on Fedora 40\n"
        "\n"
        "### What happens\n"
        "```\n"
        "#error -- unsupported GNU version! gcc versions later than 12 are not supported!\n"
        "```\n"
        "\n"
        "It worked last month. Any hint is welcome.\n"
    ),
    "TKT054": (
        "**Is this warning of the extension builder a problem**\n"
        "\n"
        "```text\n"
        "$ python main.py\n"
        "The detected CUDA version (11.7) has a minor version mismatch with the version that was used "
        "to compile PyTorch (11.3).\n"
        "```\n"
        "\n"
        "Full log above; nothing else is printed.\n"
    ),
}
