"""From a folder of recordings to a patch: analysis, training, the file, its evaluation and its report."""

import time
from collections.abc import Collection
from pathlib import Path

import numpy as np

from ...patch import load_patch, write_patch
from ...performance.families import family_of
from ..analysis.diagnostics import JUDGED
from ..analysis.takes import LEFT_OUT, analyse_folder
from ..data.coverage import coverage
from ..data.describe import describe
from ..data.split import hold_out, named_passages
from ..evaluation.baselines import fit_static
from ..evaluation.evaluate_patch import evaluate_patch
from ..evaluation.report import write_report
from ..evaluation.verdict import nearest_notes, verdict
from ..expression.expression import with_expression
from ..expression.life_fit import with_life
from ..models.decoder import to_onnx
from ..room.estimate import learn_room
from ..room.remove import dry_take
from ..spectra.dynamics import LAYER_STEPS, layer_steps, levelled
from ..spectra.finish import with_correction
from ..training import distill
from ..training.checkpoint import remove_checkpoint
from ..training.devices import device_of
from ..training.level import missing_db
from ..training.settings import Settings
from ..training.tensorboard import scalar_writer
from .figures import trained_figures
from .fit import AGAIN, checkpoint_of, fit
from .run import Complain, Made, Progress, Run
from .source import check_output, plain_name, recordings_hash


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
    """Run all `STAGES`: analyse, train, write and judge. Run again after it was stopped, it goes on.

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
    write = scalar_writer(page.with_suffix(".tensorboard"))
    run = Run(folder, output, page, settings, source, cache, keep, progress, complain, write)
    for stage in STAGES:
        began = time.monotonic()
        stage(run)
        run.seconds += time.monotonic() - began if stage is not fit else 0.0
    for part in (AGAIN, *range(len(settings.dropouts))):
        remove_checkpoint(checkpoint_of(output, part))
    return Made(output, page, run.figures, run.verdict)


def analyse(run: Run) -> None:
    """Measure pitch, loudness and partials of all recordings."""
    run.takes, findings = analyse_folder(
        run.folder,
        **run.settings.rates,
        cache=run.cache,
        keep=run.keep,
        progress=lambda done, files: run.progress("Analysing", done / files, ""),
    )
    for finding in findings:
        run.tell(f"{finding.sentence} ({finding.action})")
    if any(finding.kind in JUDGED and finding.action == LEFT_OUT for finding in findings):
        run.tell(
            "If a recording was left out wrongly, --keep FILE learns from it, and --keep-all from every one."
        )


def remove_room(run: Run) -> None:
    """Learn the room that the recordings were made in, and take it off, if asked to."""
    if run.settings.room != "trained":
        return
    run.progress("Room", 0.0, "")
    run.room = learn_room(run.takes, seed=run.settings.seed)
    run.takes = [dry_take(take, run.room) for take in run.takes]


def lay_out_dynamics(run: Run) -> None:
    """Move the levels of dynamics that were made equally loud to what the family's are."""
    run.layer_steps = layer_steps(run.takes, run.info.get("family"), run.info["name"])
    run.takes = levelled(run.takes, run.layer_steps)
    if run.layer_steps:
        said = ", ".join(f"{name} {step:+.1f} dB" for name, step in run.layer_steps.items())
        run.tell(
            f"The dynamics in {run.folder} are equally loud; they are learned with levels moved: {said}."
        )


def split(run: Run) -> None:
    """Put takes aside, to choose by and to judge by."""
    parts = named_passages(run.takes, run.folder)
    run.names = {id(part): name for name, part in parts.items()}
    shares = {"held_out": run.settings.held_out, "watched": run.settings.watched}
    run.split = hold_out(list(parts.values()), seed=run.settings.seed, **shares)
    if not run.split.unseen:
        run.tell(
            f"{run.folder} has too few pitches to hold any out, so that the scores are of what was learned."
        )


def distil(run: Run) -> None:
    """Teach a small network what the trained one does, if the patch is to be tiny."""
    if run.settings.size != "tiny":
        return
    run.decoder = distill.tiny(
        run.decoder,
        [(take.f0_hz, take.loudness_db) for take in run.split.learned],
        sample_rate=run.settings.sample_rate,
        progress=lambda step, loss: run.progress("Distilling", step / distill.Settings.steps, ""),
    )


def level_body(run: Run) -> None:
    """Give the body the gain that training left open."""
    sos = run.body.sos().detach().numpy() if run.body else np.array([[1.0, 0, 0, 1, 0, 0]])
    sos[0, :3] *= 10 ** (missing_db(run.decoder, run.body, run.split.learned) / 20)
    run.members["body"] = sos


def name_it(run: Run) -> None:
    """Give the patch its name, title, family and, if it was asked for, what its formants do."""
    title = run.source.get("title", run.output.stem.replace("-", " ").capitalize())
    family = run.source.get("family") or family_of(run.output.stem, title)
    optional = {"family": family, "formants": run.source.get("formants")}
    run.info = {"name": plain_name(run.output.stem), "title": title}
    run.info |= {name: value for name, value in optional.items() if value}


