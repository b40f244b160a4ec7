"""From a folder of recordings to a patch: analysis, training, the file, its evaluation and its report."""

import contextlib
import hashlib
import json
import re
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ...audio.outputs import OutputError, check_writable
from ...patch import SUFFIX, Patch, PatchError, load_patch, write_patch
from ...performance.families import family_of
from ..analysis.diagnostics import JUDGED
from ..analysis.takes import LEFT_OUT, Take, analyse_folder, find_recordings
from ..data.coverage import coverage
from ..data.describe import describe
from ..data.split import Split, hold_out, named_passages
from ..evaluation.baselines import fit_static
from ..evaluation.evaluate_patch import asked, evaluate_patch, takes_to_judge
from ..evaluation.metrics import distance, distances, fitted, sounding
from ..evaluation.report import write_report
from ..evaluation.resynthesis import patch_player
from ..evaluation.verdict import nearest_notes, verdict
from ..expression.expression import with_expression
from ..expression.life_fit import with_life
from ..models.decoder import to_onnx
from ..models.synthesis import player
from ..room.estimate import dry_take, learn_room, room_of
from ..spectra.finish import with_correction
from ..training import distill
from ..training.checkpoint import remove_checkpoint
from ..training.devices import device_of
from ..training.level import missing_db
from ..training.loop import History, Model, Settings, Trained, Validate, train
from ..training.tensorboard import Write, scalar_writer

WATCHED_SECONDS = 4.0
AGAIN = "again"
FEWEST_COMPARED = 12  # takes that were learned from, whose distances are the measure of those that were not

Progress = Callable[[str, float, str], None]
"""Told what is being done, the share of it that is, and how it goes."""
Complain = Callable[[str], None]
"""Told, in one sentence, what could not be used or kept."""


class Made(NamedTuple):
    """What was written, and the figures of the held-out recordings."""

    patch: Path
    report: Path
    figures: dict[str, float]
    verdict: list[str]  # sentences


