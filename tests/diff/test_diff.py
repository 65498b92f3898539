"""Comparison of two captures: known facts about real and generated traces, baselines, and bad input."""

from __future__ import annotations

import hashlib
import json
import math
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import nsys_tools as nt
from nsys_tools.comparison.diff import diff as compare
from nsys_tools.comparison.snapshot import Launch, Row, Snapshot, StepKernel, Steps
from tests.conftest import SHARED
from tests.diff.captures import KERNELS, US, Server

FOLDER = Path(__file__).parent


def shared(name: str) -> Path:
    path = SHARED / "traces" / f"{name}.sqlite"
    if not path.is_file():
        pytest.skip(f"../shared/traces/{path.name} is not here")
    return path


def recorded_pair(by: str = "") -> nt.Comparison:
    return nt.diff(shared("two_gpu_before"), shared("two_gpu_after"), by=by)


def test_two_slices_of_one_job() -> None:
    """The second slice is 13 % slower, but it drifts by almost as much, so the verdict is open.

    Measured by every second flash kernel, the halves of the second slice differ by 15.4 %; measured by the copy that
    marks the steps here, by 11.5 %.
    """
    found = recorded_pair()
    assert found.by == "step"
    assert found.verdict.word == "ambiguous"
    assert "the two halves of the new side differ by 11" in found.verdict.reason
    assert "again" in found.verdict.reason
    assert len(found.headlines) == 2
    for headline in found.headlines:
        shift = headline.shift
        assert abs(shift.ratio - 1.14) <= 0.01
        assert shift.ratio_low < 1.12 < shift.ratio_high
        assert shift.ratio_low > 1
        assert round(shift.p, 4) == 0.0007
        assert abs(shift.base_drift) < 0.01
        assert 0.11 < shift.new_drift < 0.12
        terms = {term.term: term for term in headline.budget}
        whole = shift.new_mean - shift.base_mean
        assert math.isclose(terms["wall"].delta_ns, whole, abs_tol=1e-3)
        for of in ("wall", "busy", "idle"):
            parts = [term.delta_ns for term in headline.budget if term.part_of == of]
            assert math.isclose(sum(parts), terms[of].delta_ns, abs_tol=1e-3)
        assert terms["launch_bound"].delta_ns > 1e6, "the GPU waits for launches, which no sum of kernels shows"


def test_reversed_slices_mirror() -> None:
    one, other = recorded_pair(), nt.diff(shared("two_gpu_after"), shared("two_gpu_before"))
    assert other.verdict.word == one.verdict.word
    for ahead, back in zip(one.headlines, other.headlines, strict=True):
        assert math.isclose(back.shift.ratio * ahead.shift.ratio, 1)
        assert math.isclose(back.shift.ratio_low * ahead.shift.ratio_high, 1)
        assert back.shift.shift == -ahead.shift.shift
        assert back.shift.p == ahead.shift.p
    deltas = {change.name: change.effect.delta_ns for change in one.changes}
    assert {change.name: -change.effect.delta_ns for change in other.changes} == deltas


def test_changes_of_number_and_duration_add_up() -> None:
    """Flash attention: 68 to 60 runs, -31.56 ms = -32.04 + 0.48. SendRecv: +8.34 = -1.54 + 9.88."""
    found = {change.name: change for change in recorded_pair("kernel").changes}
    parts = {
        word: [round(ns / 1e6, 2) for ns in (e.delta_ns, e.count_ns, e.duration_ns)]
        for word in ("flash_fwd", "SendRecv")
        for e in [next(change.effect for name, change in found.items() if word in name)]
    }
    assert parts == {"flash_fwd": [-31.56, -32.04, 0.48], "SendRecv": [8.34, -1.54, 9.88]}
    assert all(c.effect.delta_ns == c.new_ns - c.base_ns for c in found.values())


def test_common_rows_equal_nvidias_recipe() -> None:
    """It is the ``diff`` of two ``cuda_gpu_kern_sum`` (nsys 2023.4.4): base minus new, by digest of the name."""
    theirs = json.loads((FOLDER / "nvidia_two_gpu.json").read_text(encoding="utf-8"))
    ours = {
        hashlib.sha256(change.name.encode()).hexdigest()[:16]: [
            change.base_ns - change.new_ns, change.base_count - change.new_count,
        ]
        for change in recorded_pair("kernel").changes
    }  # fmt: skip
    assert ours == theirs


def test_a_capture_against_itself(tmp_path: Path) -> None:
    path = Server().baseline(tmp_path, "a")
    for by in ("step", "kernel", "class", "stage", "range", "layer", "api"):
        found = nt.diff(path, path, by=by)
        assert found.verdict.word == "same"
        assert found.changes
        assert {(c.status, c.effect.count_ns, c.effect.duration_ns) for c in found.changes} == {("same", 0, 0)}
        assert {term.delta_ns for one in found.headlines for term in one.budget} == {0}