def correct(run: Run) -> None:
    """Correct the network's spectra by tables, if they help."""
    run.progress("Tables", 0.0, "")
    options = {
        "family": run.info.get("family"),
        "name": run.info["name"],
        "dynamics": run.settings.dynamics,
        "complain": run.tell,
    }
    run.decoder, run.tables = with_correction(run.decoder, run.members["body"], run.split.learned, **options)


def describe_patch(run: Run) -> None:
    """Write down what is known of the patch: what it plays, and where it comes from."""
    decoder, source = run.decoder, run.source
    sizes = {
        "harmonics": decoder.sizes["harmonic_distribution"],
        "noise_bands": decoder.sizes["noise_magnitudes"],
    }
    run.info |= {
        **run.settings.rates,
        **sizes,
        "state_size": decoder.state_size,
        "layers": decoder.spec,
        **describe(run.takes),
        "coverage": coverage(run.takes),
        "training": training_of(run) | {"no_network_fit": fit_static(run.split.learned, **sizes).to_json()},
        "source": {key: source[key] for key in ("recordings", "licence", "url")},
    }
    if run.room is not None:
        run.info["training"]["room"] = run.room.describe()


def training_of(run: Run) -> dict:
    """Return how the patch was trained, as patch.json says it."""
    taken, history = run.split, run.history
    return {
        "settings": run.settings.decisive,
        "recordings": len({take.path for take in run.takes}),
        "recordings_hash": recordings_hash(run.folder),
        "seconds": round(sum(len(take.audio) / take.sample_rate for take in run.takes), 1),
        "held_out": [run.names[id(take)] for take in taken.judged] if taken.unseen else [],
        "watched": [run.names[id(take)] for take in taken.watched],
        "steps": len(history.losses),
        "best_step": history.chosen_step,
        "dropout": run.dropout,
        "last_loss": round(float(np.mean(history.losses[-100:])), 4),
        "tables": run.tables,
    } | ({LAYER_STEPS: run.layer_steps} if run.layer_steps else {})


def learn_expression(run: Run) -> None:
    """Learn how notes are played, from the takes that were learned from."""
    run.progress("Learning how it is played", 0.0, "")
    run.info, run.members["performer"] = with_expression(
        run.info, run.decoder, run.split.learned, run.split.judged, seed=run.settings.seed
    )


def pack(run: Run) -> None:
    """Gather what the file holds besides patch.json and the body."""
    run.members |= {
        "onnx_bytes": to_onnx(run.decoder.spec, run.decoder.weights()),
        "licence": run.source["licence_text"],
    }
    if run.room is not None:
        run.members |= {"room": run.room.stereo(), "room_rate": run.settings.sample_rate}


def write(run: Run) -> None:
    """Write the file."""
    write_patch(run.output, run.info, **run.members)


def learn_life(run: Run) -> None:
    """Learn how notes move while they are held, against the file as it plays so far."""
    run.progress("Learning how it moves", 0.0, "")
    run.info |= with_life(run.output, run.split.learned)


def judge(run: Run) -> None:
    """Measure how near the file, by the code that plays, comes to the recordings that were held out."""
    patch = load_patch(run.output)
    run.found = evaluate_patch(
        patch, run.folder, cache=run.cache, progress=lambda share: run.progress("Evaluating", share, "")
    )
    learned = [run.names[id(take)] for take in run.split.learned]
    compared = trained_figures(
        patch, run.folder, learned, len(run.split.judged), run.settings.seed, run.cache
    )
    run.progress("Comparing", 0.0, "")
    sizes = {name: run.info[name] for name in ("harmonics", "noise_bands")}
    nearest = {"nearest": nearest_notes(run.split.learned, run.found.judged, **sizes)}
    run.figures = {name: round(value, 5) for name, value in (run.found.figures | compared | nearest).items()}


def score(run: Run) -> None:
    """Write the figures into the file."""
    minutes = (run.seconds + run.history.seconds) / 60
    run.info["training"] |= {"minutes": round(minutes, 2)} | run.figures
    write(run)


def report(run: Run) -> None:
    """Write the page, with a verdict."""
    run.progress("Reporting", 0.0, "")
    patch = load_patch(run.output)
    run.verdict = verdict(run.figures, patch, run.split.unseen)
    write_report(run.page, patch, run.found, run.history, run.complaints, run.verdict)
    run.progress("Reporting", 1.0, "")


STAGES = (
    analyse,
    remove_room,
    name_it,
    lay_out_dynamics,
    split,
    fit,
    distil,
    level_body,
    correct,
    describe_patch,
    learn_expression,
    pack,
    write,
    learn_life,
    judge,
    score,
    report,
)
"""From recordings to a patch, in order. To add one: a function of a `Run`, and its place here."""
