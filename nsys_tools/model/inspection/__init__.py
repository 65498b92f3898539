"""Generate model files from transformers architectures without loading weights (requires the ``[torch]`` extra)."""
