"""Findings in machine-readable form, for ``metrics.json`` and ``nsys-tools findings --format json``."""

from __future__ import annotations

from typing import Any

from nsys_tools.findings.rules import AREA, Finding
from nsys_tools.session import catalogue

UNITS = {"at_stake_ns": "ns"}
"""Unit by key. The keys of the evidence differ between findings, so each evidence value has its own unit."""


def record(finding: Finding) -> dict[str, Any]:
    """Return a finding as plain data."""
    units = {column.name: column.unit for column in catalogue.find(f"{AREA}_{finding.rule}").columns}
    return {
        "rule": finding.rule,
        "title": finding.kind,
        "is_caution": finding.is_caution,
        "certainty": finding.certainty,
        "at_stake_ns": finding.at_stake_ns,
        "text": finding.text,
        "advice": finding.advice,
        "plain": finding.plain,
        "names": list(finding.names),
        "evidence": {name: {"value": value, "unit": units[name]} for name, value in finding.evidence.items()},
        "table": finding.table,
        "docs": finding.docs,
        "within": list(finding.within),
    }
