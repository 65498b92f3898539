"""Served models: latencies, rates, memory and capacity, compared with hand computation and brute force."""

import pytest

import nsys_tools as nt
from nsys_tools.model import architecture, figures, gpus
from nsys_tools.model.database import Database
from nsys_tools.model.figures import Settings
from nsys_tools.model.serving import CHUNK, USABLE, Serving, summary
from nsys_tools.model.settings import settings

MODEL, GPU = "llama-2-7b", "h100-sxm"
HIDDEN, INNER, LAYERS, VOCABULARY = 4096, 11008, 32, 32000


def served(formulas: Database, efficiency: dict[str, float] | None = None, model: str = MODEL, **given: int) -> Serving:
    loaded = architecture.load(model)
    shares = {name: given.pop(name) for name in ("tp", "pp", "ep", "dp") if name in given}
    values = [f"{name}={value}" for name, value in given.items()]
    found = settings(loaded, assignments=values, gpu=GPU, parallel=shares)
    return Serving(loaded, formulas, found, efficiency or {})


def test_one_gpu_is_the_phases_one_after_the_other(formulas: Database) -> None:
    found = summary(served(formulas, batch_size=4, seq_len=512, new_tokens=11))
    rows = figures.evaluate(
        architecture.load(MODEL), formulas,
        settings(architecture.load(MODEL), assignments=["batch_size=4", "seq_len=512", "new_tokens=11"], gpu=GPU),
    )  # fmt: skip
    times = {phase: sum(row.roofline_ns or 0 for row in rows if row.phase == phase) for phase in ("prefill", "decode")}
    assert found["ttft_ns"] == pytest.approx(times["prefill"])
    assert found["tpot_ns"] == pytest.approx(times["decode"] / 10)
    assert found["user_tokens_per_s"] == pytest.approx(1e10 / times["decode"])
    assert found["tokens_per_s"] == pytest.approx(4e10 / times["decode"])
    assert found["bubble_ratio"] == 0


def test_memory_by_hand(formulas: Database) -> None:
    """Weights and cache in fp16; the widest layer of a chunk is the MLP's product of two inner widths."""
    found = summary(served(formulas, batch_size=4, seq_len=512, new_tokens=11))
    assert found["held_bytes"] == 6_738_415_616 * 2
    assert found["kv_bytes"] == 4 * (512 + 10) * LAYERS * 2 * HIDDEN * 2
    assert found["activation_bytes"] == 4 * 512 * (INNER * 2 + INNER) * 2
    parts = ("held_bytes", "kv_bytes", "activation_bytes")
    assert found["memory_bytes"] == sum(found[name] or 0 for name in parts)
    assert found["usable_bytes"] == int(USABLE * gpus.load(GPU).memory_bytes)
    long = summary(served(formulas, batch_size=64, seq_len=4096, new_tokens=1))
    assert long["activation_bytes"] == CHUNK * 3 * INNER * 2


@pytest.mark.parametrize("given", [{}, {"tp": 2}, {"dp": 2}, {"pp": 2}])
def test_the_largest_is_the_last_that_fits(formulas: Database, given: dict[str, int]) -> None:
    serving = served(formulas, seq_len=2048, batch_size=2, **given)
    for name in ("batch_size", "seq_len"):
        most = serving.largest(name)
        fits = serving.table({name: [most, most + 1]})["fits"]
        assert fits == [1, 0], name


def test_a_model_larger_than_the_gpu_fits_nowhere(formulas: Database) -> None:
    loaded = architecture.load("qwen3-30b-a3b")
    found = summary(Serving(loaded, formulas, settings(loaded, gpu="a10")))
    assert (found["fits"], found["largest_batch"], found["largest_context"]) == (False, 0, 0)


def test_more_gpus_are_faster_by_less_than_their_number(formulas: Database) -> None:
    one = summary(served(formulas, batch_size=8))
    four = summary(served(formulas, batch_size=8, tp=4))
    for name in ("ttft_ns", "tpot_ns"):
        assert (one[name] or 0) / 4 < (four[name] or 0) < (one[name] or 0)
    assert four["held_bytes"] == pytest.approx((one["held_bytes"] or 0) / 4, rel=1e-3)


