"""Judges `ddsp-live transfer`: python -m ddsp_live.tools.experiments.check_transfer [SOUND ...] [--synthetic] [--json].

Each sound, or each one in a folder, is played by three patches and heard again: its pitch by a tracker that shares
nothing with the one that analysed it (SWIPE'), its loudness by the engine's one definition. What is short, as single
notes are, is strung together to lines first. Pitch is compared in every frame in which the recording has one, and
whatever is more than half a semitone from what was asked for is wrong; an octave error is off by whole octaves, where
any pitch is heard. A recording whose sound is mostly without a pitch, as that of drums, is no line and left out.
Loudness is compared with that which was asked for. --synthetic adds melodies over MIDI 45 to 91 with glides, vibrato
and 24 dB of dynamics.

YIN, which reads over a window of 40 ms, lags up to 10 ms behind in a high note: of melodies that glide it calls right
pitches wrong, 4 % of them. It must not be the judge.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import soundfile
import soxr

from ...input.loudness import loudness
from ...patch import Patch, PatchError, load_patch
from ...timbre_transfer import LEAST_PITCHED, TransferError, hear, transfer
from ..analysis.swipe import swipe
from .synthetic_melodies import melody

PATCHES = ("trumpet", "violin", "claudia-ah")
ENDINGS = (".wav", ".flac", ".ogg", ".oga", ".aif", ".aiff")
RATE = 44100  # of lines
SHORT_SECONDS, LINE_SECONDS = 7.0, 20.0
NOTE_SECONDS, REST_SECONDS, FADE_SECONDS = 1.2, 0.1, 0.02
MELODIES = 3
WITHIN_SEMITONES, OCTAVE_SEMITONES = 0.5, 12
HEARD = 0.2  # of SWIPE's strength: less is noise


def judge(path: Path, patch: Patch) -> dict[str, float]:
    """What of one recording, played by one patch, is heard again. Raises TransferError, RecordingError."""
    heard = hear(path, patch.sample_rate, patch.frame_rate)
    if heard.pitched() < LEAST_PITCHED:
        share = f"{100 * heard.pitched():.0f} %"
        raise TransferError(f"{path.name} has a pitch in {share} of what sounds: it is no line.")
    played = transfer(heard, patch)
    audio = played.audio[:, 0]
    times, f0_hz, strength = swipe(audio, played.sample_rate)
    at = np.round(times * patch.frame_rate).astype(int)
    inside = at < len(heard.voiced)
    inside[inside] = heard.voiced[at[inside]]
    away = 69 + 12 * np.log2(f0_hz[inside] / 440) - played.midi[at[inside]]
    octaves = np.round(away / OCTAVE_SEMITONES) * (strength[inside] >= HEARD)
    level_db = loudness(audio, played.sample_rate, patch.frame_rate)
    frames = min(len(level_db), len(heard.voiced))
    off_db = np.abs(level_db[:frames] - played.target_db[:frames])[heard.voiced[:frames]]
    return {
        "frames": len(away),
        "within_50_cents": float(np.mean(np.abs(away) < WITHIN_SEMITONES)),
        "octave_errors": int(((octaves != 0) & (np.abs(away - 12 * octaves) < WITHIN_SEMITONES)).sum()),
        "median_cents": float(100 * np.median(np.abs(away))),
        "loudness_within_1_db": float(np.mean(off_db < 1)),
        "loudness_error_db": float(np.mean(off_db)),
    }


def lines(sounds: Sequence[Path], folder: Path) -> Iterator[tuple[str, Path]]:
    """Names and files: what is long enough as it is, short ones of one folder strung together in `folder`."""
    short: dict[Path, list[Path]] = {}
    for sound in sounds:
        if soundfile.info(sound).duration < SHORT_SECONDS:
            short.setdefault(sound.parent, []).append(sound)
        else:
            yield sound.name, sound
    for parent, notes in short.items():
        path = folder / f"{parent.name}.wav"
        soundfile.write(path, _strung(notes), RATE, subtype="PCM_24")
        yield f"{parent.name}, {len(notes)} strung together", path


def _strung(notes: Sequence[Path]) -> np.ndarray:
    """Beginnings of notes, up to LINE_SECONDS, from all over the list."""
    most = int(LINE_SECONDS / (NOTE_SECONDS + REST_SECONDS))
    chosen = [notes[i] for i in np.unique(np.linspace(0, len(notes) - 1, min(most, len(notes))).astype(int))]
    rng, parts = np.random.default_rng(0), []
    for i in rng.permutation(len(chosen)):
        audio, rate = soundfile.read(chosen[i], dtype="float32", always_2d=True)
        note = soxr.resample(audio.mean(1), rate, RATE)[: int(NOTE_SECONDS * RATE)]
        fade = np.minimum(1, np.arange(len(note))[::-1] / (FADE_SECONDS * RATE))
        parts += [note * fade, np.zeros(int(REST_SECONDS * RATE), np.float32)]
    return np.concatenate(parts)


def melodies(folder: Path) -> Iterator[tuple[str, Path]]:
    for seed in range(MELODIES):
        path = folder / f"melody-{seed}.wav"
        soundfile.write(path, melody(RATE, seed)[0], RATE, subtype="FLOAT")
        yield f"melody {seed}", path


def check(found: Iterator[tuple[str, Path]], patches: Sequence[Patch]) -> dict:
    """The figures of each line and patch, those of all frames together, and why lines were left out."""
    rows, left_out, total = [], {}, {}
    for name, path in found:
        for patch in patches:
            try:
                rows.append({"line": name, "patch": patch.name, **judge(path, patch)})
            except ValueError as error:  # TransferError, RecordingError: chords, drums, speech
                left_out[name] = str(error)
    frames = sum(row["frames"] for row in rows)
    for key in ("within_50_cents", "loudness_within_1_db", "loudness_error_db"):
        total[key] = sum(row["frames"] * row[key] for row in rows) / max(1, frames)
    total["octave_errors"] = sum(row["octave_errors"] for row in rows)
    return {"frames": frames, **total, "lines": rows, "left_out": left_out}


def _sounds(places: Sequence[Path]) -> list[Path]:
    found = [[place] if place.is_file() else sorted(place.rglob("*")) for place in places]
    return [path for paths in found for path in paths if path.suffix.lower() in ENDINGS]


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m ddsp_live.tools.experiments.check_transfer", description=__doc__
    )
    parser.add_argument("sounds", type=Path, nargs="*", metavar="SOUND")
    parser.add_argument("--synthetic", action="store_true", help="melodies whose pitch is known, too")
    parser.add_argument("--patch", action="append", metavar="NAME", help=f"default: {', '.join(PATCHES)}")
    parser.add_argument("--json", action="store_true", help="answer in JSON, for programs")
    arguments = parser.parse_args(argv)
    try:
        patches = [load_patch(name) for name in arguments.patch or PATCHES]
        with tempfile.TemporaryDirectory() as scratch:
            found = list(lines(_sounds(arguments.sounds), Path(scratch)))
            found += melodies(Path(scratch)) if arguments.synthetic else []
            answer = check(found, patches)
    except (OSError, soundfile.SoundFileError, PatchError) as error:
        print(f"A sound or a patch cannot be read ({error}).", file=sys.stderr)
        return 2
    if not answer["frames"]:
        print("There is no sound with a pitch to play: name files, folders, or --synthetic.", file=sys.stderr)
        return 2
    print(json.dumps(answer, indent=2)) if arguments.json else _print(answer)
    return 0


def _print(answer: dict) -> None:
    for row in answer["lines"]:
        print(
            f"{row['line']:<40} {row['patch']:<16} {100 * row['within_50_cents']:6.2f} % within 50 cents, "
            f"{row['octave_errors']:3d} octave errors, loudness off by {row['loudness_error_db']:.2f} dB"
        )
    for name, why in answer["left_out"].items():
        print(f"{name} was left out: {why}")
    print(
        f"{answer['frames']} frames: {100 * answer['within_50_cents']:.2f} % within 50 cents, "
        f"{answer['octave_errors']} octave errors; loudness off by {answer['loudness_error_db']:.2f} dB, "
        f"within 1 dB in {100 * answer['loudness_within_1_db']:.2f} %"
    )


if __name__ == "__main__":
    sys.exit(main())
