"""Model files of decoders, built from their published configuration without torch or transformers."""
