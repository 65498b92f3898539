"""Model files from transformers architectures, without weights (requires the ``[torch]`` extra)."""
