"""From any transformers architecture to a model file, without weights; needs the extra ``[torch]``."""
