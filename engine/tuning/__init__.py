"""Scales and tunings: Scala's files, and the MIDI Tuning Standard."""