def test_what_was_planted_is_found(tmp_path: Path) -> None:
    """One product has another name and takes 50 us longer, two kernels were fused, one is new, the others are equal."""
    kernels = (("gemm_a", 300), ("softmax_kernel", 40), ("gemm_b_128x64", 550), ("triton_fused", 35), ("dropout", 15))
    found = nt.diff(Server().trace(tmp_path, "a"), Server(kernels=kernels).trace(tmp_path, "b"), cache=False)
    assert found.verdict.word == "slower"
    rows = {(c.base_names, c.new_names): (c.matched_by, c.status, round(c.effect.delta_ns / US)) for c in found.changes}
    assert rows[("gemm_b",), ("gemm_b_128x64",)] == ("class and position", "changed", 50)
    # The kernels after gemm_b are between it, which was matched, and the gemm_a of the next step.
    assert rows[("gemm_a",), ("gemm_a",)] == ("name", "same", 0)
    assert sum(delta for _, _, delta in rows.values()) == sum(d for _, d in kernels) - sum(d for _, d in KERNELS)
    gone = {name for names, _ in rows for name in names}
    assert gone == {name for name, _ in KERNELS}, "each kernel of the base is in one row"


def test_number_of_runs_and_idle_time(tmp_path: Path) -> None:
    """Fewer runs and shorter idle times: faster, although every kernel takes as long as before."""
    other = Server(kernels=KERNELS[:4], idle=5)
    found = nt.diff(Server().trace(tmp_path, "a"), other.trace(tmp_path, "b"), cache=False)
    assert found.verdict.word == "faster"
    (headline,) = found.headlines
    terms = {term.term: term.delta_ns / US for term in headline.budget}
    # Idle time after each kernel except the very last: 119 of 10 us in 24 steps, and 95 of 5 us.
    assert math.isclose(terms["idle"], (95 * 5 - 119 * 10) / 24)
    assert math.isclose(terms["busy"], -30 - sum(step * 7 % 5 for step in range(24)) * 0.2 / 24)  # the removed kernel
    gone = next(c for c in found.changes if c.status == "gone")
    assert (gone.name, round(gone.effect.count_ns / US), gone.effect.duration_ns) == ("elementwise_mul", -30, 0)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"batch": 16}, "generation tokens per decode step differ: 8.0 in the base, 16.0 on the new side"),
        ({"steps": 0}, "has no steps"),
    ],
)
def test_other_work_is_not_compared(tmp_path: Path, change: dict[str, int], reason: str) -> None:
    found = nt.diff(Server().trace(tmp_path, "a"), Server(**change).trace(tmp_path, "b"), cache=False)  # type: ignore[arg-type]
    assert found.verdict.word == "not comparable"
    assert reason in found.verdict.reason
    assert found.headlines == []


