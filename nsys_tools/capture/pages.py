"""Read the pages of a capture from a folder or a list, or draw them. Each page is checked before profiling starts."""

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
    """An image file that was opened and decoded completely."""

    path: Path
    width: int
    height: int
    bytes: int
    sha256: str


def find(source: Path) -> list[Path]:
    """Return the sorted image files in a folder, the image files in a list of paths, or a single image file.

    A list is a text file with one path per line, relative to the list. Empty lines and ``#`` comments are skipped.

    Raises
    ------
    NsysToolsError
        If `source` does not exist or contains no images.
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
            "Specify a folder of PNG or JPG files, a text file with one path per line, or a number of pages to draw.",
        )
    if not found:
        raise NsysToolsError(
            f"No images: {source} contains no {', '.join(SUFFIXES)} files.",
            "To draw pages instead, specify a number: --pages 2.",
        )
    return found


def _listed(source: Path) -> list[Path]:
    try:
        lines = source.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as error:
        message = f"{source} is not a list of images, because it is not a text file."
        raise NsysToolsError(message, "The list must have one path per line.") from error
    names = [line.strip() for line in lines]
    return [source.parent / name for name in names if name and not name.startswith("#")]


def check(path: Path) -> Page:
    """Decode an image completely and return its path, size and digest.

    Raises
    ------
    NsysToolsError
        If the file is missing, is not an image, or is truncated.
    """
    from PIL import Image, UnidentifiedImageError

    if not path.is_file():
        raise NsysToolsError(f"There is no image at {path}.", "Correct the list of pages.")
    try:
        with Image.open(path) as image:
            image.load()
            width, height = image.size
    except (UnidentifiedImageError, OSError, SyntaxError) as error:
        raise NsysToolsError(
            f"Corrupt image {path}: {error}",
            "Replace the image or remove it from the pages. No page was captured.",
        ) from error
    content = path.read_bytes()
    return Page(path.resolve(), width, height, len(content), hashlib.sha256(content).hexdigest())


def draw(folder: Path, count: int, size: tuple[int, int], seed: int) -> list[Path]:
    """Draw pages of text-like lines and boxes. The same arguments produce the same pixels.

    Parameters
    ----------
    folder
        Folder to which ``page-000.png`` and so on are written.
    count
        Number of pages.
    size
        Width and height in pixels.
    seed
        Random seed.

    Raises
    ------
    NsysToolsError
        If `count` is below one.
    """
    if count < 1:
        raise NsysToolsError(f"No images: {count} pages were requested.", "Draw at least one page: --pages 1.")
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
