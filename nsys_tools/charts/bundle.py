"""The JavaScript that draws charts in a page: Vega, Vega-Lite and vega-embed, bundled by vl-convert."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path

from nsys_tools.files import whole_file
from nsys_tools.session.store import cache_folder, make_folder


@cache
def script() -> str:
    """Return the script, which defines ``vegaEmbed``.

    Bundling takes more than a second, so the script is cached in a file whose name contains its digest.
    """
    import vl_convert  # noqa: PLC0415

    folder = cache_folder() / "vega"
    name = f"vl-convert-{version('vl-convert-python')}"
    with suppress(OSError):
        for path in sorted(folder.glob(f"{name}-*.js")):
            content = path.read_bytes()
            if path == _named(folder, name, content):
                return content.decode("utf-8")
            path.unlink()
    # The script is placed between script tags, so sequences that would end the tag are escaped in JavaScript.
    text = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;").replace("\r\n", "\n").replace("\r", "\n")
    text = text.replace("</script", "<\\/script").replace("<!--", "<\\!--")
    with suppress(OSError):  # without a writable cache, the script is bundled again each time
        make_folder(folder)
        with whole_file(_named(folder, name, text.encode("utf-8"))) as draft:
            draft.write_bytes(text.encode("utf-8"))
    return text


def _named(folder: Path, name: str, content: bytes) -> Path:
    return folder / f"{name}-{hashlib.sha256(content).hexdigest()[:32]}.js"
