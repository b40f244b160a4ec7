"""A patch's report: one HTML file that needs nothing else, to read, to look at and to listen to."""

import base64
import html
import io
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import soundfile

from ...patch import Patch
from ..training.history import History
from . import report_pictures as pictures
from .evaluate_patch import Evaluation
from .metrics import Judged
from .score_labels import FIGURES, in_words

WORST = 3
HEARD_SECONDS = 5.0
AUDIO_FORMATS = {"MP3": "audio/mpeg", "FLAC": "audio/flac"}  # the first that libsndfile writes here
UNWRITTEN = ("settings", "no_network_fit", "held_out", "watched")  # of training: shown elsewhere, or long

STYLE = """
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 20%, transparent); }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem;
  color: light-dark(#1b1f24, #e3e6ea); background: light-dark(#fff, #15181c); }
h1, h2, h3 { line-height: 1.2; } h2 { margin-top: 2.5rem; } svg { width: 100%; height: auto; }
svg text { font-family: system-ui, sans-serif !important; }
table { border-collapse: collapse; } td, th { padding: .2rem .8rem .2rem 0; text-align: left;
  border-bottom: 1px solid var(--line); font-variant-numeric: tabular-nums; }
.scale { position: relative; height: 3rem; margin: 1rem 0 4rem; border-bottom: 2px solid var(--line); }
.scale div { position: absolute; transform: translateX(-50%); text-align: center;
  font-size: .8rem; white-space: nowrap; }
.scale .below { top: 100%; border-top: 6px solid currentColor; }
.scale .ours { bottom: 0; border-bottom: 6px solid; color: #e07b39; font-weight: 600; }
.players { display: flex; flex-wrap: wrap; gap: 1.5rem; } .players label { display: block; font-size: .85rem; }
audio { width: 20rem; max-width: 100%; } details { margin: .5rem 0; } .muted { opacity: .7; }
"""


def write_report(
    path: Path,
    patch: Patch,
    evaluation: Evaluation,
    history: History,
    complaints: Sequence[str],
    verdict: Sequence[str],
) -> Path:
    """Writes the report of a patch that was just trained.

    complaints: what analysis found wrong with the recordings, one sentence each. verdict: what the training came to.
    """
    training, title = patch.info["training"], html.escape(patch.title)
    parts = [
        f"<h1>{title}</h1>",
        f"<p>{_source(patch)}</p>",
        "<h2>Verdict</h2>",
        _list(verdict),
        "<h2>Scores</h2>",
        _scale(training),
        _scores(training, evaluation),
        f"<h2>Worst of what was {html.escape(evaluation.judged_by)}</h2>",
        *(_note(name, judged) for name, judged in _worst(evaluation)),
        "<h2>Training</h2>",
        pictures.curves(history),
        "<h2>What the recordings hold</h2>",
        pictures.coverage_map(patch),
        "<h2>What analysis found</h2>",
        _list(complaints) if complaints else "<p>Nothing to complain of.</p>",
        "<h2>Every file that was judged</h2>",
        _files(evaluation),
        "<h2>Settings</h2>",
        _settings(training),
    ]
    document = (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{STYLE}</style></head>\n<body>\n" + "\n".join(parts) + "\n</body></html>\n"
    )
    path = Path(path)
    path.write_text(document, encoding="utf-8")
    return path


def _source(patch: Patch) -> str:
    source, training = patch.info["source"], patch.info["training"]
    said = (
        f"{source['recordings']} ({source['licence']}). {training['recordings']} recordings, "
        f"{training['seconds'] / 60:.1f} minutes; made in {training['minutes']:.1f} minutes, "
        f"{patch.path.stat().st_size / 1e6:.2f} MB."
    )
    return html.escape(said)


