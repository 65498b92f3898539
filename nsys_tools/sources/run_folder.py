"""A run folder written by ``nsys-tools capture``: the trace and everything that is used to analyze it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nsys_tools.errors import NsysToolsError
from nsys_tools.model.request import Request

if TYPE_CHECKING:
    from nsys_tools.model.architecture import Model
    from nsys_tools.sources.workload import Recorded

_STATUS, _WORKLOAD, _ENVIRONMENT = "status.json", "workload.json", "env.json"
_TRACES = ("trace.sqlite", "trace.nsys-rep")
_PARTS = ("StringIds.parquet",)  # a folder with this file is a trace itself: nsys export -t parquetdir


@dataclass(frozen=True)
class Fact:
    """A line of facts about the run: a title and labeled values."""

    title: str
    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Run:
    """A run folder.

    Attributes
    ----------
    path
        The folder.
    trace
        The trace in it.
    status, environment
        ``status.json`` and ``env.json``; empty if missing.
    recorded
        ``workload.json``; None if missing.
    ncu
        Folder with the ncu files; None if missing.
    callgraph
        The call graph; None if missing.
    """

    path: Path
    trace: Path
    status: Mapping[str, Any]
    environment: Mapping[str, Any]
    recorded: Recorded | None
    ncu: Path | None
    callgraph: Path | None

    @property
    def name(self) -> str:
        """Name of the folder."""
        return self.path.resolve().name

    @property
    def report(self) -> Path:
        """Folder of its report."""
        return self.path / "report"

    @property
    def model_name(self) -> str:
        """Name of the model that ran; empty if not recorded."""
        return str(self.recorded.data["model"]) if self.recorded else ""

    def architecture(self) -> Model | None:
        """Return the shipped analytic model (of any scale) that is named like the model that ran, or None."""
        from nsys_tools.model import architecture  # noqa: PLC0415  (it is slow to import, and many runs have no model)

        return architecture.load(self.model_name) if self.model_name in architecture.available() else None

    def request(self, given: Request | None) -> Request:
        """Return the model and settings to compare with: the given values, completed with values from the run.

        Parameters
        ----------
        given
            The user's values. The model may be empty.

        Raises
        ------
        NsysToolsError
            If the run cannot be compared. The message says why.
        """
        from nsys_tools.model import architecture  # noqa: PLC0415

        wanted = given or Request("")
        if self.recorded is None:
            if wanted.model:
                return wanted
            raise NsysToolsError(f"{_WORKLOAD}, which records what ran, is missing.", "Specify the model with --model.")
        model = architecture.load(wanted.model) if wanted.model else self._model(self.recorded)
        batches = () if wanted.workload else self.recorded.inputs(model)
        dtype = wanted.dtype or self.recorded.dtype
        return replace(wanted, model=wanted.model or model.name, dtype=dtype, batches=wanted.batches or batches)

    def _model(self, recorded: Recorded) -> Model:
        """Return the analytic model of the model that ran."""
        hint = "Specify a model with --model."
        model, data = self.architecture(), recorded.data
        if model is None:
            raise NsysToolsError(f"there is no analytic model named {self.model_name}.", hint)
        if data["scale"] != "full":
            raise NsysToolsError(
                f"the run was recorded with --scale {data['scale']}, but the analytic model describes the "
                "full-size model.",
                hint,
            )
        if data["device"] == "cpu":
            raise NsysToolsError("the run was on the CPU, but the analytic model is compared with GPU time.", hint)
        return model

    def notes(self) -> list[str]:
        """Return notes on the run as a whole."""
        found = []
        state, step = self.status.get("state"), self.status.get("step")
        if state in ("failed", "interrupted"):
            found.append(f"The run {'failed' if state == 'failed' else 'was interrupted'} at step {step}: "
                         f"{self.status.get('message')}")  # fmt: skip
        elif state == "running" and step != "analyze":
            found.append(f"The run has not ended or was killed. Its last step is {step}.")
        if self.recorded is None:
            found.append(f"The run folder has no {_WORKLOAD}, so it is unknown which pages or prompts were processed.")
        elif not self.recorded.data["complete"]:
            found.append(
                f"The workload did not finish. Over all repeats, it processed {len(self.recorded.items):,} "
                f"{self.recorded.unit}s."
            )
        return found

    def facts(self) -> list[Fact]:
        """Return the recorded facts about the run, for the report."""
        lines = [("Run", [("", self.name)])]
        if self.recorded:
            lines += list(_workload(self.recorded))
        lines.append(("Versions", list(_versions(self.environment))))
        return [Fact(title, tuple(values)) for title, values in lines if values]


def is_run(path: Path) -> bool:
    """Return whether `path` is a run folder. A folder of Parquet files that nsys exported is a trace, not a run."""
    if not path.is_dir() or any((path / part).is_file() for part in _PARTS):
        return False
    return (path / _STATUS).is_file() or all((path / name).is_file() for name in (_WORKLOAD, _TRACES[0]))


def read(path: Path) -> Run:
    """Read a run folder.

    Raises
    ------
    NsysToolsError
        If the folder contains no trace, or one of its files has the wrong format.
    """
    from nsys_tools.sources.workload import Recorded  # noqa: PLC0415

    status = _json(path / _STATUS)
    trace = next((path / name for name in _TRACES if (path / name).is_file()), None)
    if trace is None:
        stopped = f"It stopped at step {status['step']}: {status.get('message', '')}" if status.get("message") else ""
        raise NsysToolsError(
            f"{path} is a run folder without a trace. It contains neither {' nor '.join(_TRACES)}.",
            stopped or "Runs with --profiler torch have no trace.",
        )
    workload, ncu = path / _WORKLOAD, path / "ncu"
    graphs = [path / "callgraph.json", *sorted(path.glob("*.dot"))]
    return Run(
        path=path,
        trace=trace,
        status=status,
        environment=_json(path / _ENVIRONMENT),
        recorded=Recorded(workload) if workload.is_file() else None,
        ncu=ncu if ncu.is_dir() else None,
        callgraph=next((graph for graph in graphs if graph.is_file()), None),
    )


def _json(path: Path) -> Mapping[str, Any]:
    from nsys_tools.model import documents  # noqa: PLC0415

    data = documents.plain(path) if path.is_file() else {}
    if not isinstance(data, dict):
        raise NsysToolsError(f"{path} is not a JSON object.", "Analyze the trace in the folder instead.")
    return data


def _workload(recorded: Recorded) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    data, items, unit = recorded.data, recorded.items, recorded.unit
    parameters = f"{data['parameters']:,}" if "parameters" in data else ""
    yield "Model", _said(("", data["model"]), ("scale", data["scale"]), ("weights", recorded.weights),
                         ("parameters", parameters), ("dtype", data["dtype"]), ("on", data["device"]),
                         ("attention by", data.get("attention", "")))  # fmt: skip
    first = [item for batches in recorded.repeats()[:1] for batch in batches for item in batch]
    crops = _span([item["crops"] for item in first if "crops" in item])
    yield f"{unit.capitalize()}s", _said(("", f"{len(first):,}"), ("batches of", str(data["batch_size"])),
                         ("crops", crops), ("prompt tokens", _span([item["prompt_tokens"] for item in items])),
                         ("new tokens", _span([item["new_tokens"] for item in items])))  # fmt: skip
    synchronized = {True: "yes", False: "no"}.get(data.get("sync", ""), "")
    yield "Recording", _said(("repeats", str(data["repeats"])), ("warm-up batches", str(data.get("warmup", ""))),
                         ("NVTX level", data.get("nvtx", "")), ("GPU drained at stage ends", synchronized))  # fmt: skip


def _said(*values: tuple[str, str]) -> list[tuple[str, str]]:
    return [(word, value) for word, value in values if value]


def _span(values: list[int]) -> str:
    """Return the range of values as text, or an empty string if there are no values."""
    least, most = min(values, default=0), max(values, default=0)
    return "" if not values else f"{least:,}" if least == most else f"{least:,} to {most:,}"


def _versions(environment: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the versions that can affect results, if they are strings."""
    packages, cuda, gpus = (environment.get(key) or {} for key in ("packages", "cuda", "gpus"))
    first = gpus[0] if isinstance(gpus, list) and gpus and isinstance(gpus[0], dict) else {}
    packages, cuda = (part if isinstance(part, dict) else {} for part in (packages, cuda))
    found = {
        "driver": first.get("driver_version"),
        "CUDA": cuda.get("torch_built_for"),
        "nsys": environment.get("nsys"),
        "ncu": environment.get("ncu"),
        **{name: packages.get(name) for name in ("torch", "transformers", "nvtx")},
    }
    return ((word, value) for word, value in found.items() if isinstance(value, str) and value)
