"""The words for what an evaluation measures, for every command and page that shows it."""

FIGURES = {
    "distance": "multi-scale spectral distance",
    "no_network": "… of a fit without a network",
    "nearest": "… of the nearest recorded notes",
    "neighbours": "… of the mean of four neighbours",
    "floor": "… of two takes of the same noise",
    "gap_closed": "gap closed between the two",
    "distance_16k": "distance at 16 kHz",
    "no_network_16k": "… of a fit without a network",
    "nearest_16k": "… of the nearest recorded notes",
    "neighbours_16k": "… of the mean of four neighbours",
    "floor_16k": "… of two takes of the same noise",
    "gap_closed_16k": "gap closed at 16 kHz",
    "partials_db": "partials 1-20 of held notes, RMS error, dB",
    "untabled_partials_db": "… of the network without its tables",
    "nearest_partials_db": "… of the nearest recorded notes",
    "neighbours_partials_db": "… of the mean of four neighbours",
    "softest_partials_db": "… of the softest takes of pitches with several",
    "sustain": "distance of what is held, at 16 kHz",
    "untabled_sustain": "… of the network without its tables",
    "nearest_sustain": "… of the nearest recorded notes",
    "neighbours_sustain": "… of the mean of four neighbours",
    "mel_db": "mel distance, dB",
    "loudness_error_db": "loudness error, dB",
    "f0_cents": "pitch error, cents: median",
    "f0_cents_95": "… 95th percentile",
    "f0_within_50_cents": "… share within 50 cents",
    "f0_octave_errors": "… share an octave off",
    "rtf": "processor seconds for a second of one voice",
    "multiply_adds": "decoder's multiply-adds a frame",
}
"""What is measured, in order, and in words."""
SHARES = ("gap_closed", "gap_closed_16k", "f0_within_50_cents", "f0_octave_errors")


def in_words(name: str, value: float) -> str:
    """A figure as people read it."""
    return f"{100 * value:.1f} %" if name in SHARES else f"{value:.4g}"
