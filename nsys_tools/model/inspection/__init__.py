"""Model files from transformers architectures, without weights (extra ``[torch]``)."""
