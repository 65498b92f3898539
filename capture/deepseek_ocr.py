"""DeepSeek-OCR: the Hub model with its own code, or the same architecture with random weights.

python capture/deepseek_ocr.py --scale tiny --device cpu --pages 2 --out run
nsys profile -t cuda,nvtx,osrt -o run/trace python capture/deepseek_ocr.py --out run
"""

import sys
from collections.abc import Mapping, Sequence
from typing import Any

from nsys_tools.capture import inputs, loading, tiles, workload
from nsys_tools.capture.decoding import Batch, pad_left, positions
from nsys_tools.capture.options import Options
from nsys_tools.capture.pages import Page
from nsys_tools.capture.ranges import Ranges
from nsys_tools.capture.run_folder import RunFolder
from nsys_tools.errors import NsysToolsError

BEGIN, END, IMAGE = 0, 1, 128815
TEXT_TOKENS = 9  # without the begin token: a page with 693 image tokens gives a prompt of 703
PROMPT = "\n<|grounding|>Convert the document to markdown. "
MOST_CROPS = 9
SPREAD = {"initializer_range": 0.02}  # the default of the SAM class, 1e-10, would make all images the same
NO_WINDOW = 10**6  # transformers' unlimited_ocr slides a window over decoded tokens; DeepSeek-OCR does not

# Widths of the tiny model. Its layers, experts and windows are as many as the full model's. The weights have
# a large variance, so that different pages give different tokens.
WIDE = {"initializer_range": 0.3}
TINY: dict[str, Any] = {
    "sam": {**WIDE, "hidden_size": 24, "num_attention_heads": 2, "mlp_dim": 48, "output_channels": 16,
            "downsample_channels": [24, 32], "image_size": 256},
    "clip": {**WIDE, "hidden_size": 32, "intermediate_size": 64, "num_attention_heads": 2, "image_size": 56},
    "text": {**WIDE, "hidden_size": 40, "intermediate_size": 96, "num_attention_heads": 2, "num_key_value_heads": 2,
             "moe_intermediate_size": 16, "vocab_size": 512},
}  # fmt: skip


class Random:
    """The transformers architecture ``unlimited_ocr``, with random weights."""

    name = "deepseek-ocr"
    unit = "image"
    stages: Mapping[str, str] = {
        "model.vision_tower.sam_encoder": "sam",
        "model.vision_tower.vision_encoder": "clip",
        "model.multi_modal_projector": "projector",
    }
    spanning: tuple[str, ...] = ()
    end_tokens = (END,)

    def __init__(self, options: Options, folder: RunFolder) -> None:
        from transformers import UnlimitedOcrConfig, UnlimitedOcrForConditionalGeneration

        tiny = options.scale == "tiny"
        self.base, self.tile = (256, 128) if tiny else (1024, 640)
        sizes = TINY if tiny else {"sam": {}, "clip": {}, "text": {}}
        vocabulary = sizes["text"].get("vocab_size", 129280)
        self.image_token = vocabulary - 1 if tiny else IMAGE
        config = UnlimitedOcrConfig(
            vision_config={"sam_config": {**SPREAD, **sizes["sam"]}, "encoder_config": sizes["clip"]},
            text_config={"sliding_window": NO_WINDOW, **sizes["text"]},
            image_token_id=self.image_token,
        )
        self.options = options
        self.pages = inputs.gather(options, folder, (310, 438) if tiny else (1240, 1754))
        self.model = loading.random_model(UnlimitedOcrForConditionalGeneration, config, options)
        self.text = loading.prompt_ids(options.prompt_tokens or TEXT_TOKENS, vocabulary - 1, options.seed)
        self.dimensions = dimensions(self.base, self.tile, config.to_dict())

    def items(self) -> Sequence[Page]:
        return self.pages

    def prepare(self, items: Sequence[Page]) -> Batch:
        import torch

        first = next(self.model.parameters())
        seen = [look(page, self.base, self.tile, self.options) for page in items]
        text = 1 + len(self.text)
        pairs = zip(items, seen, strict=True)
        counts = [count(page, view, self.base, self.tile, text) for page, view in pairs]
        rows = [[BEGIN, *[self.image_token] * one["image_tokens"], *self.text] for one in counts]
        ids, mask = pad_left(rows, str(first.device), BEGIN)
        crops = [view.crops for view in seen if view.crops is not None]
        pixels = torch.stack([view.overview for view in seen]).to(first)
        return Batch(ids, mask, {
            "pixel_values": pixels,
            "pixel_values_local": torch.cat(crops).to(first) if crops else None,
            "num_local_patches": [view.crop_count for view in seen],
            "patches_grid": [list(view.grid) for view in seen],
        }, counts)  # fmt: skip

    def prefill(self, batch: Batch, ranges: Ranges) -> Any:
        with ranges.stage("vision"):
            seen = self.model.get_image_features(**batch.inputs)
        with ranges.stage("prefill"):
            return self.model(
                input_ids=batch.input_ids,
                attention_mask=batch.attention_mask,
                position_ids=positions(batch.attention_mask),
                mm_encoder_outputs={"image": seen},
                logits_to_keep=1,
                use_cache=True,
            )


