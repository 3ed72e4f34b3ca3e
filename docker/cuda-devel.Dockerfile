# PyTorch for NVIDIA GPUs, to compile CUDA extensions: with nvcc of the very CUDA release that torch is built for.
#   docker build -f docker/cuda-devel.Dockerfile -t torch-cuda-devel .
#   docker run --rm -it --gpus all --shm-size 8g torch-cuda-devel
# The host needs NVIDIA driver 580 or newer and the NVIDIA Container Toolkit.
FROM nvidia/cuda:13.2.0-devel-ubuntu24.04

ENV DEBIAN_FRONTEND=noninteractive PIP_NO_CACHE_DIR=1
RUN apt-get update \
 && apt-get install --yes --no-install-recommends g++ git ninja-build python3-dev python3-venv \
 && rm -rf /var/lib/apt/lists/*
# Ubuntu's Python is the system's (PEP 668): PyTorch gets an environment of its own.
RUN python3 -m venv /opt/venv
ENV VIRTUAL_ENV=/opt/venv PATH=/opt/venv/bin:$PATH CUDA_HOME=/usr/local/cuda
# The versions that `envdoctor pins --os linux --driver 580 --python 3.12` names; a test compares.
RUN python -m pip install "torch==2.15.0" "torchvision==0.29.2"

COPY pyproject.toml setup.py README.md LICENSE /opt/envdoctor/source/
COPY envdoctor /opt/envdoctor/source/envdoctor
COPY checks /opt/envdoctor/source/checks
COPY launcher /opt/envdoctor/source/launcher
RUN python3 -m venv /opt/envdoctor/venv \
 && /opt/envdoctor/venv/bin/python -m pip install /opt/envdoctor/source \
 && ln -s /opt/envdoctor/venv/bin/envdoctor /usr/local/bin/envdoctor \
 && rm -rf /opt/envdoctor/source

WORKDIR /workspace
CMD ["python"]
