"""The tables that correct a trained decoder: what its recordings have and it has not, kriged over pitch."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..analysis.takes import Take
from ..data.split import note_pitch
from ..models.decoder import Decoder
from ..models.decoder_onnx import TABLE_LOUDER_DB
from .dynamics import family_slopes, loudness_of, ordered
from .kriging import OF_LOUDNESS, RESIDUALS, SPECTRA, Krige, fit, observe
from .loudness import as_loud, frequencies, noise_level, partial_weights, total_db
from .measure import PARTIALS, Notes, centroid_note, decoded, measure, padded
from .tabled import COLUMNS, NEVER_DB, STEP_DB, STEP_SLOPE, Tables

DYNAMICS = ("own", "borrowed", "none")
CLEARLY = 0.99  # times the error without slopes, under which slopes over loudness help
STEP = 1.0  # semitones between knots
MOST_DB, MOST_NOISE_DB = 24.0, 12.0
MOST_SLOPE = 2.0
MOST_NOTES, FEWEST_PITCHES = 72, 4
UNSEEN = 1.12  # times a network's error at pitches that it has learned: that at others, a mean over the factory patches
NEAR_SEMITONES, FADE_PARTIALS = 6.0, 8
NOISE_WIDTH, NOISE_SHARE = 2.0, 0.9  # semitones; of the residuals
STEEPEST_DB, MOST_SMOOTHINGS = 8.0, 40  # from a knot to the next
HELD_FRAMES = 30
SOFTER_DB = 12.0  # over which slopes are read, at least
SPAN_PERCENT = (5, 95)  # of the notes' loudness: what is soft and what is hard
SEVERAL_DB = 3.0  # between takes of a pitch, from which they are of several dynamics
HARD_PERCENT = 60  # of the notes are softer than those that count as hard


@dataclass(frozen=True)
class Corrected:
    """The tables, or None where nothing helps, and how far each pitch is off when it is left out, in dB."""

    tables: Tables | None
    figures: dict[str, float]
    said: str


def correct(
    takes: Sequence[Take],
    decoder: Decoder,
    sos: np.ndarray | None,
    *,
    family: str | None = None,
    name: str = "",
    dynamics: str = "borrowed",
    floor_db: float = NEVER_DB,
) -> Corrected:
    """What is to be added to a decoder, which has no tables yet, learned from the takes of single notes.

    dynamics: "own" slopes over loudness, where the takes have several dynamics and the slopes help at pitches that are
    left out; "borrowed" from the family, where they have only one; or "none". floor_db: as for `Tables`.
    """
    notes = measure(thinned(takes), decoder, sos)
    if notes is None or len(np.unique(np.round(notes.pitch))) < FEWEST_PITCHES:
        return Corrected(
            None, {}, f"There are notes at fewer than {FEWEST_PITCHES} pitches, too few for a table."
        )
    notes = at_one_level(notes)
    alone = rms(notes.residuals[heard(notes)])
    best = estimate(notes, by_loudness=False)
    if dynamics != "none" and several(notes):
        sloped = estimate(notes, by_loudness=True)
        best = sloped if sloped.left_out_db < CLEARLY * best.left_out_db else best
    figures = {"decoder_db": alone, "left_out_db": best.left_out_db, "notes": len(notes.pitch)}
    if best.left_out_db >= UNSEEN * alone:
        return Corrected(
            None, figures, "No table tells pitches that were left out better than the decoder alone."
        )
    tables, source = tables_of(notes, best, decoder, sos, takes[0].sample_rate, dynamics, family, name)
    return Corrected(replace(tables, floor_db=floor_db), figures | {"dynamics": source}, "")


def tables_of(
    notes: Notes,
    best: "Estimate",
    decoder: Decoder,
    sos: np.ndarray | None,
    rate: float,
    dynamics: str,
    family: str | None,
    name: str,
) -> tuple[Tables, str]:
    """The tables that an estimate comes to, and whose slopes over loudness they have."""
    knots = np.arange(np.floor(notes.pitch.min()), np.ceil(notes.pitch.max()) + STEP / 2, STEP)
    reference, softer_db = spanned(notes, knots, best.by_loudness)
    at_reference = held(decoder, knots, reference, sos, rate)
    softer = held(decoder, knots, reference - softer_db, sos, rate)
    first = [np.apply_along_axis(padded, 1, part[0][:, :PARTIALS]) for part in (at_reference, softer)]
    own_slopes = (first[0] - first[1]) / softer_db - 1.0
    relative = first[0] - reference[:, None]
    louder = reference - notes.loudness_db.mean()
    values_a, slopes_a = best.residuals.at(knots, PARTIALS)
    values_b, slopes_b = best.spectra.at(knots, PARTIALS)
    levels = 0.5 * (values_a + louder[:, None] * slopes_a)
    levels += 0.5 * (values_b + louder[:, None] * slopes_b - relative)
    source = "own"
    if best.by_loudness:
        slopes = 0.5 * slopes_a + 0.5 * (slopes_b - own_slopes)
    else:
        slopes, source = borrowed(notes, knots, own_slopes, family, name, dynamics)
    levels, slopes = bounded(notes, knots, levels, slopes)
    levels = gentle(levels)
    noise = noise_table(notes, knots)
    columns = min(COLUMNS, at_reference[0].shape[1])
    levels, slopes = (
        np.column_stack([part, part[:, -FADE_PARTIALS:].mean(1)])[:, :columns] for part in (levels, slopes)
    )
    # The network is as loud as asked; the tables change what it sounds like, not how loud it is.
    levels, noise = as_loud_as(at_reference, levels, noise, knots, rate)
    soft = as_loud_as(softer, levels - softer_db * slopes, noise, knots, rate)
    tables = Tables(
        float(knots[0]),
        STEP,
        partials=grid(levels, STEP_DB, MOST_DB),
        noise=grid(noise, STEP_DB, MOST_DB),
        partial_slopes=grid((levels - soft[0]) / softer_db, STEP_SLOPE, MOST_SLOPE),
        noise_slopes=grid((noise - soft[1]) / softer_db, STEP_SLOPE, MOST_SLOPE),
        reference=np.round(reference, 2),
    )
    return tables, source


def spanned(notes: Notes, knots: np.ndarray, by_loudness: bool) -> tuple[np.ndarray, float]:
    """The loudness in dB [knots] that a table is for, and how many dB softer its slopes are read.

    A straight line through the notes' loudness over pitch; with slopes of their own, so that the hardest notes are not
    louder by more than decoders follow slopes, and down to the softest.
    """
    line = np.polyfit(notes.pitch, notes.loudness_db, 1)
    reference = np.polyval(line, knots)
    if not by_loudness:
        return reference, SOFTER_DB
    soft, hard = np.percentile(notes.loudness_db - np.polyval(line, notes.pitch), SPAN_PERCENT)
    up = max(0.0, float(hard) - TABLE_LOUDER_DB[1])
    return reference + up, float(np.clip(up - soft, SOFTER_DB, -TABLE_LOUDER_DB[0]))


@dataclass(frozen=True)
class Estimate:
    """Both processes, and the error in dB of each pitch's partials as their mean tells it from the others."""

    residuals: Krige
    spectra: Krige
    by_loudness: bool
    left_out_db: float


