"""Fixtures that the tests of the layer model share."""

from pathlib import Path

import pytest

from nsys_tools.model import architecture, database
from nsys_tools.model.architecture import Model
from nsys_tools.model.database import Database

SHARED = Path(__file__).parents[3] / "shared" / "deepseek-ocr"


@pytest.fixture(scope="session")
def facts() -> Path:
    """Return the folder of measured facts about DeepSeek-OCR, which is not part of the project."""
    if not SHARED.is_dir():
        pytest.skip(f"no {SHARED.parent.name}/{SHARED.name} beside the checkout")
    return SHARED


@pytest.fixture(scope="session")
def formulas() -> Database:
    return database.load()


@pytest.fixture(scope="session")
def ocr() -> Model:
    return architecture.load("deepseek-ocr")
