# PyTorch for the processor, and envdoctor beside it, in an environment of its own.
#   docker build -f docker/cpu.Dockerfile -t torch-cpu .
#   docker run --rm -it --shm-size 1g torch-cpu
FROM python:3.12-slim

ENV PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
# torch.compile compiles C++ on first use.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends g++ \
 && rm -rf /var/lib/apt/lists/*
# The versions that `envdoctor pins --os linux --gpu none --python 3.12` names; a test compares.
RUN python -m pip install "torch==2.15.0" "torchvision==0.29.2" --index-url https://download.pytorch.org/whl/cpu

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