def estimate(notes: Notes, *, by_loudness: bool) -> Estimate:
    """Kriges the decoder's residuals, and the spectra themselves: the mean of both is more sure than either."""
    louder = notes.loudness_db - notes.loudness_db.mean()
    made = []
    for values, start in ((notes.residuals, RESIDUALS), (notes.recorded, SPECTRA)):
        data = observe(values, notes.valid, notes.pitch, louder, notes.frames)
        start = start if by_loudness else {key: a for key, a in start.items() if key not in OF_LOUDNESS}
        made.append(Krige(data, fit(data, start, by_loudness), by_loudness))
    found = notes.recorded.copy()
    found[notes.valid] -= 0.5 * (made[0].left_out() + made[1].left_out())
    weights = partial_weights(notes.pitch, notes.valid)
    errors = as_loud(notes.made, found, weights) - notes.recorded
    return Estimate(*made, by_loudness, rms(errors[heard(notes)]))


def heard(notes: Notes, partials: int = 20, below_db: float = 50.0) -> np.ndarray:
    """What an error is measured on [notes, PARTIALS]: partials 1-20 less than 50 dB below the strongest."""
    strong = notes.recorded > notes.recorded.max(1, keepdims=True) - below_db
    return notes.valid & strong & (np.arange(PARTIALS) < partials)


def several(notes: Notes) -> bool:
    """Whether there are takes of several dynamics: named so, or of most pitches at clearly different loudness."""
    if len(ordered(notes.dynamic)) > 1:
        return True
    pitches = np.round(notes.pitch)
    spans = [np.ptp(notes.loudness_db[pitches == pitch]) for pitch in np.unique(pitches)]
    return float(np.median(spans)) > SEVERAL_DB


def thinned(takes: Sequence[Take]) -> list[Take]:
    """At most MOST_NOTES of the takes that hold a single note, evenly over pitch and loudness."""
    takes = [take for take in takes if take.voiced.any() and note_pitch(take) is not None]
    if not takes:
        return []
    order = np.lexsort(([loudness_of(take) for take in takes], [note_pitch(take) for take in takes]))
    kept = np.unique(np.linspace(0, len(order) - 1, MOST_NOTES).round().astype(int))
    return [takes[i] for i in np.sort(order[kept])]


def at_one_level(notes: Notes) -> Notes:
    """The notes with what was made in their place as loud as they are in the median: no table changes the loudness."""
    weights = partial_weights(notes.pitch, notes.valid)
    lacks = total_db(notes.recorded + weights) - total_db(notes.made + weights)
    return replace(notes, made=notes.made + np.median(lacks))


