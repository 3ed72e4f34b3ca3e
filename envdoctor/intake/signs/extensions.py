"""Signs of compiled extensions that are not there, lack CUDA, or were built for something else.

Sources: the texts in the sources of xformers, detectron2, mmcv, bitsandbytes and PyG, and the public issues in which
they were explained.
"""

from __future__ import annotations

from envdoctor.intake.signs import Sign

EXTENSION = (
    r"detectron2|groundingdino|mmcv|vllm|flash_attn\w*|xformers|pytorch3d|torch_scatter|torch_sparse|torch_cluster|"
    r"torch_spline_conv|pyg_lib|maskrcnn_benchmark|pointnet2\w*|spconv|apex|exllama\w*|sgl_kernel|dcn_?v?\w*|diff_gaus"
    r"sian_"
    r"rasterization|simple_knn|nvdiffrast|tinycudann|mamba_ssm|causal_conv1d|selective_scan\w*|deformable_attn|sam2|"
    r"transformer_engine\w*|MultiScaleDeformableAttention|bitsandbytes"
)
MODULE = (
    r"flash_attn_2_cuda|flash_attn_3_cuda|flash_attn_cuda|fused_layer_norm_cuda|fused_weight_gradient_mlp_cuda|amp_C|"
    r"apex_C|scaled_\w+_softmax_cuda|syncbn|MultiScaleDeformableAttention|selective_scan_cuda\w*|causal_conv1d_cuda|"
    r"exllama\w*_kernels|exllamav2_ext|vllm\._\w*C|detectron2\._C|xformers\._C\w*|groundingdino\._C|"
    r"pointnet2_ops\._ext|pointnet2\._ext|_ext|pytorch3d\._C|diff_gaussian_rasterization\._C|spconv\.\w+|dropout_layer"
    r"_norm|"
    r"rotary_emb|sgl_kernel\.\w+|_dcn\w*|deform_conv_cuda|torch_scatter\._\w+"
)
"""Compiled modules that are there only if an extension was built with CUDA."""
NAMED = (
    "torch_scatter", "torch_sparse", "torch_cluster", "flash_attn", "xformers", "detectron2", "mmcv", "vllm", "apex",
    "pytorch3d", "sgl_kernel", "bitsandbytes", "spconv", "MultiScaleDeformableAttention",
)  # fmt: skip
"""Extensions whose name in a traceback tells whose library does not load."""