def make_patch(
    folder: Path,
    output: Path,
    settings: Settings,
    source: dict,
    *,
    cache: bool = True,
    keep: bool | Collection[Path] = (),
    reports: Path | None = None,
    progress: Progress = lambda stage, share, note: None,
    complain: Complain = lambda sentence: None,
) -> Made:
    """Analyses, trains, writes and judges. Run again after it was stopped, it goes on.

    source: as `known_source` has it. cache: whether what was measured of the recordings is kept in the user's
    cache folder for the next time. keep: recordings, or with True all, that are learned from whatever is wrong with
    them. reports: the report's folder, the patch's unless given. Raises RecordingError for recordings that cannot be
    learned from, PatchError for an output that cannot be written, and ValueError for a device that is not there, before
    any time is spent.
    """
    folder, output = Path(folder), Path(output)
    page = output.with_suffix(".html") if reports is None else reports / f"{output.stem}.html"
    check_output(output, page)
    device_of(settings.device)
    began = time.monotonic()
    complaints: list[str] = []
    write = scalar_writer(page.with_suffix(".tensorboard"))

    def tell(sentence: str) -> None:
        complaints.append(sentence)
        complain(sentence)

    takes, findings = analyse_folder(
        folder,
        **settings.rates,
        cache=cache,
        keep=keep,
        progress=lambda done, files: progress("Analysing", done / files, ""),
    )
    for finding in findings:
        tell(f"{finding.sentence} ({finding.action})")
    if any(finding.kind in JUDGED and finding.action == LEFT_OUT for finding in findings):
        tell(
            "If a recording was left out wrongly, --keep FILE learns from it, and --keep-all from every one."
        )
    room = None
    if settings.room == "trained":
        progress("Room", 0.0, "")
        room = learn_room(takes, seed=settings.seed)
        takes = [dry_take(take, room) for take in takes]
    parts = named_passages(takes, folder)
    names = {id(part): name for name, part in parts.items()}
    shares = {"held_out": settings.held_out, "watched": settings.watched}
    split = hold_out(list(parts.values()), seed=settings.seed, **shares)
    if not split.unseen:
        tell(f"{folder} has too few pitches to hold any out, so that the scores are of what was learned.")
    analysed = time.monotonic() - began
    (decoder, body, history), split, dropout = learn(split, settings, output, progress, write, tell)
    for step, score in history.scores:
        write("distance of watched takes", score, step)
    began = time.monotonic()
    if settings.size == "tiny":
        decoder = distill.tiny(
            decoder,
            [(take.f0_hz, take.loudness_db) for take in split.learned],
            sample_rate=settings.sample_rate,
            progress=lambda step, loss: progress("Distilling", step / distill.Settings.steps, ""),
        )
    sizes = {
        "harmonics": decoder.sizes["harmonic_distribution"],
        "noise_bands": decoder.sizes["noise_magnitudes"],
    }
    title = source.get("title", output.stem.replace("-", " ").capitalize())
    family = source.get("family") or family_of(output.stem, title)
    sos = body.sos().detach().numpy() if body else np.array([[1.0, 0, 0, 1, 0, 0]])
    sos[0, :3] *= 10 ** (missing_db(decoder, body, split.learned) / 20)
    progress("Tables", 0.0, "")
    options = {"family": family, "name": plain_name(output.stem), "dynamics": settings.dynamics}
    decoder, corrected = with_correction(decoder, sos, split.learned, **options, complain=tell)
    training = {
        "settings": settings.decisive,
        "recordings": len({take.path for take in takes}),
        "recordings_hash": recordings_hash(folder),
        "seconds": round(sum(len(take.audio) / take.sample_rate for take in takes), 1),
        "held_out": [names[id(take)] for take in split.judged] if split.unseen else [],
        "watched": [names[id(take)] for take in split.watched],
        "steps": len(history.losses),
        "best_step": history.chosen_step,
        "dropout": dropout,
        "last_loss": round(float(np.mean(history.losses[-100:])), 4),
        "tables": corrected,
        "no_network_fit": fit_static(split.learned, **sizes).to_json(),
    }
    if room is not None:
        training["room"] = room.describe()
    info = {
        "name": plain_name(output.stem),
        "title": title,
        **({"family": family} if family else {}),
        **settings.rates,
        **sizes,
        "state_size": decoder.state_size,
        "layers": decoder.spec,
        **describe(takes),
        "coverage": coverage(takes),
        "training": training,
        "source": {key: source[key] for key in ("recordings", "licence", "url")},
    }
    progress("Learning how it is played", 0.0, "")
    info, performer = with_expression(info, decoder, split.learned, split.judged, seed=settings.seed)
    members = {"onnx_bytes": to_onnx(decoder.spec, decoder.weights()), "licence": source["licence_text"]}
    members["performer"] = performer
    members["body"] = sos
    members |= {"room": room.stereo(), "room_rate": settings.sample_rate} if room else {}
    write_patch(output, info, **members)
    progress("Learning how it moves", 0.0, "")
    info |= with_life(output, split.learned)
    # Judged is the file, by the code that plays; the scores are then written into it.
    patch = load_patch(output)
    found = evaluate_patch(
        patch, folder, cache=cache, progress=lambda share: progress("Evaluating", share, "")
    )
    learned = [names[id(take)] for take in split.learned]
    figures = found.figures | trained_figures(patch, folder, learned, len(split.judged), settings.seed, cache)
    progress("Comparing", 0.0, "")
    figures["nearest"] = nearest_notes(split.learned, found.judged, **sizes)
    figures = {name: round(value, 5) for name, value in figures.items()}
    minutes = (analysed + history.seconds + time.monotonic() - began) / 60
    training |= {"minutes": round(minutes, 2)} | figures
    write_patch(output, info, **members)
    progress("Reporting", 0.0, "")
    patch = load_patch(output)
    said = verdict(figures, patch, split.unseen)
    report = write_report(page, patch, found, history, complaints, said)
    progress("Reporting", 1.0, "")
    for part in (AGAIN, *range(len(settings.dropouts))):
        remove_checkpoint(checkpoint_of(output, part))
    return Made(output, report, figures, said)


def learn(
    split: Split,
    settings: Settings,
    output: Path,
    progress: Progress,
    write: Write,
    complain: Complain,
) -> tuple[Trained, Split, float]:
    """What is learned, the split with all that it was learned from, and the share of dropout.

    What is watched says how long to learn, and with which dropout; then all is learned anew, from that as well.
    """
    trials = []
    for number, share in enumerate(settings.dropouts if split.watched else settings.dropouts[:1]):
        chosen = replace(settings, dropouts=(share,))
        stage = f"Training, dropout {share:g}" if number else "Training"
        trials.append(
            train(
                split.learned,
                chosen,
                checkpoint=checkpoint_of(output, number),
                complain=complain,
                progress=trained(progress, stage, chosen, write),
                validate=watch(split.watched) if split.watched else None,
            )
        )
    best = min(range(len(trials)), key=lambda number: trials[number].history.chosen_score)
    history, share = trials[best].history, settings.dropouts[best]
    if not split.watched:
        return trials[best], split, share
    # Now that it is known how to learn, every pitch counts that lies between those to be judged by.
    split = replace(split, learned=[*split.learned, *split.watched])
    chosen = in_steps(replace(settings, dropouts=(share,)), history.chosen_step)
    last = train(
        split.learned,
        chosen,
        checkpoint=checkpoint_of(output, AGAIN),
        complain=complain,
        progress=trained(progress, "Refitting", chosen, write),
    )
    seconds = last.history.seconds + sum(trial.history.seconds for trial in trials)
    return last._replace(history=History(last.history.losses, history.scores, seconds)), split, share


