"""The room of recordings: learned, and removed."""
