"""Building model files of decoders from their published configuration, without torch or transformers."""
