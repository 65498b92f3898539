"""Links between GPUs: NVLink within its domain, otherwise the network, otherwise PCIe within a server."""

import attrs
import pytest

from nsys_tools.errors import NsysToolsError
from nsys_tools.model import gpus
from nsys_tools.model.gpus import Link

# GB/s of NVLink in both directions, and the GPUs that it connects, from NVIDIA's data sheets; Gb/s of networks.
NVLINK = {
    "v100-sxm2": (300, 8),
    "quadro-rtx-8000": (100, 2),
    "rtx-3090": (112.5, 2),
    "rtx-a5000": (112.5, 2),
    "rtx-a6000": (112.5, 2),
    "a40": (112.5, 2),
    "a30": (200, 2),
    "a100-40gb": (600, 8),
    "a100-40gb-pcie": (600, 2),
    "a100-80gb-pcie": (600, 2),
    "a100-80gb-sxm": (600, 8),
    "a800": (400, 8),
    "h100-sxm": (900, 8),
    "h100-pcie": (600, 2),
    "h100-nvl": (600, 2),
    "h200-sxm": (900, 8),
    "h200-nvl": (900, 4),
    "h800": (400, 8),
    "h20": (900, 8),
    "b200": (1800, 8),
    "b300": (1800, 8),
    "gb200": (1800, 72),
    "gb300": (1800, 72),
}
NETWORK = {
    "a100-40gb": 200, "a100-80gb-sxm": 200, "a800": 200, "h100-sxm": 400, "h200-sxm": 400, "h800": 400, "b200": 400,
    "b300": 800, "gb200": 400, "gb300": 800, "gb10": 200,
}  # fmt: skip


def test_figures_are_those_of_one_direction() -> None:
    shipped = {name: gpus.load(name) for name in gpus.available()}
    joined = {name: gpu.nvlink for name, gpu in shipped.items() if gpu.nvlink}
    assert {name: (2 * link.bytes_per_s / 1e9, link.gpus) for name, link in joined.items()} == NVLINK
    networks = {name: gpu.network for name, gpu in shipped.items() if gpu.network}
    assert {name: link.bytes_per_s * 8 / 1e9 for name, link in networks.items()} == NETWORK
    # A lane of PCIe 3.0 carries 8 Gb/s in each direction, and each generation doubles it.
    rates = {gpu.pcie.bytes_per_s * 8 / 1e9 for gpu in shipped.values() if gpu.pcie}
    assert rates <= {8 * lanes * 2**generation for lanes in (8, 16) for generation in range(4)}
    for link in [*joined.values(), *networks.values(), *(gpu.pcie for gpu in shipped.values() if gpu.pcie)]:
        assert link.source


@pytest.mark.parametrize(
    ("name", "count", "kind"),
    [
        ("h100-sxm", 2, "nvlink"),
        ("h100-sxm", 8, "nvlink"),
        ("h100-sxm", 16, "network"),
        ("gb200", 72, "nvlink"),
        ("gb200", 144, "network"),
        ("rtx-a6000", 2, "nvlink"),
        ("rtx-a6000", 4, "pcie"),  # the bridge connects two GPUs, and there is no usual network
        ("rtx-a6000", 8, "pcie"),
        ("l4", 2, "pcie"),
        ("gb10", 2, "network"),
    ],
)
def test_the_link_of_a_group(name: str, count: int, kind: str) -> None:
    gpu = gpus.load(name)
    assert gpu.link(count) == getattr(gpu, kind)


@pytest.mark.parametrize(
    ("name", "count", "has"),
    [
        ("l4", 9, "Known links: PCIe (8 GPUs)."),
        ("h200-nvl", 16, "Known links: NVLink (4 GPUs), PCIe (8 GPUs)."),
        ("gh200", 2, "Known links: none."),
    ],
)
def test_what_nothing_joins_is_an_error(name: str, count: int, has: str) -> None:
    gpu = gpus.load(name)
    with pytest.raises(NsysToolsError) as caught:
        gpu.link(count)
    assert caught.value.message == f"{gpu.name} has no known link for {count} GPUs. {has}"
    assert "network" in caught.value.hint
    network = Link(50e9, "one 400 Gb/s adapter")
    assert attrs.evolve(gpu, network=network).link(count) == network