def test_a_pipeline_by_hand(formulas: Database) -> None:
    """Two stages alternate between two micro-batches; the slower sets the pace, the first token waits for both."""
    serving = served(formulas, batch_size=8, seq_len=256, new_tokens=2, pp=2)
    found = summary(serving)
    loaded = architecture.load(MODEL)
    from nsys_tools.model.parallel.plan import Parallel
    from nsys_tools.model.parallel.split import split

    given = settings(loaded, assignments=["batch_size=4", "seq_len=256", "new_tokens=2"], gpu=GPU)
    times = []
    for rank in (0, 1):
        rows = figures.evaluate(split(loaded, formulas, Parallel(pp=2, pp_rank=rank)), formulas, given)
        times.append([sum(r.roofline_ns or 0 for r in rows if r.phase == phase) for phase in ("prefill", "decode")])
    (prefill0, decode0), (prefill1, decode1) = times
    assert found["ttft_ns"] == pytest.approx(prefill0 + prefill1 + max(prefill0, prefill1))
    cycle = max(decode0 + decode1, 2 * max(decode0, decode1))
    assert found["tpot_ns"] == pytest.approx(cycle)
    assert found["bubble_ratio"] == pytest.approx(1 - (decode0 + decode1) / cycle)


def test_an_efficiency_stretches_the_bound(formulas: Database) -> None:
    found = summary(served(formulas, {"prefill": 0.5, "decode": 0.25}))
    assert found["expected_ttft_ns"] == pytest.approx(2 * (found["ttft_ns"] or 0))
    assert found["expected_tpot_ns"] == pytest.approx(4 * (found["tpot_ns"] or 0))
    assert found["expected_gpu_tokens_per_s"] == pytest.approx((found["gpu_tokens_per_s"] or 0) / 4)


@pytest.mark.parametrize("efficiency", [{"prefill": 0.0}, {"prefill": 1.5}, {"training": 0.5}])
def test_an_impossible_efficiency_is_refused(formulas: Database, efficiency: dict[str, float]) -> None:
    with pytest.raises(nt.NsysToolsError):
        served(formulas, efficiency)


def test_no_steps_have_no_time_per_token(formulas: Database) -> None:
    found = summary(served(formulas, new_tokens=1))
    assert (found["tpot_ns"], found["tokens_per_s"]) == (None, None)


def test_a_sweep_over_gpus_and_batches_equals_single_evaluations() -> None:
    model = nt.load_model("qwen3-30b-a3b")
    swept = model.evaluate(gpu=GPU).sweep(["tp=1,2", "batch_size=1,16"])
    for row in swept:
        one = model.evaluate(gpu=GPU, parallel={"tp": row["tp"]}, set={"batch_size": row["batch_size"]})
        expected = one.serving().one()
        for name in ("ttft_ns", "tpot_ns", "gpu_tokens_per_s", "memory_bytes", "fits"):
            assert row[name] == pytest.approx(expected[name]), name
        assert row["matrix_flops"] == one.flops("phase").rows()[-1][1]
    assert [(row["tp"], row["batch_size"]) for row in swept] == [(1, 1), (1, 16), (2, 1), (2, 16)]


def test_pages_are_served_one_by_one(formulas: Database) -> None:
    """DeepSeek-OCR's inputs count several pages; the time to the first token is that of one page."""
    one, two = (summary(served(formulas, model="deepseek-ocr", pages=pages)) for pages in (1, 2))
    assert one["ttft_ns"] == pytest.approx(two["ttft_ns"])
    assert one["tpot_ns"] == pytest.approx(two["tpot_ns"])


def test_what_does_not_decode_is_refused(formulas: Database) -> None:
    with pytest.raises(nt.NsysToolsError, match="GPU"):
        Serving(architecture.load(MODEL), formulas, Settings())
