"""Judges formants: python -m ddsp_live.tools.experiments.check_formants [PATCH ...] [--recordings FOLDER] [--json].

A patch plays 12 semitones beyond each end of its range. Its partials are compared with those at the end: how far did
the spectrum move? A singer's stays (0 semitones), a tape's moves by 12. `sweep_cents` is how far f0 strays while
`formant` sweeps, `cost_ratio` the time of a voice with formants held over one without.

--recordings names a folder that holds a folder of notes for each patch. The patch is limited to a range that ends 12
semitones below a recorded note (7 if few notes were recorded), or above it. It plays that note with formants kept, and
with its last note's spectrum moved along. Errors are the root mean square in dB, without the common level, over
partials up to 6 kHz and 45 dB below the loudest.
"""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from ...audio.sound_files import read_sound
from ...errors import DdspLiveError
from ...midi.messages import control_change
from ...patch import Patch, list_patches, load_patch
from ...synth import Synth

RATE, BLOCK = 48000, 64
VELOCITY = 90
BEYOND = 12.0  # semitones
SECONDS, STEADY = 1.2, (0.5, 1.0)  # of a rendered note, and its steady part
RECORDED_SECONDS = 0.5  # of a recording's middle
HIGHEST_HZ, RANGE_DB, FEWEST_PARTIALS = 6000.0, 45.0, 3
WIDTH, MOST_WIDTH = 0.03, 0.4  # of a partial's frequency, and of f0: the band that its level is measured in
SHIFTS = np.arange(-14, 14.01, 0.25)  # semitones
NOMINAL_SPREAD = 1.5  # semitones that a recording may be off its file's name
SWEEP_CONTROLLER = 18
COST_SECONDS, COST_ROUNDS = 4.0, 7


def with_formants(patch: Patch, formants: str, low: float | None = None, high: float | None = None) -> Patch:
    """Return the patch with formants ``"kept"`` or ``"moved"`` beyond a range that may be narrower than its own."""
    return replace(
        patch,
        info={**patch.info, "formants": formants},
        pitch_low=patch.pitch_low if low is None else low,
        pitch_high=patch.pitch_high if high is None else high,
    )


def rendered(patch: Patch, pitch: float) -> np.ndarray:
    """Return the steady part of a note, as if it stood alone."""
    synth = Synth(patch, sample_rate=RATE, block_size=BLOCK, life=0.0, expression=0.0, performer=0.0)
    synth.note_on(pitch, VELOCITY, time=0)
    audio = synth.render(round(SECONDS * RATE))[:, 0].astype(np.float64)
    return audio[round(STEADY[0] * RATE) : round(STEADY[1] * RATE)]


def hz(pitch: float) -> float:
    """Return the frequency of a MIDI note."""
    return 440.0 * 2.0 ** ((pitch - 69.0) / 12.0)


def power_spectrum(audio: np.ndarray) -> np.ndarray:
    """Return the power of each bin, by a Hann window over all of the audio."""
    return np.abs(np.fft.rfft(audio * np.hanning(len(audio)))) ** 2


def partial_levels(
    audio: np.ndarray, rate: float, f0_hz: float, highest_hz: float = HIGHEST_HZ
) -> np.ndarray:
    """Return the level in dB of each partial of f0_hz up to highest_hz."""
    power, bin_hz = power_spectrum(audio), rate / len(audio)
    count = int(min(highest_hz, 0.45 * rate) / f0_hz)
    levels = np.full(count, -300.0)
    for k in range(1, count + 1):
        half = max(2 * bin_hz, min(WIDTH * k * f0_hz, MOST_WIDTH * f0_hz))
        low, high = (round((k * f0_hz + side * half) / bin_hz) for side in (-1, 1))
        levels[k - 1] = 10 * np.log10(power[low : high + 1].sum() + 1e-30)
    return levels


