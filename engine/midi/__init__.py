"""MIDI: the controllers that are answered, byte streams, live ports and files."""
