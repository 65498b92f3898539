from __future__ import annotations

import hashlib

import pytest

from nsys_tools.capture import inputs, pages
from nsys_tools.capture.options import Options
from nsys_tools.capture.run_folder import RunFolder
from nsys_tools.errors import NsysToolsError

pytest.importorskip("PIL")
yaml = pytest.importorskip("yaml")


def test_drawn_pages_are_the_same_for_the_same_seed(tmp_path):
    drawn = [
        [path.read_bytes() for path in pages.draw(tmp_path / str(run), 2, (120, 160), seed)]
        for run, seed in enumerate([0, 0, 1])
    ]
    assert drawn[0] == drawn[1]
    assert drawn[0] != drawn[2]
    assert drawn[0][0] != drawn[0][1]


def test_a_folder_gives_its_images_in_order(tmp_path):
    for name in ("b.PNG", "a.png", "notes.txt"):
        (tmp_path / name).touch()
    (tmp_path / "deeper").mkdir()
    (tmp_path / "deeper" / "c.jpeg").touch()
    assert [path.name for path in pages.find(tmp_path)] == ["a.png", "b.PNG", "c.jpeg"]


def test_a_list_gives_its_paths_relative_to_itself(tmp_path):
    (tmp_path / "pages.txt").write_text("# two pages\nb.png\n\n  sub/a.png\n")
    assert pages.find(tmp_path / "pages.txt") == [tmp_path / "b.png", tmp_path / "sub/a.png"]


@pytest.mark.parametrize("source", ["missing", "empty", "list"])
def test_no_images_is_a_sentence(tmp_path, source):
    (tmp_path / "empty").mkdir()
    (tmp_path / "list").write_text("# nothing\n")
    with pytest.raises(NsysToolsError, match="No images: .*" + source):
        pages.find(tmp_path / source)


def test_a_list_that_is_no_text_is_refused(tmp_path):
    (tmp_path / "pages.bin").write_bytes(b"\xff\xfe\x00\x9f")
    with pytest.raises(NsysToolsError, match="is not a list of images"):
        pages.find(tmp_path / "pages.bin")


@pytest.mark.parametrize("damage", ["text", "cut", "empty"])
def test_a_corrupt_image_is_named(tmp_path, damage):
    [page] = pages.draw(tmp_path, 1, (120, 160), 0)
    whole = page.read_bytes()
    page.write_bytes({"text": b"no image", "cut": whole[: len(whole) // 2], "empty": b""}[damage])
    with pytest.raises(NsysToolsError, match=r"Corrupt image .*page-000\.png"):
        pages.check(page)


def test_a_missing_image_of_a_list_is_named(tmp_path):
    with pytest.raises(NsysToolsError, match=r"There is no image at .*gone\.png"):
        pages.check(tmp_path / "gone.png")


def test_inputs_name_every_page_with_size_and_digest(tmp_path):
    folder = RunFolder(tmp_path / "run")
    gathered = inputs.gather(Options(pages="2", page_size="90x120"), folder, (1, 1))
    record = yaml.safe_load(folder.file("inputs.yaml").read_text())
    assert record["dataset_root"] == str(tmp_path / "run" / "inputs")
    assert record["count"] == 2
    first = folder.file("inputs") / "page-000.png"
    assert record["images"][0] == {
        "path": str(first),
        "width": 90,
        "height": 120,
        "bytes": first.stat().st_size,
        "sha256": hashlib.sha256(first.read_bytes()).hexdigest(),
    }
    assert [page.path for page in gathered] == [folder.file("inputs") / f"page-00{n}.png" for n in range(2)]


@pytest.mark.parametrize("count", ["0", "-1"])
def test_no_pages_to_draw_is_a_sentence(tmp_path, count):
    with pytest.raises(NsysToolsError, match=f"No images: {count} pages"):
        inputs.gather(Options(pages=count), RunFolder(tmp_path / "run"), (90, 120))
