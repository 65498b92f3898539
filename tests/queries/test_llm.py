"""Token figures on small handwritten traces, each computed by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from nsys_tools.synthetic.builder import START_END, TraceBuilder
from tests.case import LAUNCH, OTHER_THREAD, PROCESS, THREAD, answer, build, launch, text
from tests.synthetic.test_prediction import predicted

STAGES = [("request", "image"), ("step", "step *")]
ROLES = [("request", "request", ""), ("step", "step", "decode")]
TOKEN = ("range_id", "is_request", "step_id", "token_index", "done_ns", "base", "itl_ns", "itl_base")


def ask(path: Path, query: str, *columns: str) -> str:
    return answer(path, query, *columns, stages=STAGES, tables={"stage_role": ROLES})


def short(csv: str) -> str:
    """Return CSV with six significant digits."""

    def cell(value: str) -> str:
        return f"{float(value):.6g}" if "." in value else value

    return "\n".join(",".join(map(cell, line.split(","))) for line in csv.splitlines())


def step(b: TraceBuilder, number: int, at: int, start: int, end: int, thread: int = THREAD) -> None:
    """Add a step of 8 ns on the CPU with one kernel, launched when it opens."""
    b.range(thread, f"step {number}", at, at + 8)
    launch(b, at, start, end, thread=thread)


def two_requests(b: TraceBuilder) -> None:
    """Two requests whose launches run ahead: every range closes before its GPU work ends."""
    # Range 1: first token done at 150, 150 after it opened; then at 170, 190, 220, 250, 290.
    b.range(THREAD, "image", 0, 100)
    launch(b, 5, 20, 100)
    launch(b, 10, 100, 150)  # the last one before the first step
    for number, (at, start, end) in enumerate(
        [(20, 150, 170), (30, 170, 190), (40, 190, 220), (50, 220, 250), (60, 250, 290)]
    ):
        step(b, number, at, start, end)
    launch(b, 90, 290, 999)  # after the steps: belongs to no token
    # Range 7: opened at 1000, first token at 1100, then at 1120, 1150.
    b.range(THREAD, "image", 1000, 1050)
    launch(b, 1005, 1010, 1100)
    step(b, 0, 1010, 1100, 1120)
    step(b, 1, 1020, 1120, 1150)


def test_tokens(tmp_path: Path) -> None:
    assert ask(build(tmp_path, two_requests), "llm_token", *TOKEN) == text(
        """
        range_id,is_request,step_id,token_index,done_ns,base,itl_ns,itl_base
        1,True,,0,150,gpu,,
        1,True,2,1,170,gpu,20,gpu
        1,True,3,2,190,gpu,20,gpu
        1,True,4,3,220,gpu,30,gpu
        1,True,5,4,250,gpu,30,gpu
        1,True,6,5,290,gpu,40,gpu
        7,True,,0,1100,gpu,,
        7,True,8,1,1120,gpu,20,gpu
        7,True,9,2,1150,gpu,30,gpu
        """
    )


def test_requests(tmp_path: Path) -> None:
    # Decode of the first: 5 steps in 290 - 150 = 140 ns; of the second: 2 in 50. End to end: 6 tokens in 290, 3 in 150.
    columns = ("range_id", "path", "start_ns", "token_count", "ttft_ns", "ttft_base", "latency_ns", "latency_base")
    path = build(tmp_path, two_requests)
    assert ask(path, "llm_request", *columns) == text(
        """
        range_id,path,start_ns,token_count,ttft_ns,ttft_base,latency_ns,latency_base
        1,image,0,6,150,gpu,290,gpu
        7,image,1000,3,100,gpu,150,gpu
        """
    )
    rates = ("thread_id", "decode_ns", "decode_base", "decode_tokens_per_s", "total_tokens_per_s")
    assert short(ask(path, "llm_request", *rates)) == text(
        f"""
        thread_id,decode_ns,decode_base,decode_tokens_per_s,total_tokens_per_s
        {THREAD},140,gpu,3.57143e+07,2.06897e+07
        {THREAD},50,gpu,4e+07,2e+07
        """
    )


def test_latencies(tmp_path: Path) -> None:
    # First tokens 100, 150: mean 125, deviation 50 / sqrt(2). End to end 150, 290: mean 220, 140 / sqrt(2). Between
    # tokens, sorted: 20 20 20 30 30 30 40. Mean 190 / 7; squared deviations add up to 5500 - 36100 / 7, which is 2400 /
    # 7, divided by 6: 400 / 7, its root is 7.559. p90 is at 0.9 x 6 = 5.4: 30 + 0.4 x 10; p99 at 5.94: 30 + 0.94 x 10.
    assert short(ask(build(tmp_path, two_requests), "llm_latency")) == text(
        """
        figure,base,value_count,mean_ns,stddev_ns,median_ns,p90_ns,p99_ns,min_ns,max_ns
        time to first token,gpu,2,125,35.3553,125,145,149.5,100,150
        inter-token latency,gpu,7,27.1429,7.55929,30,34,39.4,20,40
        end-to-end latency,gpu,2,220,98.9949,220,276,288.6,150,290
        """
    )


def test_throughput(tmp_path: Path) -> None:
    # The rates of test_requests. For x < y, the median is the mean, the deviation (y - x) / sqrt(2), p90 x + 0.9 (y -
    # x).
    got = short(ask(build(tmp_path, two_requests), "llm_throughput")).replace("_tokens_per_s", "")
    assert got == text(
        """
        figure,base,value_count,mean,stddev,median,p90,p99,min,max
        decode,gpu,2,3.78571e+07,3.03046e+06,3.78571e+07,3.95714e+07,3.99571e+07,3.57143e+07,4e+07
        end to end,gpu,2,2.03448e+07,487660,2.03448e+07,2.06207e+07,2.06828e+07,2e+07,2.06897e+07
        """
    )


def test_drift(tmp_path: Path) -> None:
    # Between two steps only: of the first request, indices 2 3 4 5 with 20 30 30 40; of the second, index 2 with 30,
    # which is its own mean and adds nothing. Minus their means: -1.5 -0.5 0.5 1.5 and -10 0 0 10. Products add up to
    # 30, squares to 5 and 200: slope 30 / 5, r2 30^2 / (5 x 200). A quarter of four is one; a quarter of one is none.
    assert ask(build(tmp_path, two_requests), "llm_drift") == text(
        """
        base,value_count,request_count,slope_ns,r2_ratio,first_quarter_ns,last_quarter_ns
        gpu,5,2,6.0,0.9,20.0,40.0
        """
    )


def test_drift_of_a_predicted_run_is_the_cache_that_is_read(tmp_path: Path) -> None:
    """DeepSeek-OCR reads 61,440 bytes of KV cache per cached token: 12.8 ns more per step at 4.8 TB/s."""
    path = tmp_path / "p.sqlite"
    predicted(path, "deepseek-ocr", "h200-sxm", "new_tokens=40")
    drift = answer(path, "llm_drift", "slope_ns", "r2_ratio", stages=STAGES, tables={"stage_role": ROLES}).splitlines()[
        1
    ]
    slope, r2 = map(float, drift.split(","))
    assert slope == pytest.approx(61_440 / 4800, rel=0.01)
    assert r2 > 0.99


def test_a_step_without_gpu_work_is_done_when_it_closes(tmp_path: Path) -> None:
    """Latencies between a GPU operation and the end of a range have separate rows."""

    def fill(b: TraceBuilder) -> None:
        b.range(THREAD, "image", 0, 100)
        launch(b, 5, 10, 30)
        step(b, 0, 20, 30, 40)
        b.range(THREAD, "step 1", 50, 60)
        b.range(THREAD, "step 2", 70, 75)
        b.call(THREAD, LAUNCH, 71, 72, 9)  # its launched operations were not recorded
        step(b, 3, 80, 90, 95)

    path = build(tmp_path, fill)
    assert ask(path, "llm_token", "token_index", "done_ns", "base", "itl_ns", "itl_base") == text(
        """
        token_index,done_ns,base,itl_ns,itl_base
        0,30,gpu,,
        1,40,gpu,10,gpu
        2,60,cpu,20,mixed
        3,75,cpu,15,cpu
        4,95,gpu,20,mixed
        """
    )
    assert ask(path, "llm_latency", "figure", "base", "value_count", "mean_ns", "stddev_ns", "max_ns") == text(
        """
        figure,base,value_count,mean_ns,stddev_ns,max_ns
        time to first token,gpu,1,30.0,,30
        inter-token latency,mixed,2,20.0,0.0,20
        inter-token latency,cpu,1,15.0,,15
        inter-token latency,gpu,1,10.0,,10
        end-to-end latency,gpu,1,95.0,,95
        """
    )
    assert ask(path, "llm_drift", "base", "value_count", "slope_ns", "first_quarter_ns") == text(
        """
        base,value_count,slope_ns,first_quarter_ns
        cpu,1,,
        """
    )


def test_without_a_gpu(tmp_path: Path) -> None:
    """The first token is done when the first step opens, because everything before it is then complete."""

    def fill(b: TraceBuilder) -> None:
        b.range(THREAD, "image", 10, 100)
        b.range(THREAD, "prefill", 20, 30)
        b.range(THREAD, "step 0", 35, 50)
        b.range(THREAD, "step 1", 50, 70)

    columns = ("token_count", "ttft_ns", "ttft_base", "latency_ns", "latency_base", "decode_ns", "decode_base")
    assert ask(build(tmp_path, fill), "llm_request", *columns) == text(
        """
        token_count,ttft_ns,ttft_base,latency_ns,latency_base,decode_ns,decode_base
        3,25,cpu,60,cpu,35,cpu
        """
    )


def test_steps_that_replay_graphs(tmp_path: Path) -> None:
    """A graph recorded as a whole and one recorded node by node both count as work of their step."""

    def fill(b: TraceBuilder) -> None:
        b.range(THREAD, "image", 0, 100)
        launch(b, 5, 10, 30)
        b.range(THREAD, "step 0", 20, 30)
        b.call(THREAD, "cudaGraphLaunch_v10000", 22, 24, 77)
        b.graph_run(PROCESS, 3, 30, 55, 77)
        b.range(THREAD, "step 1", 40, 50)
        b.call(THREAD, "cudaGraphLaunch_v10000", 42, 44, 78)
        for node, (start, end) in enumerate([(55, 60), (60, 75), (70, 72)]):
            b.kernel(PROCESS, "k", start, end, 78, graph_node=node)

    assert ask(build(tmp_path, fill), "llm_token", "token_index", "done_ns", "base", "itl_ns") == text(
        """
        token_index,done_ns,base,itl_ns
        0,30,gpu,
        1,55,gpu,25
        2,75,gpu,20
        """
    )


def test_steps_without_requests(tmp_path: Path) -> None:
    """They count in the range around them, or on their thread; there is no first token."""

    def fill(b: TraceBuilder) -> None:
        step(b, 7, 10, 20, 30)  # range 1, without a request
        b.range(THREAD, "decode", 100, 200)  # range 2
        step(b, 0, 110, 120, 140)
        step(b, 1, 120, 140, 170)
        b.range(THREAD, "decode", 200, 300)  # range 5
        step(b, 0, 210, 220, 240)
        step(b, 8, 300, 310, 330)

    path = build(tmp_path, fill)
    assert ask(path, "llm_token", *TOKEN) == text(
        """
        range_id,is_request,step_id,token_index,done_ns,base,itl_ns,itl_base
        2,False,3,1,140,gpu,,
        2,False,4,2,170,gpu,30,gpu
        5,False,6,1,240,gpu,,
        ,False,1,1,30,gpu,,
        ,False,7,2,330,gpu,300,gpu
        """
    )
    assert ask(path, "llm_request", "range_id") == "range_id"
    assert ask(path, "llm_latency", "figure", "value_count") == "figure,value_count\ninter-token latency,2"
    assert ask(path, "llm_throughput", "figure") == "figure"


def test_one_single_token(tmp_path: Path) -> None:
    """Without steps, all work of the request is for its first token, which is also the last."""

    def fill(b: TraceBuilder) -> None:
        b.range(THREAD, "image", 0, 40)
        b.range(THREAD, "decode", 30, 35)
        launch(b, 5, 10, 30)
        launch(b, 36, 40, 60)

    path = build(tmp_path, fill)
    assert ask(path, "llm_request", "token_count", "ttft_ns", "latency_ns", "decode_ns", "total_tokens_per_s") == text(
        f"""
        token_count,ttft_ns,latency_ns,decode_ns,total_tokens_per_s
        1,60,60,,{1e9 / 60}
        """
    )
    assert ask(path, "llm_token", "token_index", "done_ns", "itl_ns") == "token_index,done_ns,itl_ns\n0,60,"
    assert ask(path, "llm_latency", "figure", "value_count", "stddev_ns") == text(
        """
        figure,value_count,stddev_ns
        time to first token,1,
        end-to-end latency,1,
        """
    )


def test_requests_of_a_run_whose_steps_are_not_known(tmp_path: Path) -> None:
    """If no stage is a step, the first and the last token cannot be distinguished."""
    path = build(tmp_path, two_requests)
    roles = [("request", "request", "")]
    columns = ("range_id", "token_count", "ttft_ns", "ttft_base", "latency_ns", "total_tokens_per_s")
    assert answer(path, "llm_request", *columns, stages=STAGES, tables={"stage_role": roles}) == text(
        """
        range_id,token_count,ttft_ns,ttft_base,latency_ns,total_tokens_per_s
        1,,,,999,
        7,,,,150,
        """
    )
    assert answer(path, "llm_token", "done_ns", stages=STAGES, tables={"stage_role": roles}) == "done_ns"


def test_two_threads(tmp_path: Path) -> None:
    """Each thread has its own requests; a step that overlaps a request of another thread does not belong to it."""

    def fill(b: TraceBuilder) -> None:
        for thread, at in ((THREAD, 0), (OTHER_THREAD, 5)):
            b.range(thread, "image", at, at + 100)
            launch(b, at + 2, at + 10, at + 30, thread=thread)
            step(b, 0, at + 40, at + 50, at + 60, thread)
            step(b, 1, at + 50, at + 60, at + 75 + at, thread)
        step(b, 9, 150, 160, 170, OTHER_THREAD)

    assert ask(build(tmp_path, fill), "llm_token", "thread_id", "range_id", "token_index", "done_ns", "itl_ns") == text(
        f"""
        thread_id,range_id,token_index,done_ns,itl_ns
        {THREAD},1,0,30,
        {THREAD},1,1,60,30
        {THREAD},1,2,75,15
        {OTHER_THREAD},4,0,35,
        {OTHER_THREAD},4,1,65,30
        {OTHER_THREAD},4,2,85,20
        {OTHER_THREAD},,1,170,
        """
    )


def test_nested_roles(tmp_path: Path) -> None:
    """The innermost request and the outermost step count; zero-length ranges count as neither."""

    def fill(b: TraceBuilder) -> None:
        b.range(THREAD, "session", 0, 200)
        launch(b, 5, 10, 20)
        b.range(THREAD, "image", 30, 100)
        launch(b, 32, 40, 50)
        b.range(THREAD, "step 0", 50, 70)
        b.range(THREAD, "forward", 52, 60)
        launch(b, 53, 60, 66)
        launch(b, 65, 70, 80)
        b.range(THREAD, "step 1", 72, 72)
        b.range(THREAD, "image", 110, 110)
        step(b, 2, 120, 130, 140)

    path = build(tmp_path, fill)
    stages = [*STAGES, ("session", "session"), ("forward", "forward")]
    roles = [*ROLES, ("session", "request", ""), ("forward", "step", "decode")]
    assert answer(path, "llm_token", *TOKEN[:6], stages=stages, tables={"stage_role": roles}) == text(
        """
        range_id,is_request,step_id,token_index,done_ns,base
        1,False,7,1,140,gpu
        2,True,,0,50,gpu
        2,True,3,1,80,gpu
        """
    )


def test_a_request_that_is_a_start_end_range(tmp_path: Path) -> None:
    """A step belongs to the request opened last that is still open when the step opens, also where they cross."""

    def fill(b: TraceBuilder) -> None:
        b.range(THREAD, "image", 0, 55, event_type=START_END)
        launch(b, 2, 10, 20)
        b.range(THREAD, "prompt", 30, 100, event_type=START_END)
        step(b, 0, 20, 30, 40)
        step(b, 1, 50, 60, 70)
        launch(b, 45, 50, 58)
        step(b, 2, 60, 70, 90)

    stages, roles = [*STAGES, ("prompt", "prompt")], [*ROLES, ("prompt", "request", "")]
    columns = ("range_id", "token_index", "done_ns", "base")
    assert answer(build(tmp_path, fill), "llm_token", *columns, stages=stages, tables={"stage_role": roles}) == text(
        """
        range_id,token_index,done_ns,base
        1,0,20,gpu
        1,1,40,gpu
        2,0,58,gpu
        2,1,70,gpu
        2,2,90,gpu
        """
    )


def test_steps_that_overlap(tmp_path: Path) -> None:
    """Concurrent steps of two stages: neither contains the other, so both count."""

    def fill(b: TraceBuilder) -> None:
        b.range(THREAD, "step 0", 0, 40, event_type=START_END)
        b.range(THREAD, "draft", 20, 60, event_type=START_END)
        launch(b, 10, 20, 30)
        launch(b, 50, 60, 75)

    stages, roles = [*STAGES, ("draft", "draft")], [*ROLES, ("draft", "step", "decode")]
    columns = ("range_id", "step_id", "token_index", "done_ns", "itl_ns")
    assert answer(build(tmp_path, fill), "llm_token", *columns, stages=stages, tables={"stage_role": roles}) == text(
        """
        range_id,step_id,token_index,done_ns,itl_ns
        ,1,1,30,
        ,2,2,75,45
        """
    )


def test_without_roles_or_without_anything_there_are_no_rows(tmp_path: Path) -> None:
    for fill, roles in ((two_requests, []), (lambda b: None, ROLES)):
        path = build(tmp_path, fill)
        for query in ("llm_token", "llm_request", "llm_latency", "llm_throughput", "llm_drift"):
            assert len(answer(path, query, stages=STAGES, tables={"stage_role": roles}).splitlines()) == 1
