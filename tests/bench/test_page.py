"""The benchmark page: a part that is measured separately replaces its section, and notes are preserved."""

from __future__ import annotations

from pathlib import Path

from tests.bench import page


def test_a_part_replaces_its_section_only(tmp_path: Path) -> None:
    target = tmp_path / "page.md"
    target.write_text(f"# Of before\n\nwritten first\n\n{page.NOTES}\n## By hand\n\nkept\n")
    page.write(target, {"small": page.section("small", "| a |", "Here.")})
    page.write(target, {"stats": page.section("stats", "| b |", "Here.")})
    page.write(target, {"small": page.section("small", "| c |", "There.")})
    generated, _, notes = target.read_text().partition(page.NOTES)
    assert notes == "\n## By hand\n\nkept\n"
    assert "written first" not in generated
    assert "| a |" not in generated
    assert [line for line in generated.splitlines() if line.startswith(("## ", "|"))] == [
        "## Reports of nsys stats", "| b |", "## Small traces", "| c |"
    ]  # fmt: skip
