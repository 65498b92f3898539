"""Architectures beyond the ten of reports/model-inspect.md: small ones with real weights, run on the CPU.

The formulas come from shapes on the meta device. They are compared with torch's FlopCounterMode for a forward pass with
real weights, and with the bytes of the tensors in transformers' cache.
"""

import copy
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from nsys_tools.model import architecture, figures
from nsys_tools.model.database import Database
from nsys_tools.model.figures import Settings

torch = pytest.importorskip("torch", reason="needs the extra [torch]")
transformers = pytest.importorskip("transformers", reason="needs the extra [torch]")
pytestmark = [
    pytest.mark.torch,
    # Ignore warnings of torch and transformers.
    pytest.mark.filterwarnings("default"),
]

from nsys_tools.model.inspection import generate  # noqa: E402
from nsys_tools.model.inspection.build import build  # noqa: E402

# Set if an architecture has them.
SMALL = {
    "hidden_size": 64,
    "intermediate_size": 96,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "num_hidden_layers": 3,
    "vocab_size": 128,
}
TOKENS = ("pad_token_id", "bos_token_id", "eos_token_id")
# Decoders: full attention and grouped queries, windows of 16 tokens in all or some layers, mixtures of experts.
DECODERS = {
    "qwen2": "",
    "olmo2": "",
    "phi": "",
    "stablelm": "",
    "gpt_neox": "",
    "granite": "",
    "cohere": "",
    "smollm3": "",
    "seed_oss": "head_dim=16",
    "glm4": "head_dim=16",
    "gpt_bigcode": "",  # one key and value head
    "diffllama": "",  # two calls of attention with one cache
    "starcoder2": "sliding_window=16",
    "exaone4": "sliding_window=16 num_hidden_layers=5",
    "olmo3": "sliding_window=16 num_hidden_layers=5",
    "cohere2": "sliding_window=16 num_hidden_layers=5",
    "vaultgemma": "sliding_window=16 head_dim=16",
    "modernbert-decoder": "local_attention=16",
    "gemma4_text": "num_hidden_layers=30 head_dim=16 sliding_window=16 "  # later layers share keys and values
    "vocab_size_per_layer_input=128 hidden_size_per_layer_input=8",
    "olmoe": "num_experts=4 num_experts_per_tok=2",
    "glm4_moe": "n_routed_experts=4 num_experts_per_tok=2 moe_intermediate_size=32 head_dim=16 "
    "n_group=1 topk_group=1 first_k_dense_replace=1",
    "ernie4_5_moe": "moe_num_experts=4 moe_k=2 moe_intermediate_size=32",
    "phimoe": "num_local_experts=4 num_experts_per_tok=2 sliding_window=16",
    "minimax_m2": "num_local_experts=4 num_experts_per_tok=2 head_dim=16",
    "granitemoe": "num_local_experts=4 num_experts_per_tok=2",
    "mimo_v2_flash": "n_routed_experts=4 num_experts_per_tok=2 moe_intermediate_size=32 "
    "num_hidden_layers=6 sliding_window=16",
    "llama4_text": "num_local_experts=4 head_dim=16 attention_chunk_size=16 intermediate_size_mlp=80 "
    "num_hidden_layers=4",
}
TEXT = "{0}.hidden_size=64 {0}.intermediate_size=96 {0}.num_attention_heads=4 {0}.num_hidden_layers=3 "
VISION = TEXT.format("vision_config")
TEXT = TEXT.format("text_config")
AUDIO = "audio_config.d_model=64 audio_config.encoder_ffn_dim=96 audio_config.encoder_attention_heads=4 "


def pictures(count: int, side: int, *between: int) -> Any:
    return torch.randn(count, *between, 3, side, side)


def tokens(length: int) -> Any:
    return torch.randint(3, 100, (2, length))


