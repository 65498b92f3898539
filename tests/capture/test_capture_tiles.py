from __future__ import annotations

import pytest

from nsys_tools.capture import tiles


@pytest.mark.parametrize(
    ("base", "crop_count", "grid", "tokens"),
    [(512, 0, (1, 1), 73), (640, 0, (1, 1), 111), (1024, 0, (1, 1), 273), (1280, 0, (1, 1), 421),
     (1024, 4, (2, 2), 693), (1024, 6, (2, 3), 273 + 21 * 30), (1024, 9, (9, 1), 273 + 91 * 10)],
)  # fmt: skip
def test_image_tokens_are_those_of_the_modes(base, crop_count, grid, tokens):
    assert tiles.image_tokens(base, 640, grid, crop_count) == tokens


@pytest.mark.parametrize(
    ("width", "height", "grid"),
    [(640, 640, (1, 1)), (500, 100, (1, 1)), (1240, 1754, (2, 3)), (1754, 1240, (3, 2)), (2000, 2000, (3, 3)),
     (641, 641, (2, 2)), (3000, 300, (9, 1)), (300, 3000, (1, 9)), (1280, 641, (2, 1))],
)  # fmt: skip
def test_the_grid_is_the_nearest_in_proportion(width, height, grid):
    assert tiles.grid_of(width, height, 640, 9) == grid


def test_small_pages_take_the_smaller_of_equally_near_grids():
    # 641 x 641 has half of the pixels of 2 x 2 tiles or less: 820 x 820 is below, 910 x 910 above the half of 2 x 2.
    assert tiles.grid_of(910, 910, 640, 9) == (2, 2)
    assert tiles.grid_of(1400, 1400, 640, 9) == (3, 3)


@pytest.mark.torch
def test_views_show_the_page_whole_and_in_tiles():
    torch = pytest.importorskip("torch")
    image = pytest.importorskip("PIL.Image").new("RGB", (256, 128), "white")
    image.paste((0, 0, 0), (128, 0, 256, 128))
    view = tiles.views(image, base=256, tile=128, most=9)
    assert view.grid == (2, 1)
    assert view.crops is not None
    assert view.crops.shape == (2, 3, 128, 128)
    assert view.overview.shape == (3, 256, 256)
    left, right = view.crops[0][:, :, 8:-8], view.crops[1][:, :, 8:-8]
    assert torch.all(left == 1)
    assert torch.all(right == -1)
    assert torch.allclose(view.overview[:, 0], torch.tensor(127 / 127.5 - 1)), "padding is gray"


@pytest.mark.torch
def test_crops_can_be_left_out():
    pytest.importorskip("torch")
    image = pytest.importorskip("PIL.Image").new("RGB", (300, 500))
    view = tiles.views(image, base=256, tile=128, most=0)
    assert (view.crops, view.crop_count, view.grid) == (None, 0, (1, 1))
