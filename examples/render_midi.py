"""Render a MIDI file into a sound file: render_midi.py song.mid song.wav"""

import sys

import ddsp_live
import soundfile

song, output = sys.argv[1:]
soundfile.write(output, ddsp_live.render_midi(song, "alto-saxophone"), 48000)