def refined_pitch(audio: np.ndarray, rate: float, nominal: float) -> float:
    """Return the MIDI note, near a nominal one, whose first ten partials hold the most."""
    padded = np.fft.rfft(audio * np.hanning(len(audio)), 8 * len(audio))
    level, bin_hz = np.sqrt(np.abs(padded)), rate / (8 * len(audio))
    pitches = nominal + np.arange(-NOMINAL_SPREAD, NOMINAL_SPREAD + 0.005, 0.02)
    numbers = np.arange(1, 11)
    bins = np.round(hz(pitches)[:, None] * numbers / bin_hz).astype(int)
    return float(
        pitches[np.where(bins < len(level), level[np.minimum(bins, len(level) - 1)], 0).sum(1).argmax()]
    )


def spectral_error(made: np.ndarray, reference: np.ndarray) -> float:
    """Return the root mean square in dB between two rows of partials, after the common level is taken off."""
    count = min(len(made), len(reference))
    counts = reference[:count] > reference[:count].max() - RANGE_DB
    difference = (made[:count] - reference[:count])[counts]
    return float(np.sqrt(np.mean((difference - difference.mean()) ** 2)))


def movement(patch: Patch, end: float, beyond: float) -> float:
    """Return by how many semitones the spectrum moves from a note at the end of the range to one `beyond` it."""
    from_hz, to_hz = hz(end), hz(end + beyond)
    first = partial_levels(rendered(patch, end), RATE, from_hz, 2 * HIGHEST_HZ)
    second = partial_levels(rendered(patch, end + beyond), RATE, to_hz, 2 * HIGHEST_HZ)
    # Read the one with more partials, whose envelope is finer, at the frequencies of the other.
    (fine, fine_hz), (coarse, coarse_hz) = sorted([(first, from_hz), (second, to_hz)], key=lambda row: row[1])
    sign = 1.0 if fine_hz == from_hz else -1.0
    at = np.log2(coarse_hz * np.arange(1, len(coarse) + 1))
    envelope_at = np.log2(fine_hz * np.arange(1, len(fine) + 1))
    heard = (coarse > coarse.max() - RANGE_DB) & (at < np.log2(HIGHEST_HZ))
    errors = []
    for shift in SHIFTS:
        difference = (coarse - np.interp(at - sign * shift / 12, envelope_at, fine))[heard]
        errors.append(np.std(difference))
    return float(SHIFTS[int(np.argmin(errors))])


def recorded(folder: Path) -> list[tuple[float, np.ndarray, int]]:
    """Return (pitch, steady middle, rate) of each file, whose name begins with its MIDI note."""
    notes = []
    for path in sorted(folder.glob("*.flac")) + sorted(folder.glob("*.wav")):
        if not path.name[:3].isdigit():
            continue
        audio, rate = read_sound(path)
        audio = np.asarray(audio, np.float64).reshape(len(audio), -1).mean(1)
        first, half = len(audio) // 2, round(RECORDED_SECONDS * rate / 2)
        middle = audio[max(0, first - half) : first + half]
        notes.append((refined_pitch(middle, rate, float(path.name[:3])), middle, rate))
    return sorted(notes, key=lambda note: note[0])


def held_out(patch: Patch, notes: Sequence[tuple[float, np.ndarray, int]]) -> dict[str, list[float]]:
    """Return errors in dB of notes played by the patch as if its range ended well before them.

    Keys are ``up kept``, ``up moved``, ``down kept``, ``down moved`` and ``in range``.
    """
    pitches = [pitch for pitch, _, _ in notes]
    away = BEYOND if pitches[-1] - pitches[0] > 1.5 * BEYOND else 7.0
    found: dict[str, list[float]] = {"in range": []}
    for pitch, audio, rate in notes:
        reference = partial_levels(audio, rate, hz(pitch))
        if np.sum(reference > reference.max(initial=-300) - RANGE_DB) < FEWEST_PARTIALS:
            continue
        found["in range"].append(_error(patch, pitch, reference))
        for name, edge in (("up", pitch - away), ("down", pitch + away)):
            if not pitches[0] - 0.5 <= edge <= pitches[-1] + 0.5:
                continue
            limited = {"high": edge} if name == "up" else {"low": edge}
            kept = with_formants(patch, "kept", **limited)
            found.setdefault(f"{name} kept", []).append(_error(kept, pitch, reference))
            moved = partial_levels(rendered(patch, edge), RATE, hz(edge), HIGHEST_HZ * hz(edge) / hz(pitch))
            found.setdefault(f"{name} moved", []).append(spectral_error(moved, reference))
    return found


