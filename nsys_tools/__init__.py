"""Analyze Nsight traces: stages, kernels, operators, idle time and roofline.

Start with `open`. It opens a trace, a run folder or ncu results, and returns a `Session`.

Examples
--------
>>> import nsys_tools as nt
>>> with nt.open(samples / "sample.sqlite", stages=samples / "stages.toml") as session:
...     stages = session.query("stage_summary").kept()
>>> stages["stage"][:2]
['sam', 'step']
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nsys_tools.api.analysis import Analysis
    from nsys_tools.api.callgraphs import group_callgraph, record_callgraph
    from nsys_tools.api.captures import capture_help, examine_machine, run_capture
    from nsys_tools.api.catalogue import describe, queries, query_areas, query_reference, query_source
    from nsys_tools.api.data_exports import export_data
    from nsys_tools.api.diffs import Comparison, diff, save_baseline
    from nsys_tools.api.envelopes import envelope, json_schema, json_schemas
    from nsys_tools.api.evaluation import Evaluation
    from nsys_tools.api.exports import Exported, export_timeline
    from nsys_tools.api.findings import Findings
    from nsys_tools.api.folders import check_report, report_folders
    from nsys_tools.api.inspection import Inspected, compare_models, inspect_model, model_operators
    from nsys_tools.api.job_analysis import JobAnalysis
    from nsys_tools.api.jobs import Job
    from nsys_tools.api.limiting import limit_memory, time_limit
    from nsys_tools.api.models import AnalyticModel, known_models, load_model
    from nsys_tools.api.opening import open
    from nsys_tools.api.recipes import RecipeRun, recipe, recipes
    from nsys_tools.api.reporting import write_report
    from nsys_tools.api.reports import rules, stats_reports, write_rules, write_stats
    from nsys_tools.api.session import Session
    from nsys_tools.api.sharing import scrub
    from nsys_tools.api.skills import install_skill, skill
    from nsys_tools.api.traces import find_traces
    from nsys_tools.api.writing import render, render_data, save_chart, write_result
    from nsys_tools.assets import add_assets
    from nsys_tools.errors import NsysToolsError, OneError, UsageError, printable
    from nsys_tools.files import remove_scratch
    from nsys_tools.findings.rules import Finding
    from nsys_tools.scrubbing.scrubbed import Scrubbed
    from nsys_tools.session.progress import Amount, Measured
    from nsys_tools.session.result import Result
    from nsys_tools.units import figure_text

__version__ = "0.2.0"
# The module of each public name. Names are imported on first use, so that the command line starts quickly.
_PLACES = {
    "Amount": "session.progress",
    "Analysis": "api.analysis",
    "AnalyticModel": "api.models",
    "Comparison": "api.diffs",
    "Evaluation": "api.evaluation",
    "Exported": "api.exports",
    "Finding": "findings.rules",
    "Findings": "api.findings",
    "Inspected": "api.inspection",
    "Job": "api.jobs",
    "JobAnalysis": "api.job_analysis",
    "Measured": "session.progress",
    "NsysToolsError": "errors",
    "OneError": "errors",
    "RecipeRun": "api.recipes",
    "Result": "session.result",
    "Scrubbed": "scrubbing.scrubbed",
    "Session": "api.session",
    "UsageError": "errors",
    "add_assets": "assets",
    "figure_text": "units",
    "capture_help": "api.captures",
    "check_report": "api.folders",
    "compare_models": "api.inspection",
    "describe": "api.catalogue",
    "diff": "api.diffs",
    "envelope": "api.envelopes",
    "examine_machine": "api.captures",
    "export_data": "api.data_exports",
    "export_timeline": "api.exports",
    "find_traces": "api.traces",
    "group_callgraph": "api.callgraphs",
    "inspect_model": "api.inspection",
    "install_skill": "api.skills",
    "json_schema": "api.envelopes",
    "json_schemas": "api.envelopes",
    "known_models": "api.models",
    "limit_memory": "api.limiting",
    "load_model": "api.models",
    "model_operators": "api.inspection",
    "open": "api.opening",
    "printable": "errors",
    "queries": "api.catalogue",
    "query_areas": "api.catalogue",
    "query_reference": "api.catalogue",
    "query_source": "api.catalogue",
    "recipe": "api.recipes",
    "recipes": "api.recipes",
    "record_callgraph": "api.callgraphs",
    "remove_scratch": "files",
    "render": "api.writing",
    "render_data": "api.writing",
    "report_folders": "api.folders",
    "rules": "api.reports",
    "run_capture": "api.captures",
    "save_baseline": "api.diffs",
    "save_chart": "api.writing",
    "scrub": "api.sharing",
    "skill": "api.skills",
    "stats_reports": "api.reports",
    "time_limit": "api.limiting",
    "write_report": "api.reporting",
    "write_result": "api.writing",
    "write_rules": "api.reports",
    "write_stats": "api.reports",
}
__all__ = [
    "Amount",
    "Analysis",
    "AnalyticModel",
    "Comparison",
    "Evaluation",
    "Exported",
    "Finding",
    "Findings",
    "Inspected",
    "Job",
    "JobAnalysis",
    "Measured",
    "NsysToolsError",
    "OneError",
    "RecipeRun",
    "Result",
    "Scrubbed",
    "Session",
    "UsageError",
    "__version__",
    "add_assets",
    "capture_help",
    "check_report",
    "compare_models",
    "describe",
    "diff",
    "envelope",
    "examine_machine",
    "export_data",
    "export_timeline",
    "figure_text",
    "find_traces",
    "group_callgraph",
    "inspect_model",
    "install_skill",
    "json_schema",
    "json_schemas",
    "known_models",
    "limit_memory",
    "load_model",
    "model_operators",
    "open",
    "printable",
    "queries",
    "query_areas",
    "query_reference",
    "query_source",
    "recipe",
    "recipes",
    "record_callgraph",
    "remove_scratch",
    "render",
    "render_data",
    "report_folders",
    "rules",
    "run_capture",
    "save_baseline",
    "save_chart",
    "scrub",
    "skill",
    "stats_reports",
    "time_limit",
    "write_report",
    "write_result",
    "write_rules",
    "write_stats",
]


def __getattr__(name: str) -> Any:
    """Import a public name on first use."""
    if name not in _PLACES:
        raise AttributeError(f"module 'nsys_tools' has no attribute {name!r}")
    found = getattr(import_module(f"nsys_tools.{_PLACES[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    """Return the public names."""
    return sorted(__all__)