def held(
    decoder: Decoder, knots: np.ndarray, loudness_db: np.ndarray, sos: np.ndarray | None, rate: float
) -> tuple[np.ndarray, np.ndarray]:
    """Partials [knots, K] and noise bands [knots, M] in dB of notes that are held at each knot."""
    rows = []
    for knot, level in zip(knots, loudness_db, strict=True):
        f0_hz = np.full(HELD_FRAMES, 440 * 2 ** ((knot - 69) / 12))
        rows.append([part[-1] for part in decoded(decoder, f0_hz, np.full(HELD_FRAMES, level), sos, rate)])
    return np.array([row[0] for row in rows]), np.array([row[1] for row in rows])


def borrowed(
    notes: Notes, knots: np.ndarray, own: np.ndarray, family: str | None, name: str, dynamics: str
) -> tuple[np.ndarray, str]:
    """Slopes [knots, PARTIALS] for an instrument of one dynamic, as a change of the decoder's `own`, and whose.

    Brass and saxophones: the mean of the family's and the decoder's. Others stay as they are: no curve was measured
    for them, or, of bowed strings, none that told held-out notes better (half of the decoder's slope was worse).
    """
    none = np.zeros_like(own)
    if dynamics != "borrowed":
        return none, "the network's"
    frequency = knots[:, None] + 12 * np.log2(np.arange(1, PARTIALS + 1))
    hard = np.flatnonzero(notes.loudness_db >= np.percentile(notes.loudness_db, HARD_PERCENT))
    centroid = np.median([centroid_note(notes.pitch[i], notes.recorded[i], notes.valid[i]) for i in hard])
    slopes = family_slopes(family, name, frequency, float(centroid))
    return (none, "the network's") if slopes is None else (0.5 * slopes - 0.5 * own, "half the family's")


def bounded(notes: Notes, knots: np.ndarray, *parts: np.ndarray) -> list[np.ndarray]:
    """Tables without what nobody heard: from the last partial on that notes near a knot have, its value fades to 0."""
    near = np.abs(knots[:, None] - notes.pitch) <= NEAR_SEMITONES
    known = (near[:, :, None] & notes.valid).any(1)
    result = []
    for part in parts:
        part = part.copy()
        for row, there in zip(part, known, strict=True):
            places = np.flatnonzero(there)
            if not len(places):
                row[:] = 0
                continue
            for k in np.flatnonzero(~there):
                nearest = places[np.abs(places - k).argmin()]
                row[k] = row[nearest] * max(0.0, 1 - abs(int(k) - int(nearest)) / FADE_PARTIALS)
        result.append(part)
    return result


def gentle(levels: np.ndarray) -> np.ndarray:
    """A table whose columns are smoothed over pitch, as often as each needs it to be no steeper than STEEPEST_DB."""
    levels = levels.copy()
    for _ in range(MOST_SMOOTHINGS):
        steep = np.abs(np.diff(levels, axis=0)).max(0, initial=0) > STEEPEST_DB
        if not steep.any():
            break
        around = np.pad(levels[:, steep], ((1, 1), (0, 0)), mode="edge")
        levels[:, steep] = 0.25 * around[:-2] + 0.5 * around[1:-1] + 0.25 * around[2:]
    return levels


def noise_table(notes: Notes, knots: np.ndarray) -> np.ndarray:
    """What the noise lacks [knots, M], smoothed over pitch. Slopes over loudness did not help at unseen pitches."""
    residual = np.clip(notes.noise - notes.noise_made, -MOST_NOISE_DB, MOST_NOISE_DB)
    near = np.exp(-0.5 * ((knots[:, None] - notes.pitch) / NOISE_WIDTH) ** 2) * np.minimum(notes.frames, 50)
    near /= np.maximum(near.sum(1, keepdims=True), 1e-12)
    return NOISE_SHARE * near @ residual


def as_loud_as(
    made: tuple[np.ndarray, np.ndarray], levels: np.ndarray, noise: np.ndarray, knots: np.ndarray, rate: float
) -> tuple[np.ndarray, np.ndarray]:
    """Tables of partials [knots, columns] and noise [knots, M] that leave held notes as loud as they were `made`."""
    partials, columns = made[0].shape[1], levels.shape[1]
    order = np.minimum(np.arange(partials), columns - 1)
    sounds = frequencies(knots, partials) < rate / 2
    weights = np.column_stack([partial_weights(knots, sounds), np.zeros(len(knots))])
    before = np.column_stack([made[0], noise_level(made[1], rate)])
    after = np.column_stack([made[0] + levels[:, order], noise_level(made[1] + noise, rate)])
    moved = as_loud(before, after, weights) - after
    return levels + moved[:, :columns], noise + moved[:, -1:]


def grid(values: np.ndarray, step: float, most: float) -> np.ndarray:
    """Multiples of `step`, within ±most."""
    return np.round(np.clip(values, -most, most) / step) * step


def rms(values: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.square(values)))) if values.size else 0.0