SIGNS: tuple[Sign, ...] = (
    *(
        Sign("extension-in-traceback", name.lower(), rf"(?:from|import) (?P<package>{name})\b|(?:site|dist)-packages[/"
         rf"\\]"
             rf"(?P<package_>{name})[/\\_.]|\b(?P<package__>{name})[/\\]_\w+\.so",
             f"from {name} import ops")
        for name in NAMED
    ),
    # --- not built ---
    Sign("extension-not-built", "_c", rf"cannot import name '?_C'? from '?(?P<package>{EXTENSION})",
         "ImportError: cannot import name '_C' from 'detectron2'"),
    Sign("extension-not-built", "failed to import",
         r"\((?P<package>\w+)\._C failed to import\)|(?P<package_>\w+)\._C failed to import",
         "detectron2._C  not built correctly (detectron2._C failed to import)"),
    Sign("extension-not-built", "not built correctly", r"(?P<package>\w+)\._C\s+not built correctly",
         "detectron2._C not built correctly: libcudart.so.10.1"),
    Sign("extension-not-built", "no module named", rf"No module named ['\"]?(?P<module>{MODULE})['\"]?(?![\w])",
         "ModuleNotFoundError: No module named 'fused_layer_norm_cuda'"),
    Sign("extension-not-built", "name '_c' is not defined", r"name '_C' is not defined",
         "NameError: name '_C' is not defined"),
    Sign("extension-without-cuda", "not compiled with gpu support",
         r"Not compiled with GPU support|compiled without GPU support|not compiled with (?:CUDA|GPU) support",
         "RuntimeError: Not compiled with GPU support"),
    Sign("extension-without-cuda", "compiled without gpu support", r"was compiled without GPU support",
         "UserWarning: The installed version of bitsandbytes was compiled without GPU support."),
    Sign("extension-without-cuda", "built without cuda",
         r"(?:was|is|been) (?:not )?built with(?:out)? CUDA support|(?:was|is) built without CUDA",
         "ctranslate2 was built without CUDA support: This package was not compiled with CUDA"),
    Sign("extension-without-cuda", "implementation for device cuda",
         r"(?P<function>\w+): implementation for device cuda:?\d* not found",
         "RuntimeError: roi_align_forward_impl: implementation for device cuda:0 not found."),
    Sign("extension-build-fails", "error building extension", r"Error building extension '(?P<package>\w+)'",
         "RuntimeError: Error building extension 'fused'"),
    Sign("extension-build-fails", "error compiling objects", r"Error compiling objects for extension",
         "RuntimeError: Error compiling objects for extension"),
    Sign("extension-build-fails", "'ninja'", r"Command '\['ninja', '-v'[^\]]{0,40}\]' returned non-zero",
         "subprocess.CalledProcessError: Command '['ninja', '-v']' returned non-zero exit status 1."),
    Sign("extension-complained-of", "fail",
         r"\b(?:custom|CUDA|compiled)? ?(?:operators?|ops|extensions?|build|compilation|compiling|building|"
         r"installation of \w+)\b[^.:;]{0,30}\bfail(?:s|ed|ing)?\b", "The custom operators fail on the new card"),
    Sign("extension-complained-of", "build",
         r"\b(?:does not|doesn't|cannot be|can't be|won't|will not|cannot|can't|not) (?:build|built)\b|"
         r"\bbuild(?:ing)? [^.:;]{0,30}\b(?:stops|breaks|errors)\b", "apex does not build"),
    Sign("extension-complained-of", "compile",
         r"\b(?:does not|doesn't|cannot be|can't be|won't|will not|cannot|can't|not) compiled?\b",
         "the extension does not compile"),
    # --- built for something else ---
    Sign("xformers-other-torch", "xformers can't load",
         r"xFormers can't load C\+\+/CUDA extensions(?:\. xFormers was built for:[ -]{0,6}PyTorch "
         r"(?P<built>[\w.+]+)[^()]{0,40}\(you have (?P<torch>[\w.+]+)\)?)?",
         "WARNING[XFORMERS]: xFormers can't load C++/CUDA extensions. xFormers was built for: PyTorch 2.0.1+cu118 "
         "with CUDA 1108 (you have 2.0.1+cpu)"),
    Sign("extension-other-torch", "was compiled",
         r"(?P<package>[\w-]{2,40}) was (?:compiled|built) (?:for|with|against) (?:Py)?[Tt]orch (?:version "
         r")?(?P<built>\d[\w.+]*)[^.!]{0,60}?(?:but|you have|installed|runtime)[^.!]{0,60}?(?P<torch>\d[\w.+]*)",
         "torch_scatter was compiled with PyTorch 1.10.0 but you have 1.12.1"),
    Sign("extension-library-missing", "mmcv._ext", r"No module named ['\"]?mmcv\._ext",
         "ModuleNotFoundError: No module named 'mmcv._ext'"),
    Sign("extension-library-missing", "could not find/load shared object",
         r"Could(?: not|n't) (?:find/)?load shared object file: (?P<library>\S{1,100})",
         "RuntimeError: Could not find/load shared object file: llama.so"),
    Sign("extension-library-missing", "_opnamespace",
         r"'_OpNamespace' '(?P<package>(?!torchvision|aten|prim)\w+)' object has no attribute '(?P<operator>\w+)'",
         "AttributeError: '_OpNamespace' '_C' object has no attribute 'rms_norm'"),
    Sign("extension-library-missing", "has no attribute 'origin'", r"'NoneType' object has no attribute 'origin'",
         "AttributeError: 'NoneType' object has no attribute 'origin'"),
    Sign("extension-library-missing", "libtorchcodec", r"Could not load libtorchcodec",
         "RuntimeError: Could not load libtorchcodec. Likely causes:"),
    Sign("extension-library-missing", "could not find the",
         r"Could not find the (?P<package>bitsandbytes|torch-\w+) CUDA binary at (?:PosixPath|WindowsPath)?\S{0,160}",
         "Could not find the bitsandbytes CUDA binary at PosixPath('libbitsandbytes_cuda128.so')"),
    Sign("extension-library-missing", "could not find module '_",
         r"Could not find module '(?P<library>_(?:version|scatter|convert|diag|fps|knn|basis)\w*_(?:cuda|cpu))'",
         "ImportError: Could not find module '_version_cuda' in torch_sparse"),
)  # fmt: skip
