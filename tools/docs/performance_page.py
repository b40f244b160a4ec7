"""Writes docs/performance.md: each attribute at three values, and a phrase plain, by rules and edited, as pictures.

python -m ddsp_live.tools.docs.performance_page [FOLDER]
"""

import sys
from pathlib import Path

import ddsp_live
import numpy as np
from ddsp_live.input.loudness import loudness
from ddsp_live.performance.perform import perform
from ddsp_live.performance.score import to_events
from ddsp_live.performance.table import blank_rows
from ddsp_live.performance.units import BY_NAME, to_units
from ddsp_live.render import render_events

RATE, FRAME_RATE = 48000, 250
PATCH, NOTE, SECONDS = "alto-saxophone", 57, 1.2
VALUES = {
    "volume": (1.0, 1.15, 1.3),
    "volume_fluctuation": (0.0, 0.1, 0.2),
    "volume_peak_position": (0.1, 0.5, 0.9),
    "vibrato": (0.0, 1.0, 2.0),
    "brightness": (0.2, 0.4, 0.6),
    "attack_noise": (1.2, 1.7, 2.2),
}
BESIDE = {
    "volume_peak_position": {"volume_fluctuation": 0.15, "volume": 1.15},
    "volume_fluctuation": {"volume": 1.15},
}
# J. S. Bach, Bourrée of the Suite in E minor BWV 996, upper voice: (MIDI note, eighths).
PHRASE = [
    (64, 1),
    (66, 1),
    (67, 2),
    (66, 1),
    (64, 1),
    (63, 2),
    (64, 1),
    (66, 1),
    (59, 2),
    (61, 1),
    (63, 1),
    (64, 2),
]
PHRASE += [(62, 1), (60, 1), (59, 2), (57, 1), (55, 1), (54, 2), (55, 1), (57, 1)]
PHRASE += [(59, 1), (57, 1), (55, 1), (54, 1), (52, 4)]
EIGHTH_SECONDS = 0.2

HEAD = """# How attributes sound

Made by `python -m ddsp_live.tools.docs.performance_page`. A note carries MIDI-DDSP's six attributes
(`synth.note_on(57, attributes={"vibrato": 1.0})`, or a column of `ddsp-live render --performance`). Each picture shows
the alto saxophone's A3 at three values of one of them: loudness, f0 as the pitch of the sound's own fundamental, and
the spectrogram. What is not set is the instrument's own.
"""

