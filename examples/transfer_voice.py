"""Let an instrument play a recording of one voice: transfer_voice.py humming.wav trumpet out.wav"""

import sys

import ddsp_live
import soundfile

recording, instrument, output = sys.argv[1:]
played = ddsp_live.transfer(recording, instrument)
soundfile.write(output, played.audio, played.sample_rate)
