"""The stages of a trace without a stages file, by brute force."""

from __future__ import annotations

from collections import Counter

from tests.torture.brute.trace import Trace


def default_stages(trace: Trace) -> dict[str, str]:
    """Return the name of the stage by rolled-up path.

    Outermost paths are stages. A path with more than 95 % of the GPU time of the ranges around it, and with some of it
    in nested ranges, is replaced by the paths directly inside it; it also remains a stage if it has its own operations.
    """
    paths = {r: trace.rolled_path(r) for r in trace.ranges}
    parents: dict[str, str | None] = {}
    for r in sorted(trace.ranges, key=lambda r: -len(trace.around(r))):  # the outermost range wins
        parents[paths[r]] = paths[trace.around(r)[-1]] if trace.around(r) else None
    whole: Counter[str | None] = Counter()
    own: Counter[str] = Counter()
    for operation in trace.operations:
        if not operation.ranges:
            continue
        time = max(operation.duration, 0)
        innermost = operation.ranges[-1]
        own[paths[innermost]] += time
        for path in {None, paths[innermost], *(paths[r] for r in trace.around(innermost))}:
            whole[path] += time

    left: list[str | None] = [None]
    while True:
        inside = [
            path for path, parent in parents.items() if parent == left[-1] and whole[path] * 20 > whole[left[-1]] * 19
        ]
        inside = [path for path in inside if any(whole[p] for p, parent in parents.items() if parent == path)]
        if not inside:
            break
        (path,) = inside
        left.append(path)
    stages = {}
    for path, parent in parents.items():
        if parent in left and (path not in left or own[path]):
            stages[path] = path if parent is None else path[len(parent) + 1 :]
    names = Counter(stages.values())
    return {path: path if names[name] > 1 else name for path, name in stages.items()}
