"""Lines of text files: tailing, decoding, explaining."""
