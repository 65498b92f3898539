"""Stages files: patterns, and errors that name line and key."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from nsys_tools.errors import NsysToolsError
from nsys_tools.sources import stages


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("decode", "decode", True),
        ("decode", "image/decode", True),
        ("decode", "image/decode/step *", False),
        ("decode", "predecode", False),
        ("image/decode", "image/decode", True),
        ("image/decode", "run/image/decode", False),
        ("**/decode", "run/image/decode", True),
        ("step *", "decode/step *", True),
        ("step ?", "decode/step *", True),
        ("image/*", "image/vision/sam", False),
        ("image/**", "image/vision/sam", True),
        ("a.b (c)", "a.b (c)", True),
        ("a.b (c)", "aXb (c)", False),
    ],
)
def test_patterns(pattern: str, path: str, matches: bool) -> None:
    assert bool(re.fullmatch(stages.expression(pattern), path)) is matches


def test_read(tmp_path: Path) -> None:
    file = tmp_path / "s.toml"
    file.write_text('[[stage]]\nname = "a"\nmatch = "x"\n[[stage]]\nname = "b"\nmatch = ["y", "z/*"]\n')
    assert stages.read(file) == [stages.Stage("a", ("x",)), stages.Stage("b", ("y", "z/*"))]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no [[stage]]"),
        ("[[stage]\n", "line 1"),
        (
            '[[stage]]\nname = "a"\nmatch = "x"\n\n[[stage]]\nname = "b"\nmat = "y"\n',
            "line 7, stage 2: key 'mat'",
        ),
        ('[[stage]]\nname = "a"\n', "line 1, stage 1: key 'match'"),
        ('[[stage]]\nname = 3\nmatch = "x"\n', "line 2, stage 1: key 'name'"),
        ('[[stage]]\nname = "a"\nmatch = [1]\n', "line 3, stage 1: key 'match'"),
        ('[[stage]]\nname = "a"\nmatch = ""\n', "line 3, stage 1: key 'match'"),
        ('[[stage]]\nname = "a"\nmatch = "x"\nrole = "page"\n', "line 4, stage 1: key 'role'"),
        ('title = "x"\n[[stage]]\nname = "a"\nmatch = "x"\n', "line 1: unknown key 'title'"),
        ('[stage]\nname = "a"\n', "no [[stage]]"),
    ],
)
def test_mistakes(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "s.toml"
    file.write_text(text)
    with pytest.raises(NsysToolsError) as caught:
        stages.read(file)
    assert said in caught.value.message
    assert str(file) in caught.value.message