def _error(patch: Patch, pitch: float, reference: np.ndarray) -> float:
    return spectral_error(partial_levels(rendered(patch, pitch), RATE, hz(pitch)), reference)


def sweep_cents(patch: Patch) -> float:
    """Return how far f0 strays while `formant` goes from end to end, in cents, by the phase of the first partial."""
    pitch = round((patch.pitch_low + patch.pitch_high) / 2)
    synth = Synth(patch, sample_rate=RATE, block_size=BLOCK, life=0.0, expression=0.0, performer=0.0)
    synth.note_on(pitch, VELOCITY, time=0)
    for step in range(128):
        synth.send(control_change(SWEEP_CONTROLLER, step), round((0.5 + step / 127) * RATE))
    audio = synth.render(2 * RATE)[:, 0].astype(np.float64)
    window = round(16 / hz(pitch) * RATE) // 2 * 2
    turned = audio * np.exp(-2j * np.pi * hz(pitch) / RATE * np.arange(len(audio)))
    smooth = np.convolve(turned, np.hanning(window) / window, "same")
    phase = np.unwrap(np.angle(smooth[round(0.45 * RATE) : round(1.6 * RATE)]))
    deviation = (phase[window:] - phase[:-window]) / window * RATE / (2 * np.pi)
    return float(np.abs(1200 * np.log2(1 + deviation / hz(pitch))).max())


def cost_ratio(patch: Patch) -> float:
    """Return the time of a voice with formants held over one without, as a median of ratios in turn."""
    pitch = patch.pitch_high + 2
    ratios = []
    for _ in range(COST_ROUNDS):
        seconds = []
        for formants in ("kept", "moved"):
            synth = Synth(with_formants(patch, formants), sample_rate=RATE, block_size=BLOCK)
            synth.note_on(pitch, VELOCITY, time=0)
            begun = time.process_time()
            synth.render(round(COST_SECONDS * RATE))
            seconds.append(time.process_time() - begun)
        ratios.append(seconds[0] / seconds[1])
    return statistics.median(ratios)


def check(patch: Patch, recordings: Path | None) -> dict[str, float]:
    """Return the figures of one patch: movements in semitones, errors in dB, cents and the ratio of time."""
    kept = with_formants(patch, "kept")
    moved = with_formants(patch, "moved")
    row = {
        "moves_up_kept": movement(kept, patch.pitch_high, BEYOND),
        "moves_up_moved": movement(moved, patch.pitch_high, BEYOND),
        "moves_down_kept": movement(kept, patch.pitch_low, -BEYOND),
        "moves_down_moved": movement(moved, patch.pitch_low, -BEYOND),
        "sweep_cents": sweep_cents(patch),
        "cost_ratio": cost_ratio(patch),
    }
    notes = [] if recordings is None else recorded(recordings / patch.name)
    for name, errors in (held_out(patch, notes) if notes else {}).items():
        row[f"{name.replace(' ', '_')}_db"] = float(np.median(errors))
    return {name: round(value, 3) for name, value in row.items()}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return 0, or 2 if a patch or recording cannot be used."""
    parser = argparse.ArgumentParser(
        prog="ddsp_live.tools.experiments.check_formants", description=__doc__.splitlines()[0]
    )
    parser.add_argument(
        "patches", nargs="*", metavar="PATCH", help="names or files (default: all of the factory)"
    )
    parser.add_argument("--recordings", type=Path, metavar="FOLDER", help="a folder of notes for each patch")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args(arguments)
    found = {}
    try:
        for name in asked.patches or [entry.name for entry in list_patches()]:
            patch = load_patch(name)
            found[patch.name] = row = check(patch, asked.recordings)
            if not asked.json:
                cells = (f"{key} {value:g}" for key, value in row.items())
                print(f"{patch.name:22s} {', '.join(cells)}", flush=True)
    except (DdspLiveError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    if asked.json:
        print(json.dumps(found, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