def test_few_or_drifting_steps_are_ambiguous(tmp_path: Path) -> None:
    base = Server().baseline(tmp_path, "a")
    slower = tuple((name, duration * 11 // 10) for name, duration in KERNELS)
    few = nt.diff(base, Server(steps=9, kernels=slower).trace(tmp_path, "b"), cache=False)
    assert few.verdict.word == "ambiguous"
    assert "only 9 steps" in few.verdict.reason
    warms_up = Server(kernels=slower, jitter=lambda step: 0.0 if step < 12 else 20.0)
    drifts = nt.diff(base, warms_up.trace(tmp_path, "c"), cache=False)
    assert drifts.verdict.word == "ambiguous"
    assert "may be drift" in drifts.verdict.reason


def test_noise_is_measured(tmp_path: Path) -> None:
    """By default 5 % is a difference; it is none if captures of one program differ by 6 %."""

    def times(percent: int, name: str) -> Path:
        kernels = tuple((name, duration * (100 + percent) // 100) for name, duration in KERNELS)
        return Server(kernels=kernels).baseline(tmp_path, name)

    base, new = times(0, "a"), times(5, "b")
    assert nt.diff(base, new, cache=False).verdict.word == "slower"
    measured = nt.diff(base, new, noise=[times(0, "n0"), times(6, "n6")], cache=False)
    assert measured.verdict.word == "same"
    assert measured.floors.source == "between 2 captures of the same program"
    with pytest.raises(nt.UsageError, match="two captures"):
        nt.diff(base, new, noise=[base])


def test_several_captures_of_a_side(tmp_path: Path) -> None:
    """One capture of the new side is as fast as the base, so the others prove nothing yet."""
    slower = tuple((name, duration * 11 // 10) for name, duration in KERNELS)
    base = [Server().baseline(tmp_path, "a")] * 3
    new = [Server(kernels=slower).baseline(tmp_path, "b")] * 3
    sure = nt.diff(base, new)
    assert sure.verdict.word == "slower"
    assert sure.headlines[0].shift.base_count == 72
    mixed = nt.diff(base, [*new, base[0]])
    assert mixed.verdict.word == "ambiguous"
    assert "captures of the two sides overlap" in mixed.verdict.reason


def test_a_baseline_stands_for_its_trace(tmp_path: Path) -> None:
    slower = tuple((name, duration * 11 // 10) for name, duration in KERNELS)
    old, new = Server().trace(tmp_path, "a"), Server(kernels=slower).trace(tmp_path, "b")
    nt.save_baseline(old, tmp_path / "base.json", cache=False)
    whole, kept = nt.diff(old, new, cache=False), nt.diff(tmp_path / "base.json", new, cache=False)
    assert kept.text("json") == whole.text("json")
    assert (tmp_path / "base.json").stat().st_size < 100_000
    with pytest.raises(nt.NsysToolsError, match="exists"):
        nt.save_baseline(old, tmp_path / "base.json", cache=False)
    nt.save_baseline(old, tmp_path / "hashed.json", hash_names=True, cache=False)
    text = (tmp_path / "hashed.json").read_text(encoding="utf-8")
    assert not any(name in text for name, _ in KERNELS)
    hashed = nt.diff(tmp_path / "hashed.json", new, cache=False)
    assert hashed.verdict == whole.verdict
    assert [c.effect for c in hashed.changes] == [c.effect for c in whole.changes]
    assert all(name.startswith("#") for c in hashed.changes for name in c.base_names)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "cannot be read as a baseline"), ("[1, 2]", "not an nsys-tools baseline"),
        ("{}", "not an nsys-tools baseline"),
        ('{"schema": "nsys-tools/baseline", "schema_version": 99}', "version 99"),
        ('{"schema": "nsys-tools/baseline", "schema_version": 1}', "damaged"),
        ("[" * 100_000, "cannot be read as a baseline"),
    ],
)  # fmt: skip
def test_what_is_no_baseline(tmp_path: Path, content: str, said: str) -> None:
    (tmp_path / "base.json").write_text(content, encoding="utf-8")
    with pytest.raises(nt.NsysToolsError, match=said):
        nt.diff(tmp_path / "base.json", tmp_path / "base.json")


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> str:
    return Server().baseline(tmp_path_factory.mktemp("kept"), "a").read_text(encoding="utf-8")


@pytest.mark.parametrize(("old", "new"), [("[1005", "[NaN"), ("[1005", "[0"), ('"wall"', '"wal"')])
def test_a_baseline_with_figures_that_no_capture_has(tmp_path: Path, kept: str, old: str, new: str) -> None:
    file, text = tmp_path / "base.json", kept
    start = text.index('"wall"')
    changed = text[:start] + (text[start:].replace('"wall"', new, 1) if old == '"wall"' else
                              '"wall": ' + new + text[text.index(",", start):])  # fmt: skip
    file.write_text(changed, encoding="utf-8")
    with pytest.raises(nt.NsysToolsError, match="damaged"):
        nt.diff(file, file)


def test_a_name_in_two_roles_is_not_counted_twice(tmp_path: Path) -> None:
    """One launch of a name is replaced and another stays: both are one row, because steps are summed by name."""
    base = Snapshot("a", "", ["G"], [steps_of(10)], [StepKernel("other", "K", "gemm", 20, 6000)], [], "", {
        "kernel": [Row("K", "x", "gemm", 10, 1000, [100]), Row("K", "y", "gemm", 10, 5000, [500])],
    })  # fmt: skip
    sequence = [Launch("other", "A", "", "copy"), Launch("other", "K", "x", "gemm"), Launch("other", "B", "", "copy")]
    others = [Row(name, "", "copy", 10, 10, [1]) for name in "AB"]
    base = replace(base, sequence=sequence, rows={"kernel": [*base.rows["kernel"], *others]})
    new = replace(
        base,
        step_kernels=[StepKernel("other", "K", "gemm", 10, 5000), StepKernel("other", "F", "gemm", 10, 800)],
        sequence=[sequence[0], Launch("other", "F", "x", "gemm"), sequence[2]],
        rows={"kernel": [Row("F", "x", "gemm", 10, 800, [80]), Row("K", "y", "gemm", 10, 5000, [500]), *others]},
    )
    (one,) = [change for change in compare([base], [new], by="step").changes if "K" in change.base_names]
    assert (one.base_names, set(one.new_names)) == (("K",), {"K", "F"})
    assert (one.base_ns, one.new_ns, one.effect.delta_ns) == (600, 580, -20)


def steps_of(count: int) -> Steps:
    terms = dict.fromkeys(
        ("wall", "busy", "compute_busy", "communication_busy", "exposed_communication", "idle", "launch_bound",
         "synchronization", "dependency", "rest"), [1000] * count,
    )  # fmt: skip
    return Steps("other", 0, "name: numbered", terms)


def test_three_percent_of_one_kernel_are_found_in_thirty_steps(tmp_path: Path) -> None:
    """Each kernel of a step is up to 1 % longer or shorter, differently in each capture."""

    def noisy(seed: int) -> Callable[[int], float]:
        dice = random.Random(seed)
        return lambda _: dice.uniform(-1, 1)

    kernels = tuple((name, 515 if name == "gemm_b" else duration) for name, duration in KERNELS)
    base = Server(steps=30, jitter=noisy(1)).trace(tmp_path, "a")
    new = Server(steps=30, jitter=noisy(2), kernels=kernels).trace(tmp_path, "b")
    found = nt.diff(base, new, by="kernel", cache=False)
    assert [change.name for change in found.changes if change.is_significant] == ["gemm_b"]
    assert abs(found.changes[0].effect.duration_ns - 30 * 15 * US) < 30 * US
