"""Charts, drawn from small aggregated tables; one module per chart, named like the query behind it."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

Tables = Mapping[str, pl.DataFrame]


def draw(tables: Tables) -> dict[str, bytes]:
    """Return the charts of a report as SVG.

    Parameters
    ----------
    tables
        Frame by query name.

    Returns
    -------
    dict
        SVG by path inside the report's folder; a chart without data is left out.
    """
    import vl_convert  # noqa: PLC0415

    from nsys_tools.charts import (  # noqa: PLC0415
        gap_summary,
        kernel_duration,
        kernel_summary,
        llm_token,
        mfu_stage,
        roofline_point,
        stage_activity,
        stage_summary,
    )

    drawn = {}
    modules = (
        stage_summary, stage_activity, llm_token, mfu_stage, roofline_point, kernel_summary, kernel_duration,
        gap_summary,
    )  # fmt: skip
    for module in modules:
        chart = module.chart(tables)
        if chart is not None:
            name = module.__name__.rpartition(".")[2]
            svg = vl_convert.vegalite_to_svg(chart.to_dict())
            drawn[f"charts/{name}.svg"] = svg.encode()
    return drawn