# Overrides and, for each phase, the inputs and a forward with them.
OTHERS: dict[str, tuple[str, dict[str, tuple[dict[str, int], Callable[[Any], Any]]]]] = {
    "roberta": ("", {"encode": ({"seq_len": 29}, lambda m: m(input_ids=tokens(29)))}),
    "nomic_bert": ("", {"encode": ({"seq_len": 29}, lambda m: m(input_ids=tokens(29)))}),
    "albert": ("embedding_size=32", {"encode": ({"seq_len": 29}, lambda m: m(input_ids=tokens(29)))}),
    "xlnet": (
        "d_model=64 d_inner=96 n_head=4 d_head=16 n_layer=3 num_hidden_layers=3",
        {"encode": ({"seq_len": 29}, lambda m: m(input_ids=tokens(29)))},
    ),
    "dinov2": ("image_size=32 patch_size=8", {"vision": ({"images": 3}, lambda m: m(pixel_values=pictures(3, 32)))}),
    "deit": ("image_size=32 patch_size=8", {"vision": ({"images": 3}, lambda m: m(pixel_values=pictures(3, 32)))}),
    "clip": (
        f"{TEXT}{VISION}vision_config.image_size=32 vision_config.patch_size=8 text_config.vocab_size=128",
        {
            "vision": ({"images": 3}, lambda m: m.get_image_features(pixel_values=pictures(3, 32))),
            "encode": ({"seq_len": 29}, lambda m: m.get_text_features(input_ids=tokens(29))),
        },
    ),
    "siglip": (
        f"{TEXT}{VISION}vision_config.image_size=32 vision_config.patch_size=8 text_config.vocab_size=128",
        {
            "vision": ({"images": 3}, lambda m: m.get_image_features(pixel_values=pictures(3, 32))),
            "encode": ({"seq_len": 29}, lambda m: m.get_text_features(input_ids=tokens(29))),
        },
    ),
    "mllama": (
        f"{TEXT}{VISION}text_config.num_key_value_heads=2 text_config.vocab_size=128 text_config.pad_token_id=1 "
        "text_config.cross_attention_layers=[1] vision_config.image_size=32 vision_config.patch_size=8 "
        "vision_config.num_global_layers=1 vision_config.intermediate_layers_indices=[1,2] "
        "vision_config.vision_output_dim=192 vision_config.attention_heads=4",
        {
            "vision": (
                {"images": 3},
                lambda m: m.model.vision_model(
                    pictures(3, 32, 1, 4), torch.ones(3, 1, dtype=torch.long), torch.ones(3, 1, 4, dtype=torch.long)
                ),
            ),
            "prefill": ({"seq_len": 29}, lambda m: m(input_ids=tokens(29))),
        },
    ),
    "qwen2_audio": (
        f"{TEXT}{AUDIO}text_config.num_key_value_heads=2 text_config.vocab_size=128 audio_config.encoder_layers=2 "
        "audio_config.max_source_positions=50 audio_config.num_mel_bins=16",
        {
            "audio": ({"clips": 3}, lambda m: m.model.audio_tower(torch.randn(3, 16, 100))),
            "prefill": ({"seq_len": 29}, lambda m: m(input_ids=tokens(29))),
        },
    ),
    "voxtral": (
        f"{TEXT}text_config.num_key_value_heads=2 text_config.head_dim=16 text_config.vocab_size=128 "
        "audio_config.hidden_size=64 audio_config.intermediate_size=256 audio_config.num_attention_heads=4 "
        "audio_config.num_hidden_layers=2 audio_config.max_source_positions=100 audio_config.num_mel_bins=16",
        {
            "audio": ({"clips": 3}, lambda m: m.get_audio_features(torch.randn(3, 16, 200))),
            "prefill": ({"seq_len": 29}, lambda m: m(input_ids=tokens(29))),
        },
    ),
}
# Classes that multiply matrices without a formula, and must be named.
UNCOUNTED = {"xlnet": "XLNetRelativeAttention", "mllama": "MllamaVisionModel"}


def small(source: str, settings: str) -> list[str]:
    """Return the overrides that make an architecture small: those of SMALL that apply, and its own."""
    kind = transformers.CONFIG_MAPPING[source]
    default = kind().to_dict()
    given = dict(setting.split("=", 1) for setting in settings.split())
    names = getattr(kind, "attribute_map", {})
    common = {name: value for name, value in SMALL.items() if default.get(names.get(name, name)) is not None}
    common |= {name: 1 for name in TOKENS if isinstance(default.get(name), int)}
    return [f"{name}={value}" for name, value in {**common, **given}.items()]


class Pair:
    """An architecture twice: its formulas, from the meta device, and a module with random weights on the CPU."""

    def __init__(self, source: str, overrides: list[str], formulas: Database) -> None:
        built = build(source, overrides)
        found = generate.generate(built, formulas)
        self.formulas = formulas
        self.diagnostics = found.diagnostics
        self.model = architecture.from_data(found.data, source)
        self.phases = [phase.name for phase in self.model.phases]
        torch.manual_seed(0)
        config = copy.deepcopy(built.config)
        # Products that the counter sees on a CPU: explicit attention, experts as batched products.
        self.module = type(built.module)._from_config(config, attn_implementation="eager", dtype=torch.float32).eval()
        self.module.set_experts_implementation("batched_mm")

    def flops(self, phase: str, **values: int) -> int:
        return sum(row.matrix_flops for row in self._rows(phase, values))

    def kv_bytes(self, phase: str, **values: int) -> int:
        return sum(row.kv_bytes for row in self._rows(phase, values))

    def _rows(self, phase: str, values: dict[str, int]) -> list[Any]:
        experts = {"experts_per_token": 4} if "experts_per_token" in self.model.inputs else {}
        settings = Settings(values={**values, **experts}, dtype="fp32")
        return [row for row in figures.evaluate(self.model, self.formulas, settings) if row.phase == phase]


def counted(forward: Callable[[], Any]) -> tuple[int, Any]:
    from torch.utils.flop_counter import FlopCounterMode

    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        result = forward()
    return counter.get_total_flops(), result


def step(module: Any, prompt: Any, cache: Any = None) -> tuple[int, Any]:
    """Run tokens after those of a cache; return the FLOPs and the cache."""
    flops, result = counted(lambda: module(input_ids=prompt, past_key_values=cache, use_cache=True))
    return flops, result.past_key_values


