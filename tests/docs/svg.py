"""A small language for drawings of timelines: lanes, boxes, arrows and measures."""

from __future__ import annotations

from html import escape

FILL = {
    "blue": ("#d3e5f8", "#2f6aa8"), "green": ("#d5ecd6", "#3c7d40"), "orange": ("#fbe3c6", "#a8651a"),
    "red": ("#f8d7d4", "#a83a32"), "gray": ("#ebedf0", "#6a7078"), "white": ("#ffffff", "#6a7078"),
    "purple": ("#e5dcf3", "#6a4c9c"),
}  # fmt: skip
"""Fill and border by name; dark text on any of these fills has a contrast of more than 10."""
INK, QUIET = "#1b1f24", "#4a5058"


class Svg:
    """A drawing on white, so that it can be read on a light and on a dark page.

    Parameters
    ----------
    width, height
        Size in pixels.
    title, about
        Texts for screen readers.
    """

    def __init__(self, width: int, height: int, title: str, about: str) -> None:
        self._parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
            f' role="img" font-family="system-ui, -apple-system, Segoe UI, DejaVu Sans, sans-serif">',
            f"<title>{escape(title)}</title>",
            f"<desc>{escape(about)}</desc>",
            '<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8"'
            f' orient="auto-start-reverse"><path d="M0,0 L8,4 L0,8 z" fill="{QUIET}"/></marker></defs>',
            f'<rect width="{width}" height="{height}" rx="6" fill="#ffffff"/>',
        ]
        self._width = width

    def text(self, x: float, y: float, text: str, *, anchor: str = "start", size: int = 13, bold: bool = False,
             color: str = INK) -> None:  # fmt: skip
        """Write one line of text; ``y`` is its middle."""
        weight = ' font-weight="600"' if bold else ""
        self._parts.append(
            f'<text x="{x:g}" y="{y + size * 0.35:g}" font-size="{size}" text-anchor="{anchor}" fill="{color}"{weight}>'
            f"{escape(text)}</text>"
        )

    def lane(self, y: float, name: str, *, left: float = 12, begin: float = 120) -> None:
        """Name a lane and draw its line."""
        self.text(left, y, name, bold=True)
        self._parts.append(
            f'<line x1="{begin:g}" x2="{self._width - 12:g}" y1="{y:g}" y2="{y:g}" stroke="#c9ced4" stroke-width="1"/>'
        )

    def box(self, x: float, y: float, width: float, height: float, text: str = "", *, fill: str = "blue",
            dashed: bool = False, size: int = 13) -> None:  # fmt: skip
        """Draw a box whose middle is at height ``y``, with a text in it."""
        inside, border = FILL[fill]
        dash = ' stroke-dasharray="4 3"' if dashed else ""
        self._parts.append(
            f'<rect x="{x:g}" y="{y - height / 2:g}" width="{width:g}" height="{height:g}" rx="3" fill="{inside}"'
            f' stroke="{border}" stroke-width="1.2"{dash}/>'
        )
        if text:
            lines = text.split("\n")
            for number, line in enumerate(lines):
                at = y + (number - (len(lines) - 1) / 2) * (size + 4)
                self.text(x + width / 2, at, line, anchor="middle", size=size)

    def arrow(self, *points: tuple[float, float], dashed: bool = False, both: bool = False) -> None:
        """Draw an arrow along points."""
        path = " ".join(f"{'L' if n else 'M'}{x:g},{y:g}" for n, (x, y) in enumerate(points))
        dash = ' stroke-dasharray="5 3"' if dashed else ""
        start = ' marker-start="url(#head)"' if both else ""
        self._parts.append(
            f'<path d="{path}" fill="none" stroke="{QUIET}" stroke-width="1.4"{dash}{start} marker-end="url(#head)"/>'
        )

    def line(self, x1: float, y1: float, x2: float, y2: float) -> None:
        """Draw a thin dashed line."""
        self._parts.append(
            f'<line x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}" stroke="{QUIET}" stroke-width="1"'
            f' stroke-dasharray="3 3"/>'
        )

    def curve(self, *points: tuple[float, float]) -> None:
        """Draw a thick line through points."""
        path = " ".join(f"{'L' if n else 'M'}{x:g},{y:g}" for n, (x, y) in enumerate(points))
        self._parts.append(f'<path d="{path}" fill="none" stroke="{FILL["blue"][1]}" stroke-width="2.4"/>')

    def dot(self, x: float, y: float) -> None:
        """Draw a point."""
        self._parts.append(f'<circle cx="{x:g}" cy="{y:g}" r="5" fill="{FILL["orange"][1]}"/>')

    def measure(self, begin: float, end: float, y: float, text: str) -> None:
        """Draw a measure from ``begin`` to ``end`` with its name below."""
        self.arrow((begin, y), (end, y), both=True)
        self.text((begin + end) / 2, y + 13, text, anchor="middle", color=QUIET)

    def written(self) -> str:
        """Return the file."""
        return "\n".join([*self._parts, "</svg>"]) + "\n"
