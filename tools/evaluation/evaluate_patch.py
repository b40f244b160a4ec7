"""A patch against a folder of recordings: each is played by its own pitch and loudness, and measured."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import soundfile
import soxr

from ...audio.outputs import OutputError, make_folder, why_not
from ...audio.sound_files import read_sound
from ...decoders.program import Program
from ...patch import Patch
from ..analysis.takes import RecordingError, Take, analyse, analyse_folder, find_recordings
from ..bench import probe
from ..data.split import file_name, named_passages, note_pitch
from ..room.model import Room, room_of
from ..room.remove import dry_take
from ..spectra.dynamics import LAYER_STEPS, levelled
from .baselines import StaticSound, neighbours
from .metrics import Judged, fitted, judge, summary
from .resynthesis import patch_player, without_its_tables
from .sustain import softest

PASSAGE = r" from [0-9.]+ s$"  # what named_passages adds to a file's name
JUDGED_BY = {"learned": "learned from"}
LEARNED = 12  # of the takes that were learned from, drawn by chance
COST_SECONDS = 0.5  # of sound, over which one voice's cost is measured


@dataclass(frozen=True)
class Evaluation:
    """What was measured, of all and of each file."""

    patch: str
    judged_by: str  # which files, in words
    figures: dict[str, float]
    files: list[dict]
    left_out: list[str]  # one sentence each
    judged: list[Judged] = field(repr=False)

    def to_json(self) -> dict:
        answer = asdict(self)
        del answer["judged"]
        return answer


def evaluate_patch(
    patch: Patch,
    folder: Path,
    *,
    which: str = "either",
    write: Path | None = None,
    room: bool = True,
    cost: bool = True,
    cache: bool = True,
    progress: Callable[[float], None] = lambda share: None,
) -> Evaluation:
    """Judges a patch by a folder: by "all" its files, by what the patch says was "held out", by "either", the latter
    where the folder has it, or by LEARNED of what it was "learned" from.

    write: a folder for what was played, DIR/<path in the folder>.wav, as long and as fast as the original. cache:
    whether what was measured of the recordings is kept in, and taken from, the user's cache folder.
    Raises RecordingError where there is nothing to judge by.
    """
    folder = Path(folder)
    if write is not None:
        make_folder(write)
    rates = {"sample_rate": patch.sample_rate, "frame_rate": patch.frame_rate}
    names = learned_names(patch, folder, cache) if which == "learned" else None
    found, chosen, left_out = takes_to_judge(
        patch, folder, which=which, names=names, cache=cache, progress=lambda share: progress(0.3 * share)
    )
    play, static = patch_player(patch, room=room), kept_static(patch)
    untabled = without_its_tables(patch)
    alone = {} if untabled is None else {"untabled": patch_player(untabled, room=room)}
    lived_in = room_of(patch)
    # Where notes were held out, the others are there to compare with.
    others = learned_notes(folder, [name for name, _ in found], rates, cache) if chosen else []
    sizes = {"harmonics": patch.harmonics, "noise_bands": patch.noise_bands}
    rows = []
    for index, (_, take) in enumerate(found):
        simple = neighbours(take, others, **sizes) if note_pitch(take) is not None else {}
        simple = alone | {name: sound.play for name, sound in simple.items()}
        rows.append(judge(take, play(take.f0_hz, asked(take, lived_in)), static=static, simple=simple))
        progress(0.3 + 0.7 * (index + 1) / len(found))
    for number in softest([take for _, take in found]):
        rows[number].figures["softest_partials_db"] = rows[number].figures["partials_db"]
    if write is not None:
        for path in chosen or find_recordings(folder):
            write_played(
                play, path, write / path.relative_to(folder).with_suffix(".wav"), rates, lived_in, cache
            )
    figures = summary(rows) | (cost_of(patch) if cost else {})
    files = [{"file": name} | summary([row]) for (name, _), row in zip(found, rows, strict=True)]
    judged_by = "all of the folder" if not chosen else JUDGED_BY.get(which, "held out of training")
    return Evaluation(patch.name, judged_by, figures, files, left_out, rows)


def learned_names(patch: Patch, folder: Path, cache: bool = True) -> list[str]:
    """Some of the passages that a patch was learned from, as it names them."""
    rates = {"sample_rate": patch.sample_rate, "frame_rate": patch.frame_rate}
    held_out = set(patch.info["training"].get("held_out", ()))
    parts = named_passages(analyse_folder(folder, cache=cache, keep=True, **rates).takes, folder)
    names = [name for name in parts if name not in held_out]
    return [names[i] for i in np.random.default_rng(0).permutation(len(names))[:LEARNED]]


def learned_notes(folder: Path, judged: Sequence[str], rates: Mapping[str, int], cache: bool) -> list[Take]:
    """The single notes of a folder but those that are judged."""
    takes = analyse_folder(folder, **rates, cache=cache).takes
    files = {re.sub(PASSAGE, "", name) for name in judged}
    return [
        take for take in takes if file_name(take.path, folder) not in files and note_pitch(take) is not None
    ]


def takes_to_judge(
    patch: Patch,
    folder: Path,
    *,
    which: str = "either",
    names: Sequence[str] | None = None,
    cache: bool = True,
    progress: Callable[[float], None] = lambda share: None,
) -> tuple[list[tuple[str, Take]], list[Path], list[str]]:
    """Named takes of a folder, `which` of them as for `evaluate_patch`, or those `names` in place of what was held out;
    the files that these are of; and sentences about those that were left out. Raises RecordingError where there is
    nothing to judge by.
    """
    folder = Path(folder)
    rates = {"sample_rate": patch.sample_rate, "frame_rate": patch.frame_rate}
    paths = find_recordings(folder)
    if names is None:
        names = patch.info["training"].get("held_out", []) if which != "all" else []
    files = {re.sub(PASSAGE, "", name) for name in names}
    chosen = [path for path in paths if file_name(path, folder) in files]
    if which == "held out" and not chosen:
        raise RecordingError(f"{folder} has none of the files that were held out of {patch.name}'s training.")
    found, left_out = [], []
    for index, path in enumerate(chosen or paths):
        name = file_name(path, folder)
        try:
            if not chosen or name in names:
                found.append((name, analyse(path, cache=cache, **rates)))
        except RecordingError as error:
            left_out.append(str(error))
        progress((index + 1) / len(chosen or paths))
    if chosen and files - set(names):
        parts = named_passages(analyse_folder(folder, cache=cache, keep=True, **rates).takes, folder)
        found += [(name, part) for name, part in parts.items() if name in names and name not in files]
    if not found:
        why = f": {left_out[0]}" if left_out else "."
        raise RecordingError(f"{folder} has no recording that {patch.name} could be judged by{why}")
    names, takes = zip(*found, strict=True)
    takes = levelled(takes, patch.info["training"].get(LAYER_STEPS))
    return list(zip(names, takes, strict=True)), chosen, left_out


def kept_static(patch: Patch) -> StaticSound | None:
    """The fit without a network that the patch keeps, if it is new enough to."""
    kept = patch.info["training"].get("no_network_fit")
    rates = {"sample_rate": patch.sample_rate, "frame_rate": patch.frame_rate}
    return None if kept is None else StaticSound.from_json(kept, **rates)


def asked(take: Take, lived_in: Room | None) -> np.ndarray:
    """The loudness that is asked of the instrument [frames]: not what the recording's room adds to it."""
    return (take if lived_in is None else dry_take(take, lived_in)).loudness_db


def write_played(
    play: Callable, path: Path, output: Path, rates: dict[str, int], lived_in: Room | None, cache: bool = True
) -> None:
    """Writes what is played in a file's place: its rate and length, one channel, as 32-bit floats."""
    try:
        take = analyse(path, cache=cache, **rates)
    except RecordingError:
        return
    original, rate = read_sound(path)
    made = play(take.f0_hz, asked(take, lived_in))
    if rate != take.sample_rate:
        made = soxr.resample(made, take.sample_rate, rate)
    output.parent.mkdir(parents=True, exist_ok=True)
    try:
        soundfile.write(output, fitted(made, len(original)), rate, subtype="FLOAT")
    except soundfile.LibsndfileError as error:
        raise OutputError(f"{output} cannot be written: {why_not(output) or error.error_string}") from error


def cost_of(patch: Patch) -> dict[str, float]:
    """What one voice costs here, in processor seconds for a second of sound, and its decoder in any place."""
    times, _ = probe.callbacks(patch, 1, COST_SECONDS)()
    program = Program.from_layers(patch.layers, patch.weights)
    rtf = float(np.mean(times)) * probe.SAMPLE_RATE / probe.BLOCK
    return {"rtf": rtf, "multiply_adds": program.multiply_adds}
