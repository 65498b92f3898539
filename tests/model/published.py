"""Published parameter counts of the shipped models, with their sources.

"hub" is the safetensors metadata of the model's page on the Hugging Face Hub (``api/models/ORG/NAME``,
``safetensors.total``). "keras-hub" is the presets of keras-team/keras-hub, which count a tied embedding once. "audit"
is the sum of the shapes in the headers of all files on the Hub.
"""

WEIGHTS: dict[str, tuple[int, str]] = {
    "deepseek-ocr": (3_336_106_240, "the safetensors header of deepseek-ai/DeepSeek-OCR"),
    "gemma-3-12b": (12_187_325_040, "hub, google/gemma-3-12b-it"),
    "gemma-3-1b": (999_885_952, "hub, google/gemma-3-1b-it"),
    "gemma-3-27b": (27_432_406_640, "hub, google/gemma-3-27b-it"),
    "gemma-3-4b": (4_300_079_472, "hub, google/gemma-3-4b-it"),
    "gpt-oss-120b": (116_829_156_672, "hub, openai/gpt-oss-120b; 116.83 B in arXiv 2508.10925, table 1"),
    "gpt-oss-20b": (20_914_757_184, "hub, openai/gpt-oss-20b; 20.91 B in arXiv 2508.10925, table 1"),
    "kimi-k2": (1_026_408_232_448, "audit, moonshotai/Kimi-K2-Instruct; its hub total is 3,416 more"),
    "llama-2-7b": (6_738_415_616, "hub, meta-llama/Llama-2-7b-hf"),
    "llama-3.1-405b": (405_853_388_800, "hub, meta-llama/Llama-3.1-405B"),
    "llama-3.1-70b": (70_553_706_496, "hub, meta-llama/Llama-3.1-70B"),
    "llama-3.1-8b": (8_030_261_248, "hub, meta-llama/Llama-3.1-8B"),
    "mistral-7b": (7_241_732_096, "hub, mistralai/Mistral-7B-v0.1"),
    "mistral-small-24b": (23_572_403_200, "hub, mistralai/Mistral-Small-24B-Instruct-2501"),
    "mixtral-8x7b": (46_702_792_704, "hub, mistralai/Mixtral-8x7B-v0.1"),
    "qwen3-0.6b": (596_049_920, "keras-hub, qwen3_0.6b_en"),
    "qwen3-1.7b": (1_720_574_976, "keras-hub, qwen3_1.7b_en"),
    "qwen3-14b": (14_768_307_200, "hub, Qwen/Qwen3-14B"),
    "qwen3-235b-a22b": (235_093_634_560, "hub, Qwen/Qwen3-235B-A22B"),
    "qwen3-30b-a3b": (30_532_122_624, "hub, Qwen/Qwen3-30B-A3B"),
    "qwen3-32b": (32_762_123_264, "hub, Qwen/Qwen3-32B"),
    "qwen3-4b": (4_022_468_096, "hub, Qwen/Qwen3-4B"),
    "qwen3-8b": (8_190_735_360, "hub, Qwen/Qwen3-8B"),
}

# No exact total could be cited for these models, so they are compared with transformers only.
UNPUBLISHED = {"deepseek-ocr-2"}

# Totals on the Hub that contain more than the weights used in decoding: the test adds up the rest.
MORE_THAN_WEIGHTS: dict[str, int] = {
    "deepseek-r1": 684_531_386_000,
    "deepseek-v3": 684_531_386_000,
    "glm-4.6": 356_785_898_816,
    "qwen3-0.6b": 751_632_384,
    "qwen3-1.7b": 2_031_739_904,
}

# Weights that one token uses, in billions, rounded as in the source. Vendors count embedding and head differently: the
# excluded parts are those that the source states, or those that lead to the figure.
ACTIVE: dict[str, tuple[float, int, tuple[str, ...], str]] = {
    "deepseek-v3": (37, 0, ("embed_tokens",), "arXiv 2412.19437, abstract"),
    "glm-4.6": (32, 0, ("embed_tokens", "lm_head"), "arXiv 2508.06471, table 1: 32 B of 355 B"),
    "gpt-oss-120b": (5.13, 2, ("embed_tokens",), "arXiv 2508.10925, table 1, which says so"),
    "gpt-oss-20b": (3.61, 2, ("embed_tokens",), "arXiv 2508.10925, table 1, which says so"),
    "kimi-k2": (32, 0, ("embed_tokens",), "arXiv 2507.20534, abstract"),
    "mixtral-8x7b": (12.9, 1, (), "mistral.ai, Mixtral of experts"),
    "qwen3-235b-a22b": (22, 0, (), "arXiv 2505.09388, table 2"),
    "qwen3-30b-a3b": (3, 0, (), "arXiv 2505.09388, table 2"),
}
