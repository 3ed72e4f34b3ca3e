# PyTorch for NVIDIA GPUs, to run programs. The wheels bring CUDA, cuDNN and NCCL; the driver is the host's.
#   docker build -f docker/cuda-runtime.Dockerfile -t torch-cuda .
#   docker run --rm -it --gpus all --shm-size 8g torch-cuda
# The host needs NVIDIA driver 580 or newer and the NVIDIA Container Toolkit.
FROM python:3.12-slim

# Without these the NVIDIA Container Toolkit hands nothing, or no compute library, into a plain image.
ENV NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,utility
ENV PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
# torch.compile compiles on first use: a small C file for a GPU (Triton), C++ for the processor.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends g++ \
 && rm -rf /var/lib/apt/lists/*
# The versions that `envdoctor pins --os linux --driver 580 --python 3.12` names; a test compares.
RUN python -m pip install "torch==2.15.0" "torchvision==0.29.2"

COPY pyproject.toml setup.py README.md LICENSE /opt/envdoctor/source/
COPY envdoctor /opt/envdoctor/source/envdoctor
COPY checks /opt/envdoctor/source/checks
COPY launcher /opt/envdoctor/source/launcher
RUN python -m venv /opt/envdoctor/venv \
 && /opt/envdoctor/venv/bin/python -m pip install /opt/envdoctor/source \
 && ln -s /opt/envdoctor/venv/bin/envdoctor /usr/local/bin/envdoctor \
 && rm -rf /opt/envdoctor/source

WORKDIR /workspace
CMD ["python"]
