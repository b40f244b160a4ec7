"""Shape a note by hand, sample by sample: a swell with vibrato that bends up a tone: swell.py out.wav"""

import sys

import ddsp_live
import soundfile

RATE = 48000
synth = ddsp_live.Synth("alto-saxophone", sample_rate=RATE)
synth.control_change(11, 40, time=0)
synth.note_on(65, velocity=110, time=0)
for step in range(100):
    at = step * RATE // 50
    synth.control_change(11, 40 + 87 * step // 100, time=at)
    synth.control_change(1, step, time=at)
    synth.pitch_bend(8191 * step // 100, time=at)
synth.note_off(65, time=2 * RATE)
soundfile.write(sys.argv[1], synth.render(3 * RATE), RATE)
