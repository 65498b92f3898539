"""Pages of a capture: found in a folder or a list, or drawn; each checked before anything is profiled."""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nsys_tools.errors import NsysToolsError

if TYPE_CHECKING:
    from PIL.Image import Image

SUFFIXES = (".png", ".jpg", ".jpeg")


@dataclass(frozen=True)
class Page:
    """One image file that was opened and decoded whole."""

    path: Path
    width: int
    height: int
    bytes: int
    sha256: str


def find(source: Path) -> list[Path]:
    """Return the image files that a folder, a list of paths or an image file names, in order.

    A list is a text file with one path a line, relative to itself; empty lines and ``#`` are skipped.

    Raises
    ------
    NsysToolsError
        If there is nothing at `source`, or no image in it.
    """
    if source.is_dir():
        found = sorted(path for path in source.rglob("*") if path.suffix.lower() in SUFFIXES)
    elif source.suffix.lower() in SUFFIXES and source.is_file():
        found = [source]
    elif source.is_file():
        found = _listed(source)
    else:
        raise NsysToolsError(
            f"No images: {source} does not exist.",
            "Give a folder of PNG or JPG files, a text file with one path a line, or how many pages to draw.",
        )
    if not found:
        raise NsysToolsError(
            f"No images: {source} holds no {', '.join(SUFFIXES)} file.",
            "Give a number instead to draw pages: --pages 2.",
        )
    return found


def _listed(source: Path) -> list[Path]:
    try:
        lines = source.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise NsysToolsError(f"{source} is no list of images: it is not text.", "One path a line.") from error
    names = [line.strip() for line in lines]
    return [source.parent / name for name in names if name and not name.startswith("#")]


def check(path: Path) -> Page:
    """Decode an image whole and return what identifies it.

    Raises
    ------
    NsysToolsError
        If it is missing, no image, or cut off.
    """
    from PIL import Image, UnidentifiedImageError

    if not path.is_file():
        raise NsysToolsError(f"No image at {path}.", "Correct the list of pages.")
    try:
        with Image.open(path) as image:
            image.load()
            width, height = image.size
    except (UnidentifiedImageError, OSError, SyntaxError) as error:
        raise NsysToolsError(
            f"Corrupt image {path}: {error}",
            "Replace it or take it out of the pages; the others are not captured either.",
        ) from error
    content = path.read_bytes()
    return Page(path.resolve(), width, height, len(content), hashlib.sha256(content).hexdigest())


def draw(folder: Path, count: int, size: tuple[int, int], seed: int) -> list[Path]:
    """Draw pages of text-like lines and boxes; the same arguments give the same pixels.

    Parameters
    ----------
    folder
        Where ``page-000.png`` ... are written.
    count
        How many pages.
    size
        Width and height in pixels.
    seed
        Seed of the drawing.

    Raises
    ------
    NsysToolsError
        If `count` is below one.
    """
    if count < 1:
        raise NsysToolsError(f"No images: {count} pages asked for.", "Draw at least one page: --pages 1.")
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"page-{index:03d}.png" for index in range(count)]
    for index, path in enumerate(paths):
        _page(size, random.Random(f"{seed}/{index}")).save(path)  # noqa: S311 (a drawing, no secret)
    return paths


def _page(size: tuple[int, int], dice: random.Random) -> Image:
    from PIL import Image, ImageDraw

    width, height = size
    page = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(page)
    margin, line = max(1, width // 12), max(2, height // 60)
    y = margin
    while y + line < height - margin:
        x = margin
        end = width - margin if dice.random() < 0.85 else width // 2
        while x < end:
            word = min(dice.randint(line, 6 * line), end - x)
            shade = dice.randint(0, 90)
            pen.rectangle((x, y, x + word, y + line // 2), fill=(shade, shade, shade))
            x += word + line
        y += line * (2 if dice.random() < 0.9 else 4)
    return page
