"""Whether attributes are heard as they were asked for: measured again from the sound that was rendered.

python -m ddsp_live.tools.experiments.control_accuracy [--patch NAME ...] [--slurred] [--json]
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence

import numpy as np

from ...patch import Patch, PatchError, list_patches, load_patch
from ...performance.attributes import attributes
from ...performance.units import NAMES
from ...synth import Synth
from ..analysis.harmonic_analysis import infer
from ..analysis.yin import yin

RATE, FRAME_RATE = 44100, 250
SECONDS, RELEASE_SECONDS = 1.0, 0.3
PERIODIC = 0.3  # of YIN's aperiodicity, from where on its pitch counts
PITCHES, VALUES = 5, 5
PATCHES = ("alto-saxophone", "trumpet", "violin")
WANTED_R = {"volume": 0.95, "vibrato": 0.95, "brightness": 0.95} | dict.fromkeys(
    ("volume_fluctuation", "volume_peak_position", "attack_noise"), 0.9
)
MOST_CHANGE = 0.15  # of an attribute's own range, while another is changed
REST = {"volume_fluctuation": 0.12, "volume_peak_position": 0.35, "vibrato": 0.6}
"""Beside these, an attribute at rest is what the instrument does by itself."""
BREATH = 0.55
"""More attack noise than that, at rest: the onset of harmonics splatters, and is not to be taken for the noise."""
VELOCITIES = (20, 100)
"""Of which keys the softest and the loudest volume are."""
LEAD_SECONDS, LEAD_SEMITONES = 0.5, 2
"""Of the note that leads into a slurred one, and how far it is below that."""
NOISES = 8
"""A note is heard as often, each time with other noise: what that hides of a soft attack is chance."""
SPANS = {"volume_fluctuation": (0.06, 0.22), "volume_peak_position": (0.1, 0.9), "vibrato": (0.0, 2.0)}
"""From the first to the last value; the others' are of the pitch."""


def rendered(
    patch: Patch,
    key: int,
    wanted: dict[str, float],
    *,
    seed: int = 0,
    performer: float = 1.0,
    slurred: bool = False,
) -> np.ndarray:
    """A note with these attributes and its release, dry and mono: [samples].

    slurred: another note, of the same volume and with nothing else set, leads into it in legato, and is left out.
    """
    synth = Synth(patch, sample_rate=RATE, voices=1, performer=performer, seed=seed, mode="legato")
    onset = round(LEAD_SECONDS * RATE) if slurred else 0
    if slurred:
        lead = {name: value for name, value in wanted.items() if name == "volume"}
        synth.note_on(key - LEAD_SEMITONES, 80, time=0, attributes=lead)
    synth.note_on(key, 80, time=onset, attributes=wanted, seconds=SECONDS)
    if slurred:
        synth.note_off(key - LEAD_SEMITONES, time=onset + 1)
    synth.note_off(key, time=onset + round(SECONDS * RATE))
    return synth.render(onset + round((SECONDS + RELEASE_SECONDS) * RATE))[onset:].mean(axis=1)


def heard(audio: np.ndarray, key: int) -> np.ndarray:
    """The six attributes of a rendered note, from its sound alone: [6], in the order of NAMES."""
    frames = round((SECONDS + RELEASE_SECONDS) * FRAME_RATE)
    f0 = 440 * 2 ** ((key - 69) / 12)
    times, found_hz, aperiodicity = yin(audio, RATE, low_hz=0.7 * f0)
    good = aperiodicity < PERIODIC
    at = np.arange(frames) / FRAME_RATE
    f0_hz = np.interp(at, times[good], found_hz[good]) if good.any() else np.full(frames, f0)
    controls = infer(audio, f0_hz, sample_rate=RATE, frame_rate=FRAME_RATE)
    row = attributes(f0_hz, *controls, [(key, 0, round(SECONDS * FRAME_RATE))], FRAME_RATE)[0]
    return np.array([row[name] for name in NAMES])


def heard_again(patch: Patch, key: int, wanted: dict[str, float], slurred: bool = False) -> np.ndarray:
    """The attributes that a note with these is heard to have, a mean over its noise: [6]."""
    notes = (rendered(patch, key, wanted, seed=seed, slurred=slurred) for seed in range(NOISES))
    return np.mean([heard(note, key) for note in notes], axis=0)


