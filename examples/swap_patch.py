"""Exchange the patch under a held chord, without a click: swap_patch.py first.ddsp second.ddsp out.wav"""

import sys

import ddsp_live
import numpy as np
import soundfile

first, second, output = sys.argv[1:]
synth = ddsp_live.Synth(first)
for note in (57, 60, 64):
    synth.note_on(note, velocity=80)
before = synth.render(48000)
synth.load(second)
soundfile.write(output, np.concatenate([before, synth.render(48000)]), synth.sample_rate)
