"""Build model files of decoders from their published configurations, without torch or transformers."""
