"""Play one phrase twice, the second time with the attributes of each note set: attributes.py out.wav"""

import sys

import ddsp_live
import numpy as np
import soundfile

RATE = 48000
PHRASE = [(62, 0.0), (66, 0.5), (69, 1.0), (74, 1.5)]  # MIDI note, seconds
SET = {"volume_fluctuation": 0.4, "volume_peak_position": 0.8, "vibrato": 1.0, "brightness": 0.6}


def play(attributes):
    synth = ddsp_live.Synth("violin", sample_rate=RATE)
    for note, seconds in PHRASE:
        start = int(seconds * RATE)
        synth.note_on(note, velocity=90, time=start, attributes=attributes, seconds=0.45)
        synth.note_off(note, time=start + int(0.45 * RATE))
    return synth.render(int(2.5 * RATE))


soundfile.write(sys.argv[1], np.concatenate([play(None), play(SET)]), RATE)