class Hub:
    """The Hub model with its own code, which runs the vision tower inside its first forward and needs a GPU.

    ``vision`` opens before that forward and ends where the first decoder layer begins. ``prefill`` begins there.
    """

    name = "deepseek-ocr"
    unit = "image"
    stages: Mapping[str, str] = {
        "model.sam_model": "sam",
        "model.vision_model": "clip",
        "model.projector": "projector",
    }
    spanning: tuple[str, ...] = ("model",)
    end_tokens = (END,)
    base, tile = 1024, 640

    def __init__(self, options: Options, folder: RunFolder) -> None:
        from transformers import AutoModel, AutoTokenizer

        if options.batch_size != 1:
            raise NsysToolsError("The code from the Hub takes one page per prefill.", "Use --batch-size 1.")
        self.options = options
        self.pages = inputs.gather(options, folder, (1240, 1754))
        device = loading.device_of(options)
        with loading.loaded_weights(options.weights):
            tokenizer = AutoTokenizer.from_pretrained(options.weights, trust_remote_code=True)
            self.model = AutoModel.from_pretrained(
                options.weights, trust_remote_code=True, use_safetensors=True,
                torch_dtype=loading.dtype_of(options), _attn_implementation=options.attention,
            ).eval().to(device)  # fmt: skip
        self.text = tokenizer.encode(PROMPT, add_special_tokens=False)
        self.dimensions = dimensions(self.base, self.tile, self.model.config.to_dict())

    def items(self) -> Sequence[Page]:
        return self.pages

    def prepare(self, items: Sequence[Page]) -> Batch:
        import torch

        page = items[0]
        first = next(self.model.parameters())
        view = look(page, self.base, self.tile, self.options)
        counts = count(page, view, self.base, self.tile, 1 + len(self.text))
        ids, mask = pad_left([[BEGIN, *[IMAGE] * counts["image_tokens"], *self.text]], str(first.device))
        crops = torch.zeros(1, 3, self.base, self.base) if view.crops is None else view.crops
        return Batch(ids, mask, {
            "images": [(crops.to(first), view.overview[None].to(first))],
            "images_seq_mask": ids == IMAGE,
            "images_spatial_crop": torch.tensor([view.grid]),
        }, [counts])  # fmt: skip

    def prefill(self, batch: Batch, ranges: Ranges) -> Any:
        outside = ranges.depth

        def enter_decoder(_module: Any, _arguments: Any) -> None:
            ranges.drain()
            ranges.unwind(outside)
            ranges.push("prefill")

        ranges.push("vision")
        decoder = self.model.get_submodule("model.layers.0")
        handle = decoder.register_forward_pre_hook(enter_decoder, prepend=True)
        try:
            output = self.model(
                input_ids=batch.input_ids, attention_mask=batch.attention_mask, use_cache=True,
                position_ids=positions(batch.attention_mask), **batch.inputs,
            )  # fmt: skip
            ranges.drain()
            return output
        finally:
            handle.remove()
            ranges.unwind(outside)


def look(page: Page, base: int, tile: int, options: Options) -> tiles.Views:
    """Read a page and split it into views."""
    from PIL import Image

    with Image.open(page.path) as image:
        return tiles.views(image, base, tile, MOST_CROPS if options.crops == "auto" else 0)


def count(page: Page, view: tiles.Views, base: int, tile: int, text_tokens: int) -> dict[str, Any]:
    """Return the exact token counts of a page."""
    image_tokens = tiles.image_tokens(base, tile, view.grid, view.crop_count)
    crops = [{"side": tile, "count": view.crop_count}] if view.crop_count else []
    return {
        "sha256": page.sha256,
        "crop_grid": list(view.grid),
        "crops": view.crop_count,
        "views": [{"side": base, "count": 1}, *crops],
        "image_tokens": image_tokens,
        "text_tokens": text_tokens,
        "prompt_tokens": image_tokens + text_tokens,
    }


def dimensions(base: int, tile: int, config: dict[str, Any]) -> dict[str, Any]:
    """Return the integers of a configuration that determine the model size."""

    def numbers(part: dict[str, Any]) -> dict[str, Any]:
        inner = {key: numbers(value) for key, value in part.items() if key.endswith("_config") and value}
        whole = {key: value for key, value in part.items() if type(value) is int and value}
        return {**whole, **inner}

    return {"base_size": base, "tile_size": tile, "config": numbers(config)}


def build(options: Options, folder: RunFolder) -> Random | Hub:
    """Return the model that the options select."""
    return Hub(options, folder) if options.weights else Random(options, folder)


if __name__ == "__main__":
    sys.exit(workload.main(build, __doc__.splitlines()[0]))
