"""Move parameters while a note sounds, by their names in the table of parameters: knobs.py out.wav"""

import sys

import ddsp_live
import numpy as np
import soundfile
from ddsp_live.parameters import BY_NAME

synth = ddsp_live.Synth("cello")
synth.note_on("D3", velocity=90)
blocks = []
for life in np.linspace(0.0, 1.0, 20):
    synth.life = life  # small random movements, from none to those of the recordings
    brightness = BY_NAME["brightness"].controller
    synth.control_change(brightness, round(127 * life))
    blocks.append(synth.render(4800))
synth.note_off("D3")
blocks.append(synth.render(24000))
soundfile.write(sys.argv[1], np.concatenate(blocks), synth.sample_rate)
