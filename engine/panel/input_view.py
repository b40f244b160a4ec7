"""What the page shows of sound that comes in."""

import math

SILENCE_DB = -90.0
READER = "panel's input"  # of peaks


def hearing(synth, stream) -> dict | None:
    """What is heard of the input now, rounded to what can be seen; None where the synth does not listen."""
    if synth.input.settings.mode == "off":
        return None
    heard = synth.stats(READER).input
    return {
        "device": stream.input.name if stream.input else None,
        "mode": heard.mode,
        "level_db": round(20 * math.log10(max(heard.peak, 10 ** (SILENCE_DB / 20)))),
        "loudness_db": round(heard.loudness_db),
        "gate_db": synth.input.settings.gate_db,
        "f0_hz": round(heard.f0_hz, 1) if heard.voiced else None,
        "octave": heard.octave,
        "delay_ms": round(heard.delay_ms),
        "devices_ms": round(stream.input_latency_ms + stream.latency_ms, 1),
        "clipped": heard.clipped,
        "howls": heard.howls,
        "duck_db": round(heard.duck_db),
        "calibrating": math.ceil(heard.calibrating),
    }