def in_steps(settings: Settings, steps: int) -> Settings:
    """The same training in as many steps."""
    learned = min(steps, settings.steps)
    return replace(settings, steps=learned, polish_steps=steps - learned)


def trained(progress: Progress, stage: str, settings: Settings, write: Write) -> Callable[[int, float], None]:
    """What `train` is to tell its steps to, in a stage's name."""
    recent: list[float] = []

    def show(step: int, loss: float) -> None:
        write(f"loss ({stage.lower()})", loss, step)
        recent.append(loss)
        del recent[:-100]
        progress(stage, step / (settings.steps + settings.polish_steps), f"loss {np.mean(recent):.2f}")

    return show


def watch(takes: Sequence[Take]) -> Validate:
    """Scores a decoder by the distance of its sound from the takes' first seconds."""
    heard = round(WATCHED_SECONDS * takes[0].sample_rate)
    rates = {"sample_rate": takes[0].sample_rate, "frame_rate": takes[0].frame_rate}

    def validate(model: Model) -> float:
        play, scores = player(model.decoder, body=model.body, **rates), []
        for take in takes:
            frames = round(WATCHED_SECONDS * take.frame_rate)
            made = play(take.f0_hz[:frames], take.loudness_db[:frames])
            samples = min(len(made), len(take.audio), heard)
            scores.append(distance(made[:samples], take.audio[:samples]))
        return float(np.mean(scores))

    return validate


def trained_figures(
    patch: Patch, folder: Path, learned: Sequence[str], count: int, seed: int, cache: bool = True
) -> dict[str, float]:
    """The distance on some of the named takes that were learned from, measured as for those that were not, to which it
    is compared.
    """
    drawn = np.random.default_rng(seed).permutation(len(learned))[: max(count, FEWEST_COMPARED)]
    takes, _, _ = takes_to_judge(patch, folder, names=[learned[i] for i in drawn], cache=cache)
    play, lived_in = patch_player(patch), room_of(patch)
    rows = []
    for _, take in takes:
        made = fitted(play(take.f0_hz, asked(take, lived_in)), len(take.audio))
        part = sounding(take)
        rows.append(distances("trained_distance", made[part], take.audio[part], take.sample_rate))
    return {name: float(np.mean([row[name] for row in rows])) for name in rows[0]}


def check_output(output: Path, *also: Path) -> None:
    """Raises PatchError if the patch, or what comes with it, could not be written, before any time is spent on it."""
    if output.suffix != SUFFIX:
        raise PatchError(f"{str(output)!r} does not end in {SUFFIX}: give the patch this ending.")
    for path in (output, *also):
        try:
            check_writable(path)
        except OutputError as error:
            raise PatchError(str(error)) from error


def checkpoint_of(output: Path, part: int | str = 0) -> Path:
    """Where a training is kept until the patch is made: the first, another by its number, or what is done AGAIN."""
    return output.with_name(output.name + (f".{part}.checkpoint" if part else ".checkpoint"))


def plain_name(stem: str) -> str:
    """The name that a patch can have, nearest to its file's."""
    return re.sub(r"[^a-z0-9]+", "-", stem.lower()).strip("-")[:64].strip("-") or "patch"


def recordings_hash(folder: Path) -> str:
    """SHA-256 over the names and the contents of all recordings below a folder that can be read."""
    digest = hashlib.sha256()
    for path in find_recordings(folder):
        with contextlib.suppress(OSError):
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            digest.update(f"{path.relative_to(folder).as_posix()} {content}\n".encode())
    return f"sha256:{digest.hexdigest()}"


def known_source(name: str, folder: Path) -> dict:
    """What the table of factory patches knows of the source, or what is true of any folder."""
    own = {
        "recordings": f"{folder.name}, its maker's own recordings",
        "licence": "unknown",
        "url": "none",
        "licence_text": "The licence of this patch is up to its maker, within that of the recordings.",
    }
    return own | known_sources().get(name, {})


def known_sources() -> dict[str, dict]:
    """The table of factory patches: {name: title, recordings, licence, url, licence_text}."""
    return json.loads(resources.files("ddsp_live.patches").joinpath("sources.json").read_text())