def _scale(training: dict) -> str:
    """Where the patch stands between the fit without a network and the noise floor."""
    if "gap_closed" not in training:
        return ""
    gap = training["gap_closed"]
    left, right = min(0.0, gap), max(1.0, gap)
    marks = {
        "no network": (0.0, training["no_network"], "below"),
        f"this patch: {100 * gap:.0f} %": (gap, training["distance"], "ours"),
        "noise floor": (1.0, training["floor"], "below"),
    }
    places = "".join(
        f'<div class="{kind}" style="left:{8 + 84 * (place - left) / (right - left):.1f}%">'
        f"{words}<br>{value:.2f}</div>"
        for words, (place, value, kind) in marks.items()
    )
    return f'<div class="scale">{places}</div>'


def _scores(training: dict, evaluation: Evaluation) -> str:
    rows = [
        (words, in_words(name, evaluation.figures[name]))
        for name, words in FIGURES.items()
        if name in evaluation.figures
    ]
    for name, words in (
        ("nearest", "distance of the nearest recorded notes"),
        ("trained_distance", "distance on pitches that were learned"),
    ):
        if name in training:
            rows.append((words, in_words("distance", training[name])))
    judged = f"{len(evaluation.files)} takes, {evaluation.judged_by}"
    return f"<p class='muted'>{html.escape(judged)}</p>" + _table(("", ""), rows)


def _worst(evaluation: Evaluation) -> list[tuple[str, Judged]]:
    named = [(row["file"], judged) for row, judged in zip(evaluation.files, evaluation.judged, strict=True)]
    return sorted(named, key=lambda pair: -pair[1].figures["distance"])[:WORST]


def _note(name: str, judged: Judged) -> str:
    words = f"distance {judged.figures['distance']:.2f}, loudness {judged.figures['loudness_error_db']:.2f} dB off"
    players = "".join(
        f"<label>{label}<br><audio controls preload='none' src='{_audio(audio, judged.take.sample_rate)}'></audio>"
        "</label>"
        for label, audio in (("recording", judged.take.audio), ("played by the patch", judged.made))
    )
    head = f"<h3>{html.escape(name)} <span class='muted'>{words}</span></h3>"
    return f"{head}<div class='players'>{players}</div>{pictures.note(judged)}"


def _audio(audio: np.ndarray, sample_rate: int) -> str:
    """The first seconds as a data URI."""
    kind = next(name for name in AUDIO_FORMATS if name in soundfile.available_formats())
    file = io.BytesIO()
    heard = np.clip(audio[: round(HEARD_SECONDS * sample_rate)], -1, 1)
    soundfile.write(file, heard, sample_rate, format=kind)
    return f"data:{AUDIO_FORMATS[kind]};base64,{base64.b64encode(file.getvalue()).decode()}"


def _files(evaluation: Evaluation) -> str:
    shown = ("distance", "no_network", "floor", "loudness_error_db", "f0_cents")
    head = ("file", *(FIGURES[name] for name in shown))
    rows = [
        (row["file"], *(in_words(name, row[name]) if name in row else "–" for name in shown))
        for row in evaluation.files
    ]
    return _table(head, rows)


def _settings(training: dict) -> str:
    rows = [(name, json.dumps(value)) for name, value in training["settings"].items()]
    rows += [
        (name, json.dumps(value)) for name, value in training.items() if name not in (*UNWRITTEN, *FIGURES)
    ]
    return f"<details><summary>All settings</summary>{_table(('', ''), rows)}</details>"


def _list(sentences: Sequence[str]) -> str:
    return "<ul>" + "".join(f"<li>{html.escape(sentence)}</li>" for sentence in sentences) + "</ul>"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    cells = [[html.escape(str(cell)) for cell in row] for row in rows]
    top = f"<tr>{''.join(f'<th>{html.escape(cell)}</th>' for cell in head)}</tr>" if any(head) else ""
    return f"<table>{top}{''.join('<tr>' + ''.join(f'<td>{c}</td>' for c in row) + '</tr>' for row in cells)}</table>"