def cache_bytes(cache: Any) -> int:
    tensors = [tensor for layer in cache.layers for tensor in (layer.keys, layer.values) if tensor is not None]
    return sum(tensor.numel() * tensor.element_size() for tensor in tensors)


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> Iterator[None]:
    """Run these small products on one thread: concurrent tests would wait for each other's threads."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize("source", DECODERS)
def test_decoders_with_real_weights_and_their_caches(source: str, formulas: Database) -> None:
    """Windows of 16 tokens are not full after 14 tokens, and full after 29; three steps follow each."""
    pair = Pair(source, small(source, DECODERS[source]), formulas)
    assert pair.phases == ["prefill", "decode"]
    for length in (14, 29):
        prompt = tokens(length)
        flops, cache = step(pair.module, prompt)
        assert pair.flops("prefill", batch_size=2, seq_len=length) == flops > 0
        assert pair.kv_bytes("prefill", batch_size=2, seq_len=length) == cache_bytes(cache) > 0
        steps = [step(pair.module, prompt[:, :1], cache)[0] for _ in range(3)]
        values = {"batch_size": 2, "seq_len": length, "decode_steps": 3}
        assert pair.flops("decode", **values) == sum(steps)
        assert pair.kv_bytes("decode", **values) == cache_bytes(cache)


@pytest.mark.parametrize("source", OTHERS)
def test_encoders_and_towers_with_real_weights(source: str, formulas: Database) -> None:
    settings, phases = OTHERS[source]
    pair = Pair(source, small(source, settings), formulas)
    assert set(phases) == set(pair.phases) - {"decode"}
    unequal = []
    for phase, (values, forward) in phases.items():
        flops, _ = counted(lambda forward=forward: forward(pair.module))
        batch = {"batch_size": 2} if "seq_len" in values else {}
        if pair.flops(phase, **batch, **values) != flops:
            unequal.append(phase)
    named = [line for line in pair.diagnostics if "multiplies matrices, but has no formula" in line]
    if source in UNCOUNTED:
        assert unequal
        assert any(UNCOUNTED[source] in line for line in named)
    else:
        assert unequal == named == []


# Encoder-decoder models: overrides, and how the encoder is run on 17 positions.
PAIRS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "t5": (
        "d_model=64 d_kv=16 d_ff=96 num_heads=4 num_layers=2 num_decoder_layers=3 vocab_size=128",
        lambda m: m.get_encoder()(input_ids=tokens(17)),
    ),
    "bart": (
        "d_model=64 encoder_layers=2 decoder_layers=3 encoder_attention_heads=4 decoder_attention_heads=4 "
        "encoder_ffn_dim=96 decoder_ffn_dim=96 vocab_size=128 decoder_start_token_id=1 forced_eos_token_id=1",
        lambda m: m.get_encoder()(input_ids=tokens(17)),
    ),
    "whisper": (
        "d_model=64 encoder_layers=2 decoder_layers=3 encoder_attention_heads=4 decoder_attention_heads=4 "
        "encoder_ffn_dim=96 decoder_ffn_dim=96 vocab_size=128 num_mel_bins=16 max_source_positions=17 "
        "decoder_start_token_id=1",
        lambda m: m.get_encoder()(torch.randn(2, 16, 34)),
    ),
}


@pytest.mark.parametrize("source", PAIRS)
def test_encoders_with_decoders_and_both_caches(source: str, formulas: Database) -> None:
    """The cache contains the encoder output along with the decoder's own entries."""
    settings, encoder = PAIRS[source]
    pair = Pair(source, small(source, settings), formulas)
    assert pair.diagnostics == ()
    weights = sum(weight.numel() for weight in pair.module.parameters())
    assert figures.total_weights(pair.model, formulas) == weights
    flops, given = counted(lambda: encoder(pair.module))
    if "audio" in pair.phases:
        assert pair.flops("audio", clips=2) == flops > 0
    else:
        assert pair.flops("encode", batch_size=2, source_len=17) == flops > 0

    def step(prompt: Any, cache: Any) -> tuple[int, Any]:
        options = {"encoder_outputs": given, "past_key_values": cache, "use_cache": True}
        flops, result = counted(lambda: pair.module(decoder_input_ids=prompt, **options))
        return flops, result.past_key_values

    prompt = tokens(7)
    values = {"batch_size": 2, "seq_len": 7, "source_len": 17}
    flops, cache = step(prompt, None)
    assert pair.flops("prefill", **values) == flops
    parts = (cache.self_attention_cache, cache.cross_attention_cache)
    assert pair.kv_bytes("prefill", **values) == sum(map(cache_bytes, parts)) == 3 * 2 * (7 + 17) * 2 * 64 * 4
    steps = [step(prompt[:, :1], cache)[0] for _ in range(3)]
    assert pair.flops("decode", **values, decode_steps=3) == sum(steps)
    assert pair.kv_bytes("decode", **values, decode_steps=3) == sum(map(cache_bytes, parts))
