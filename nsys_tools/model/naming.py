"""Layer names: paths with the indices of repeated layers."""

from __future__ import annotations


def numbered(indices: tuple[int, ...]) -> str:
    """Return indices as written in a path: ``3`` or ``[0-2,5]``."""
    groups: list[list[int]] = []
    for index in sorted(indices):
        if groups and index == groups[-1][-1] + 1:
            groups[-1].append(index)
        else:
            groups.append([index])
    text = ",".join(str(g[0]) if len(g) == 1 else f"{g[0]}-{g[-1]}" for g in groups)
    return text if len(indices) == 1 else f"[{text}]"


def joined(above: str, name: str) -> str:
    """Join two names into a path; either may be empty."""
    return f"{above}.{name}" if above and name else above or name
