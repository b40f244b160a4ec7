"""What is wrong with recordings, one sentence each, and what was done about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .pitch_candidates import HIGHEST_HZ, LOWEST_HZ
from .recording import DC
from .timbre import CHORD_DB
from .tracks import Tracks

SHORT_SECONDS = 1.0
CLIPPED = 1e-4  # share of samples from which clipping is told
SPOILED = 0.05  # and from which the partials it makes are most of what would be learned
PITCHED = 0.25  # share of the frames with sound that must have a pitch
QUIET_DB = 40.0  # below the loudest frame; above it there is sound
UNSURE = 0.2  # share of voiced frames that is told
STEADY = 0.4  # share of voiced frames in steady pitch; instruments and singers hold theirs, speech does not
ROOTLESS_SHARE, ROOTLESS_DB = (
    0.5,
    -15.0,
)  # of frames that repeat only after periods of no note; its first partial
POLYPHONIC = 0.1  # share of power between the partials
JUDGED = (
    "no pitch",
    "polyphony",
    "speech",
    "clipping",
)  # the kinds for which a recording is left out, though it is sound
TOLD = ("polyphony", "several notes", "channels")  # kinds that say why a pitch may be wrong, or sound missing
NEIGHBOURS = 4.0  # semitones
UNLIKE = 2.2  # times the usual distance between neighbours in pitch
UNLIKE_DB = 10.0  # and at least; one in 542 recordings of 18 sources is above both


@dataclass(frozen=True)
class Finding:
    """One complaint about one file, for people: `sentence` says what is wrong, `action` what was done about it."""

    path: Path
    kind: str  # unreadable, short, silence, unlike, or one of those in `judge`
    sentence: str
    action: str


def judge(path: Path, tracks: Tracks) -> list[Finding]:
    """What one recording's measurements say, worst first; "left out" is the action for what cannot be learned."""

    def finding(kind: str, sentence: str, action: str) -> Finding:
        return Finding(path, kind, f"{path} {sentence}", action)

    sounding = tracks.loudness_db > max(tracks.loudness_db.max() - QUIET_DB, -79)
    pitched = (tracks.voiced & sounding).sum() / max(sounding.sum(), 1)
    unsure = tracks.unsure.sum() / max(tracks.voiced.sum(), 1)
    percent = f"{100 * float(tracks.clipped):.2g} %"
    rootless = (
        tracks.common > ROOTLESS_SHARE and tracks.partials_db[0] < ROOTLESS_DB and tracks.chord_db > CHORD_DB
    )
    polyphonic = tracks.unexplained > POLYPHONIC or rootless
    spoiled = tracks.clipped >= SPOILED
    rows = (
        # what, whether, sentence, action
        ("no pitch", pitched < PITCHED, f"has a pitch in only {100 * pitched:.0f} % of its sound, like drums, "
         f"noise or notes beyond {LOWEST_HZ:.0f} to {HIGHEST_HZ:.0f} Hz.", "left out"),
        ("polyphony", polyphonic, f"holds several notes or instruments at once{_times(tracks)}: "
         "no single pitch explains it.", "left out"),
        ("several notes", tracks.several.any() and not polyphonic, f"holds several notes at once{_times(tracks)}: "
         "only one of them is followed.", "kept"),
        ("speech", tracks.steady < STEADY, f"holds its pitch for only {100 * float(tracks.steady):.0f} % of the time, "
         "like speech.", "left out"),
        ("channels", tracks.cancelled > 0, "has channels that cancel each other when they are mixed, as with one of "
         "them inverted.", "kept, by its louder channel"),
        ("clipping", tracks.clipped >= CLIPPED, f"is clipped: {percent} of its samples are cut off.",
         "left out" if spoiled else "kept, with the partials that clipping adds"),
        ("unsure", unsure > UNSURE, f"has an octave that is in doubt in {100 * unsure:.0f} % of its pitched frames.",
         "kept, at the likelier octave"),
        ("dc", abs(tracks.dc) > DC, f"stands {float(tracks.dc):+.3f} of full scale away from zero.", "taken off"),
        ("short", tracks.seconds < SHORT_SECONDS, f"is only {float(tracks.seconds):.2f} s long.", "kept"),
    )  # fmt: skip
    return [finding(kind, sentence, action) for kind, found, sentence, action in rows if found]


def _times(tracks: Tracks) -> str:
    """When several notes sound at once, as words after a space: the first time, and how often again."""
    begins = np.flatnonzero(np.diff(np.concatenate([[0], tracks.several.astype(int)])) > 0)
    if not len(begins):
        return ""
    first = f" at {begins[0] * float(tracks.seconds) / len(tracks.several):.1f} s"
    return first if len(begins) == 1 else f"{first} and at {len(begins) - 1} other times"


def unlike_the_others(heard: Sequence[tuple[Path, float, np.ndarray]]) -> list[Finding]:
    """The files of a folder that sound like another source: path, MIDI pitch and partials in dB of each.

    A file is compared with those within NEIGHBOURS semitones of its pitch.
    """
    if len(heard) < 4:
        return []
    pitches = np.array([pitch for _, pitch, _ in heard])
    levels = np.stack([level for *_, level in heard])
    distance = np.sqrt(((levels[:, None] - levels) ** 2).mean(2))
    near = np.abs(pitches[:, None] - pitches) <= NEIGHBOURS
    np.fill_diagonal(near, False)
    own = np.array([np.median(d[n]) if n.sum() >= 3 else 0.0 for d, n in zip(distance, near, strict=True)])
    usual = np.median(own[own > 0]) if (own > 0).any() else np.inf
    found = own > max(UNLIKE * usual, UNLIKE_DB)
    return [
        Finding(
            path,
            "unlike",
            f"{path} sounds unlike the other recordings at its pitch, as from another source.",
            "kept",
        )
        for (path, *_), is_found in zip(heard, found, strict=True)
        if is_found
    ]
