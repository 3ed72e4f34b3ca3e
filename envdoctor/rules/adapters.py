"""Virtual display adapters, by PCI vendor and device.

Sources: QEMU, docs/specs/pci-ids (1234, 1b36, 1af4); the PCI ID repository (15ad, 80ee, 1414, 1013, 1ab8).
"""

VIRTUAL_ADAPTERS = {
    "15ad:0405": "VMware SVGA II",
    "15ad:0710": "VMware SVGA",
    "80ee:beef": "VirtualBox Graphics Adapter",
    "1b36:0100": "QXL paravirtual graphic card",
    "1af4:1050": "virtio-gpu",
    "1414:5353": "Hyper-V virtual VGA",
    "1013:00b8": "Cirrus GD 5446 (emulated)",
    "1234:1111": "QEMU standard VGA",
    "1ab8:4005": "Parallels Accelerated Virtual Video Adapter",
}
