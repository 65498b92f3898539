"""Draw 110 texts for a review: ``python -m tests.prose.sample --seed N`` prints them with room for a verdict."""

from __future__ import annotations

import argparse
import random
import sys

from tests.prose.units import Unit, units

DRAWN = {"help": 25, "docs": 25, "SQL header": 25, "message": 25, "docstring": 10}


def draw(seed: int) -> list[tuple[str, Unit]]:
    """Return the units of a sample with their kinds: the same ones for one seed and one state of the files."""
    found = units()
    return [
        (kind, unit)
        for kind, count in DRAWN.items()
        for unit in sorted(random.Random(f"{kind} {seed}").sample(found[kind], count))
    ]


def page(seed: int) -> str:
    """Return a sample as Markdown: number, kind, place, text, and an empty verdict."""
    drawn = draw(seed)
    lines = [f"# {len(drawn)} texts, seed {seed}", ""]
    for number, (kind, unit) in enumerate(drawn, 1):
        title = f"## {number}. {kind}: {unit.file}:{unit.line}"
        mark = "~~~" if "~~~" not in unit.text else "~~~~~"
        lines += [
            title,
            "",
            *([f"`{unit.of}`", ""] if unit.of else []),
            f"{mark}text",
            unit.text,
            mark,
            "",
            "Verdict:",
            "",
        ]
    return "\n".join(lines)


def main() -> int:
    """Print a sample."""
    parser = argparse.ArgumentParser(prog="python -m tests.prose.sample", description=__doc__)
    parser.add_argument("--seed", type=int, required=True, help="number that chooses the sample")
    sys.stdout.write(page(parser.parse_args().seed))
    return 0


if __name__ == "__main__":
    sys.exit(main())
