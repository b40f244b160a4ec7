"""Factory patches, and the table of where each came from."""
