"""Play one note on the default audio device."""

import time

import ddsp_live

synth = ddsp_live.Synth("alto-saxophone")
with ddsp_live.play(synth) as stream:
    print(f"Playing on {stream.device.name}, {stream.latency_ms:.1f} ms behind.")
    synth.note_on(62, velocity=90)
    time.sleep(1.5)
    synth.note_off(62)
    time.sleep(0.5)
