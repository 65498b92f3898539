"""Convert a page to model input: a padded global view, and crops on the grid with the closest aspect ratio."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image
    from torch import Tensor

_GREY = (127, 127, 127)


@dataclass(frozen=True)
class Views:
    """The pixels of one page.

    Attributes
    ----------
    overview
        The page padded to a square, with shape (3, base, base).
    crops
        Its tiles in row-major order, with shape (columns * rows, 3, tile, tile); None for a page without crops.
    grid
        Number of columns and rows of crops; (1, 1) for a page without crops.
    """

    overview: Tensor
    crops: Tensor | None
    grid: tuple[int, int]

    @property
    def crop_count(self) -> int:
        """Number of crops: 0, or at least 2."""
        return 0 if self.crops is None else self.grid[0] * self.grid[1]


def grid_of(width: int, height: int, tile: int, most: int) -> tuple[int, int]:
    """Return the columns and rows of a page's crop grid.

    The grid has 2 to `most` tiles and the aspect ratio closest to that of the page. Among equally close grids,
    the larger one is used if the page has more than half of the grid's pixels. A page that is not larger than
    one tile is not cropped. This is the rule of DeepSeek-OCR (``dynamic_preprocess`` in its Hub code).
    """
    if max(width, height) <= tile:
        return 1, 1
    candidates = [(c, r) for c in range(1, most + 1) for r in range(1, most + 1) if 2 <= c * r <= most]
    nearest, distance = (1, 1), float("inf")
    for columns, rows in sorted(candidates, key=lambda grid: grid[0] * grid[1]):
        gap = abs(width / height - columns / rows)
        larger_fits = width * height > 0.5 * tile * tile * columns * rows
        if gap < distance or (gap == distance and larger_fits):
            nearest, distance = (columns, rows), gap
    return nearest


def image_tokens(base: int, tile: int, grid: tuple[int, int], crop_count: int) -> int:
    """Return the number of tokens of a page: one per 64 x 64 pixels, one per row, and one separator."""
    overview, crop = base // 64, tile // 64
    tokens = overview * (overview + 1) + 1
    return tokens + (crop * grid[0] + 1) * crop * grid[1] if crop_count else tokens


def views(page: Image, base: int, tile: int, most: int) -> Views:
    """Return a page's global view and crops, normalized to [-1, 1] (mean and standard deviation 0.5).

    Parameters
    ----------
    page
        The page.
    base, tile
        Side lengths of the global view and a crop, in pixels.
    most
        Maximum number of crops; 0 for no crops.
    """
    import torch
    from PIL import Image, ImageOps

    picture = page.convert("RGB")
    overview = _pixels(ImageOps.pad(picture, (base, base), Image.Resampling.BICUBIC, color=_GREY))
    grid = grid_of(picture.width, picture.height, tile, most) if most else (1, 1)
    if grid == (1, 1):
        return Views(overview, None, grid)
    columns, rows = grid
    whole = picture.resize((columns * tile, rows * tile), Image.Resampling.BICUBIC)
    corners = [(column * tile, row * tile) for row in range(rows) for column in range(columns)]
    crops = [_pixels(whole.crop((x, y, x + tile, y + tile))) for x, y in corners]
    return Views(overview, torch.stack(crops), grid)


def _pixels(image: Image) -> Tensor:
    import torch

    flat = torch.frombuffer(bytearray(image.tobytes()), dtype=torch.uint8)
    return flat.view(image.height, image.width, 3).permute(2, 0, 1).float() / 127.5 - 1.0
