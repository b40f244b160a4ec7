"""Play a triad in equal temperament and in just intonation: own_tuning.py out.wav"""

import math
import sys

import ddsp_live
import numpy as np
import soundfile
from ddsp_live.tuning.mts import Tuning

JUST = (1, 16 / 15, 9 / 8, 6 / 5, 5 / 4, 4 / 3, 45 / 32, 3 / 2, 8 / 5, 5 / 3, 9 / 5, 15 / 8)  # of C
keys = np.array([12 * (key // 12) + 12 * math.log2(JUST[key % 12]) for key in range(128)])

synth = ddsp_live.Synth("clarinet")
sounds = []
for tuning in (Tuning(), Tuning(keys=keys, name="just")):
    synth.tuning = tuning
    for key in (60, 64, 67):
        synth.note_on(key, velocity=80)
    sounds.append(synth.render(48000))
    for key in (60, 64, 67):
        synth.note_off(key)
    sounds.append(synth.render(12000))
soundfile.write(sys.argv[1], np.concatenate(sounds), synth.sample_rate)