MEASURED = """## How one note becomes the next

In a line (modes mono and legato, controller 68) a key that follows another is *slurred* to it, if both overlap in
legato, or *detached*, if it repeats, if the one before was let go up to 0.3 s ago, or in mono. Anything else begins
anew. A slur's pitch takes its time T from 10 to 90 % of the way, shorter for wide steps on strings, and the level dips;
a detached note dips deeper, whatever the patch's own attack. T and depth are drawn for each note, the same for a seed.
The numbers are medians of lines by players, by family; what a patch learned or says in `expression` of its patch.json
comes first. Brass slurs (4) and those of clarinet and flute (6 each) are few; wind vibrato is from single notes.

| | bowed | saxophone | clarinet | flute | brass | voice |
|---|---|---|---|---|---|---|
| slur: T, ms; dip, dB | 27 (leaps 5); 4 | 20; 3.8 | 20; 3.8 | 20; 3.8 | 20; 4.6 | 57; 1.9 |
| detached: dip, dB | 11 | 13 | 10.5 | 9 | 17 | 9 |
| vibrato, Hz | 6.1 | 5 | 5 | 5.1 | 5.2 | 5.7 |

Heard again from the sound (24 notes a patch, medians; with a gap of 32 ms last):

| | T, ms | pitch half way after the key, ms | dip of slurs, dB | of detached notes: overlap, gaps of 10 and 32 ms |
|---|---|---|---|---|
| violin, steps of 1 to 4 semitones | 16 [7, 31] | 17 | 3.6 [2.4, 6.2] | 10.6, 10.5, 10.7 |
| clarinet | 20 [13, 31] | 15 | 3.6 [1.3, 5.0] | 8.2, 8.0, 11.4 |
| alto saxophone | 20 [13, 31] | 15 | 3.1 [1.5, 5.3] | 10.9, 10.6, 8.4 |
| trumpet | 19 [14, 31] | 15 | 4.3 [3.5, 6.2] | 14.7, 14.1, 13.8 |
| voice (claudia-ah) | 52 [34, 87] | 44 | 1.8 [1.0, 4.4] | 8.1, 7.9, 10.4 |

`--expression 0` plays every note as if it stood alone. What is set of a note counts the transition in: a set volume is
given back what the dip takes of it, a set fluctuation has the dip in it, and a set peak comes when the dip is over.

## How exactly

`python -m ddsp_live.tools.experiments.control_accuracy` renders notes of 1 s, with five values of one attribute
and the others at rest, at five pitches, and measures all six again from the sound. r is Pearson's, of what was
heard with what was asked; the change is that of the attribute that moved most meanwhile, as a share of *its own
range*: the range of its mean over the pitches while it is itself swept through its five values, in the same patch.

| attribute | alto saxophone: r, change | trumpet | violin |
|---|---|---|---|
| volume | 1.000, 5 % | 1.000, 3 % | 1.000, 11 % |
| volume fluctuation | 0.999, 2 % | 0.997, 2 % | 0.999, 1 % |
| volume peak position | 1.000, 2 % | 1.000, 4 % | 1.000, 1 % |
| vibrato | 1.000, 3 % | 1.000, 7 % | 1.000, 1 % |
| brightness | 1.000, 3 % | 1.000, 2 % | 0.998, 1 % |
| attack noise | 1.000, 1 % | 1.000, 4 % | 1.000, 10 % |

`python -m ddsp_live.tools.experiments.reconstruction FOLDER --patch NAME` plays recordings that were held out of
training again from their notes' attributes alone, and compares where notes sound. Against the same patch driven by
the recording's own pitch and loudness, the spectral distance is 1.00 to 1.18 times over the factory patches; pitch
is 0.5 to 13.7 cents off, most where voices glide into their notes, and loudness 0.6 to 2.4 dB.
"""


def played(**attributes) -> np.ndarray:
    """A note of the patch, mono."""
    synth = ddsp_live.Synth(PATCH)
    synth.note_on(NOTE, 90, time=0, attributes=attributes, seconds=SECONDS)
    synth.note_off(NOTE, time=int(SECONDS * RATE))
    return synth.render(int((SECONDS + 0.2) * RATE))[:, 0]