def sweep(
    patch: Patch,
    *,
    pitches: int = PITCHES,
    values: int = VALUES,
    slurred: bool = False,
    tell: Callable[[], None] = lambda: None,
) -> tuple[dict, dict]:
    """What was asked for and what was heard, each by attribute.

    Asked: [pitches, values]; heard: [pitches, values, 6].
    """
    span = patch.pitch_high - patch.pitch_low
    keys = np.round(np.linspace(patch.pitch_low + 0.1 * span, patch.pitch_high - 0.1 * span, pitches)).astype(
        int
    )
    asked = {name: np.empty((pitches, values)) for name in NAMES}
    found = {name: np.empty((pitches, values, len(NAMES))) for name in NAMES}
    for i, key in enumerate(keys):
        rest, spans = at_rest(patch, int(key))
        for name in NAMES:
            low, high = spans[name]
            asked[name][i] = np.linspace(low, high, values)
            for j, value in enumerate(asked[name][i]):
                found[name][i, j] = heard_again(patch, int(key), rest | {name: float(value)}, slurred)
                tell()
    return asked, found


def at_rest(patch: Patch, key: int) -> tuple[dict[str, float], dict[str, tuple[float, float]]]:
    """A note's ordinary attributes, and what each is swept through."""
    synth = Synth(patch, sample_rate=RATE, voices=1)
    soft, loud = (synth.volume(key, velocity) for velocity in VELOCITIES)
    rest = REST | {"volume": (soft + loud) / 2}
    plain = dict(zip(NAMES, heard_again(patch, key, rest), strict=True))
    bright, noisy = float(plain["brightness"]), float(plain["attack_noise"]) + BREATH
    spans = {"volume": (soft, loud), "brightness": (0.8 * bright, 1.4 * bright)}
    return rest | {"brightness": bright, "attack_noise": noisy}, SPANS | spans | {
        "attack_noise": (noisy - 0.35, noisy + 0.45)
    }


def figures(asked: dict, found: dict) -> dict[str, dict[str, float]]:
    """By attribute: Pearson's r between asked and heard, and the others' greatest mean change.

    r is over all pitches, of values less their pitch's mean: how bright or loud a pitch is by itself is not what was
    asked. A change is the range of another attribute's mean over pitches while this one goes through its values, as a
    share of the range that the other has when it is swept itself.
    """
    ranges = {}
    for i, name in enumerate(NAMES):
        mean = found[name][:, :, i].mean(axis=0)
        ranges[name] = mean.max() - mean.min()
    result = {}
    for i, name in enumerate(NAMES):
        a = asked[name] - asked[name].mean(axis=1, keepdims=True)
        h = found[name][:, :, i] - found[name][:, :, i].mean(axis=1, keepdims=True)
        changes = {}
        for j, other in enumerate(NAMES):
            if other != name:
                mean = found[name][:, :, j].mean(axis=0)
                changes[other] = float((mean.max() - mean.min()) / ranges[other])
        most = max(changes, key=changes.get)
        slope = float((a * h).sum() / (a * a).sum())
        result[name] = {
            "r": float((a * h).sum() / np.sqrt((a * a).sum() * (h * h).sum())),
            "slope": slope,
            "most_changed": most,
            "change": changes[most],
            "changes": changes,
        }
    return result


def passes(measured: dict[str, dict[str, float]]) -> bool:
    """Whether every attribute is heard as it was asked for, and leaves the others alone."""
    return all(row["r"] >= WANTED_R[name] and row["change"] <= MOST_CHANGE for name, row in measured.items())


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the figures; 0 where all of them are reached, 1 where not, 2 for bad input."""
    parser = argparse.ArgumentParser(
        prog="ddsp_live.tools.experiments.control_accuracy", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--patch", action="append", metavar="PATCH", help="a name or a path; may be repeated")
    parser.add_argument("--pitches", type=int, default=PITCHES, help=f"of each patch, default {PITCHES}")
    parser.add_argument("--json", action="store_true", help="answer in JSON, for programs")
    parser.add_argument("--slurred", action="store_true", help="of the second of two slurred notes")
    asked = parser.parse_args(arguments)
    known = [entry.name for entry in list_patches()]
    names = asked.patch or [name for name in PATCHES if name in known]
    try:
        measured = {}
        for name in names:
            patch = load_patch(name)
            measured[patch.name] = figures(*sweep(patch, pitches=asked.pitches, slurred=asked.slurred))
    except PatchError as error:
        print(f"ddsp_live.tools.experiments.control_accuracy: {error}", file=sys.stderr)
        return 2
    if asked.json:
        print(json.dumps(measured))
    else:
        for name, rows in measured.items():
            print(name)
            for attribute, row in rows.items():
                print(
                    f"  {attribute:<22} r {row['r']:.3f} (at least {WANTED_R[attribute]:g}), the others change by at"
                    f" most {100 * row['change']:.0f} % ({row['most_changed']})"
                )
    return 0 if all(map(passes, measured.values())) else 1


if __name__ == "__main__":
    sys.exit(main())
