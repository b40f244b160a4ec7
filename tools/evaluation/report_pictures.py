"""The report's pictures: SVG that takes the page's colours, light or dark."""

import io
import re

import matplotlib
import numpy as np
from matplotlib.figure import Figure

from ...input.loudness import loudness
from ...patch import Patch
from ..analysis.swipe import swipe
from ..training.history import History
from .metrics import PITCHED, Judged

INK = "#010203"  # stands for the page's text colour, which the SVG is given afterwards
RECORDED, PLAYED = "#4c8dd6", "#e07b39"
SPECTRUM_SIZE, SPECTRUM_RANGE_DB = 2048, 90.0
MOST_POINTS = 400  # along a curve
STYLE = {
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 9,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": False,
}


@matplotlib.rc_context(STYLE)
def curves(history: History) -> str:
    """The loss of every step, smoothed, and the scores of what was watched."""
    figure, axes = _figure(7, 2.6)
    losses = np.array(history.losses)
    width = max(1, len(losses) // 100)
    smooth = np.convolve(losses, np.ones(width) / width, mode="valid")
    steps = np.arange(len(smooth)) + width
    thin = slice(None, None, max(1, len(smooth) // MOST_POINTS))
    axes.plot(steps[thin], smooth[thin], color=RECORDED, label="training")
    axes.set(xlabel="step", ylabel="training loss", yscale="log")
    if history.scores:
        right = axes.twinx()
        right.spines["right"].set_visible(True)
        right.plot(*zip(*history.scores, strict=True), "o-", color=PLAYED, ms=3)
        axes.plot([], [], "o-", color=PLAYED, ms=3, label="watched takes: distance")
        right.axvline(history.chosen_step, color=PLAYED, lw=0.8, ls=":")
        right.set_ylabel("distance of watched takes")
    axes.legend(loc="upper right")
    return _svg(figure, "curves")


@matplotlib.rc_context(STYLE)
def note(judged: Judged) -> str:
    """A take and what was played in its place: both spectrograms, pitch and loudness."""
    take = judged.take
    figure = Figure(figsize=(7, 4.2), layout="constrained")
    grid = figure.subplots(2, 2, sharex=True, height_ratios=(3, 2))
    seconds = len(take.audio) / take.sample_rate
    rows = [(take.audio, "recording"), (judged.made, "played by the patch")]
    levels = [spectrogram_db(audio) for audio, _ in rows]
    top = max(level.max() for level in levels)
    for axes, (_, title), level in zip(grid[0], rows, levels, strict=True):
        axes.imshow(
            level,
            origin="lower",
            aspect="auto",
            extent=(0, seconds, 0, take.sample_rate / 2000),
            cmap="magma",
            vmin=top - SPECTRUM_RANGE_DB,
            vmax=top,
            interpolation="nearest",
        )
        axes.set(title=title, ylabel="kHz")
    times = np.arange(len(take.f0_hz)) / take.frame_rate
    pitch, level = grid[1]
    pitch.plot(*_thinned(times, np.where(take.voiced, take.midi, np.nan)), color=RECORDED, label="asked for")
    pitch.plot(*_thinned(*_heard_midi(judged)), color=PLAYED, lw=1, label="heard in what was played")
    middle = float(np.median(take.midi[take.voiced]))
    pitch.set(xlabel="s", ylabel="MIDI note", ylim=(middle - 1.5, middle + 1.5))
    level.plot(*_thinned(times, take.loudness_db), color=RECORDED)
    level.plot(*_thinned(times, _loudness(judged)), color=PLAYED, lw=1)
    level.set(xlabel="s", ylabel="loudness, dB")
    pitch.legend(loc="lower right", fontsize=7)
    return _svg(figure, f"note {take.path.name} {take.start_seconds}")


@matplotlib.rc_context(STYLE)
def coverage_map(patch: Patch) -> str:
    """Where in pitch and loudness the recordings lie."""
    kept = patch.coverage
    frames = np.array(kept["frames"], float)
    seconds = frames.T / patch.frame_rate
    figure, axes = _figure(7, 2.6)
    left, bottom = kept["pitch_low"] - kept["pitch_step"] / 2, kept["loudness_low"]
    right = left + kept["pitch_step"] * frames.shape[0]
    image = axes.imshow(
        np.where(seconds > 0, seconds, np.nan),
        origin="lower",
        aspect="auto",
        extent=(left, right, bottom, bottom + kept["loudness_step"] * frames.shape[1]),
        cmap="viridis",
        interpolation="nearest",
    )
    figure.colorbar(image, label="seconds")
    axes.set(xlabel="MIDI note", ylabel="loudness, dB")
    return _svg(figure, "coverage")


def spectrogram_db(audio: np.ndarray) -> np.ndarray:
    """Levels in dB [frequencies, times] under Hann windows, at most MOST_POINTS of each."""
    padded = np.pad(np.asarray(audio, np.float64), SPECTRUM_SIZE // 2)
    hop = max(SPECTRUM_SIZE // 8, len(audio) // MOST_POINTS)
    windows = np.lib.stride_tricks.sliding_window_view(padded, SPECTRUM_SIZE)[::hop]
    power = np.abs(np.fft.rfft(windows * np.hanning(SPECTRUM_SIZE), axis=1)[:, :-1]) ** 2
    pooled = power.reshape(len(power), 256, -1).mean(2)
    return 10 * np.log10(pooled.T + 1e-12)


def _heard_midi(judged: Judged) -> tuple[np.ndarray, np.ndarray]:
    times, f0_hz, strength = swipe(judged.made, judged.take.sample_rate)
    return times, np.where(strength > PITCHED, 69 + 12 * np.log2(f0_hz / 440), np.nan)


def _loudness(judged: Judged) -> np.ndarray:
    return loudness(judged.made, judged.take.sample_rate, judged.take.frame_rate)


def _thinned(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    step = max(1, len(x) // MOST_POINTS)
    return x[: len(y) : step], y[: len(x) : step]


def _figure(width: float, height: float) -> tuple[Figure, object]:
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots()


def _svg(figure: Figure, name: str) -> str:
    """The figure as an element of a page, the same for the same figure."""
    file = io.StringIO()
    with matplotlib.rc_context({"svg.hashsalt": name}):
        figure.savefig(file, format="svg", transparent=True, metadata={"Date": None})
    text = file.getvalue()
    text = text[text.index("<svg") :].replace(INK, "currentColor")
    return re.sub(r'(<svg [^>]*?) width="[^"]*" height="[^"]*"|(<svg )', r"\1\2", text, count=1)