def fundamental_cents(audio: np.ndarray) -> np.ndarray:
    """Deviation of the fundamental from the note, in cents a frame, from its phase alone."""
    f0 = 440 * 2 ** ((NOTE - 69) / 12)
    carrier = np.exp(-2j * np.pi * f0 * np.arange(len(audio)) / RATE)
    window = np.hanning(2 * round(RATE / f0 * 4) + 1)
    base = np.convolve(audio * carrier, window / window.sum(), "same")
    hertz = np.gradient(np.unwrap(np.angle(base))) * RATE / (2 * np.pi)
    cents = 1200 * np.log2(np.maximum(1 + hertz / f0, 0.5))
    return np.where(np.abs(base) > 1e-3, cents, np.nan)[:: RATE // FRAME_RATE]


def draw(axes, title: str, audio: np.ndarray) -> None:
    """One column: loudness, f0 and spectrogram of a sound."""
    level = loudness(audio.astype(np.float64), RATE, FRAME_RATE)
    axes[0].plot(np.arange(len(level)) / FRAME_RATE, level, color="tab:blue")
    axes[0].set(title=title, ylim=(-60, 0), ylabel="dB(A)")
    cents = fundamental_cents(audio)
    axes[1].plot(np.arange(len(cents)) / FRAME_RATE, cents, color="tab:orange")
    axes[1].set(ylim=(-80, 80), ylabel="cents")
    axes[2].specgram(audio + 1e-9, NFFT=1024, noverlap=768, Fs=RATE, vmin=-140, vmax=-30, cmap="magma")
    axes[2].set(ylim=(0, 8000), ylabel="Hz", xlabel="s")
    for each in axes:
        each.set_xlim(0, len(audio) / RATE)


def save(figure, path: Path) -> None:
    """As a PNG of few colours, a third as large."""
    import matplotlib.pyplot as plt
    from PIL import Image

    figure.savefig(path, dpi=70)
    plt.close(figure)
    Image.open(path).convert("RGB").quantize(64).save(path, optimize=True)


def attribute_picture(name: str, path: Path) -> None:
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(
        3, 3, figsize=(10, 5.5), sharex=True, height_ratios=[1, 1, 2], layout="constrained"
    )
    for column, value in enumerate(VALUES[name]):
        attribute = BY_NAME[name]
        title = (
            f"{value:g}"
            if attribute.scale == 1
            else f"{value:g}: {to_units(name, value):.3g} {attribute.unit}"
        )
        draw(axes[:, column], title, played(**{**BESIDE.get(name, {}), name: value}))
    save(figure, path)


def phrase_rows() -> np.ndarray:
    rows = blank_rows(len(PHRASE))
    onset = 0.0
    for row, (pitch, eighths) in zip(rows, PHRASE, strict=True):
        row["onset_seconds"], row["duration_seconds"] = onset, eighths * EIGHTH_SECONDS * 0.95
        row["pitch"], row["velocity"] = pitch, 80
        onset += eighths * EIGHTH_SECONDS
    return rows


def phrase_picture(path: Path) -> None:
    import matplotlib.pyplot as plt

    plain = phrase_rows()
    synth = ddsp_live.Synth(PATCH)
    ruled = perform(plain, rest={"volume": synth.volume(68, 80)})
    edited = ruled.copy()
    edited["vibrato"][-2:] = 1.5
    edited["brightness"][-1] = 0.25
    edited["volume_fluctuation"][-1], edited["volume_peak_position"][-1] = 0.12, 0.2
    figure, axes = plt.subplots(
        2, 3, figsize=(12, 4.5), sharex=True, height_ratios=[1, 2], layout="constrained"
    )
    titles = ("as written", "by the KTH rules", "edited: vibrato, a dying last note")
    for column, (title, rows) in enumerate(zip(titles, (plain, ruled, edited), strict=True)):
        audio = render_events(to_events(rows), ddsp_live.Synth(PATCH))[:, 0]
        level = loudness(audio.astype(np.float64), RATE, FRAME_RATE)
        axes[0, column].plot(np.arange(len(level)) / FRAME_RATE, level)
        axes[0, column].set(title=title, ylim=(-60, 0), ylabel="dB(A)")
        axes[1, column].specgram(
            audio + 1e-9, NFFT=2048, noverlap=1536, Fs=RATE, vmin=-140, vmax=-30, cmap="magma"
        )
        axes[1, column].set(ylim=(0, 6000), ylabel="Hz", xlabel="s")
    save(figure, path)


def main(folder: str = "docs") -> int:
    pictures = Path(folder) / "performance"
    pictures.mkdir(parents=True, exist_ok=True)
    text = [HEAD]
    for name in VALUES:
        attribute_picture(name, pictures / f"{name}.png")
        title, meaning = name.replace("_", " "), BY_NAME[name].meaning
        text.append(
            f"## {title.capitalize()}\n\n{meaning[0].upper()}{meaning[1:]}.\n\n![{title}](performance/{name}.png)\n"
        )
    phrase_picture(pictures / "phrase.png")
    text.append(
        "## A phrase, three ways\n\nThe Bourrée from Bach's Suite in E minor, BWV 996: as written, as the rules of"
        " `--rules 1` play it, and with the last two notes edited in the table.\n\n"
        "![phrase](performance/phrase.png)\n"
    )
    (Path(folder) / "performance.md").write_text("\n".join([*text, MEASURED]))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
