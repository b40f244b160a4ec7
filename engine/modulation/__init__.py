"""The modulation matrix: which controller moves what, its files, and MIDI learn."""
