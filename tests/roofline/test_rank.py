"""A trace of one of several GPUs, compared with its share of the model."""

from pathlib import Path

import pytest

import nsys_tools as nt
from tests.case import build
from tests.roofline.test_comparison import FULL, prefill

GPU = "a100-80gb-sxm"
MS = 1_000_000


def test_the_share_of_one_gpu_is_compared(tmp_path: Path) -> None:
    """Tensor parallelism halves every product of Llama 2; the data that the GPU sends count against its link."""
    path = build(tmp_path, prefill)
    given = {"model": "llama-2-7b", "set": {"seq_len": 2048}, "gpu": GPU}
    with nt.open(path, **given) as one, nt.open(path, parallel={"tp": 2}, **given) as two:
        (whole,), (half,) = one.query("roofline_stage"), two.query("roofline_stage")
        assert half["matrix_flops"] == whole["matrix_flops"] / 2 == FULL / 2
        layers = {row["path"]: row for row in two.query("layer") if row["phase"] == "prefill"}
        reduced = layers["model.layers.[0-31].self_attn.all_reduce"]
        # A ring of two sends the tensor once; NVLink on an A100 carries 300 GB/s in one direction.
        assert reduced["roofline_ns"] == pytest.approx(32 * 2048 * 4096 * 2 / 300e9 * 1e9)
        assert two.efficiency() == {"prefill": pytest.approx(half["roofline_ns"] / half["span_ns"])}


@pytest.mark.parametrize("parallel", [{"tp": 4}, {"pp": 2, "pp_rank": 0}, {"tp": 2, "pp": 2, "pp_rank": 1}])
def test_a_predicted_rank_reaches_its_bound(tmp_path: Path, parallel: dict[str, int]) -> None:
    """The prediction for a rank, compared with the model of that rank, is at the roofline in every phase."""
    trace = tmp_path / "rank.sqlite"
    inputs = {"batch_size": 4, "seq_len": 512, "new_tokens": 4}
    nt.load_model("llama-2-7b").evaluate(set=inputs, gpu=GPU, parallel=parallel).predict(trace)
    with nt.open(trace, model="llama-2-7b", set=inputs, parallel=parallel) as session:
        assert session.efficiency() == {"prefill": pytest.approx(1, abs=1e-3), "decode": pytest.approx(1, abs=1e-2)}
        layers = [row for row in session.query("roofline_layer") if row["sum_ns"] > 1000]
        assert all(row["sum_ns"] == pytest.approx(row["roofline_ns"], rel=0.01) for row in layers)
        assert any("layers" in row["name"] for row in layers)
    with nt.open(trace, model="llama-2-7b", set=inputs) as session, pytest.raises(nt.NsysToolsError, match="--tp"):
        session.efficiency()  # one GPU cannot run the whole model that fast


def test_expected_times_come_from_a_measured_efficiency(tmp_path: Path) -> None:
    path = build(tmp_path, prefill)
    with nt.open(path, model="llama-2-7b", set={"seq_len": 2048}, gpu=GPU) as session:
        reached = session.efficiency()
    found = nt.load_model("llama-2-7b").evaluate(gpu="h100-sxm", efficiency=reached).serving().one()
    assert found["expected_ttft_ns"] == pytest.approx(found["ttft_ns"] / reached["prefill"])
    assert found["expected_tpot_ns"] == pytest.approx(found["tpot_ns"])


def test_no_model_has_no_efficiency(tmp_path: Path) -> None:
    with nt.open(build(tmp_path, prefill)) as session, pytest.raises(nt.NsysToolsError, match="model"):
        session.efficiency()


def test_a_share_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(nt.NsysToolsError, match="parallel has no effect without a model"):
        nt.open(build(tmp_path, prefill), parallel={"tp": 2})
