"""Writes the pages of documentation that are made from the code: `python -m ddsp_live.tools.docs.reference`."""

import sys
from pathlib import Path

from ddsp_live.live.osc_addresses import addresses_markdown
from ddsp_live.midi.messages import controllers_markdown
from ddsp_live.parameters import parameters_markdown

from .daw_page import daw_page
from .matrix_page import gestures_markdown
from .osc_layout import osc_layout

MIDI_HEAD = """# MIDI

What the synth answers. This page is made from the tables in `engine/midi/messages.py` by
`python -m ddsp_live.tools.docs.reference`; change it there.

Live ports and files are treated alike. Running status and realtime bytes inside a message are understood. When
a keyboard is unplugged, what was held on it is let go; when it is plugged in again, it plays on. Each channel has
its own controllers. All channels share the voices; in `render` each channel has voices of its own.

"""


MIDI_TAIL = """
| system exclusive | does |
|---|---|
| `F0 7E id 09 01 F7` (02, 03) | General MIDI system on or off: silence, and all goes back to the beginning |
| `F0 7F id 04 01 ll mm F7` | master volume: General MIDI's curve, 12 dB less at half |
| `F0 7F id 04 03 ll mm F7` | master fine tuning: up to a semitone down and up |
| `F0 7F id 04 04 00 mm F7` | master coarse tuning: semitones from 64 |
| `F0 7F id 08 02 …`, `08 07 …` | tunes single keys, those that sound too; `7E` with `08 07`: from the next notes on |
| `F0 7E id 08 01 …`, `08 04 …` | bulk dump: tunes all keys, from the next notes on. The checksum is not looked at |
| `F0 7E id 08 05 …`, `08 06 …` | bulk dump of an octave, for all channels |
| `F0 7F id 08 08 …`, `08 09 …` | tunes an octave in one or two bytes a key; `7E`: from the next notes on |

Every device id is listened to. What goes back with system on is controllers, ranges and tunings by RPN, modes, master
volume and master tuning; the room's level, MPE zones and a tuning of your own stay. Roland's GS reset and Yamaha's XG
system on do the same.

With MPE, pedals (controllers 64 to 68) and key pressure belong to the zone's master. On a member channel they are
ignored, as the specification's table of messages has it. A bend range or a modulation depth range that one member is
sent counts for all members of its zone.

# MIDI files

A standard MIDI file of any type is played, bare or wrapped (RIFF `.rmi`, MacBinary). What is damaged is skipped and
said in one sentence: foreign chunks, wrong lengths, malformed events, values above 127. Running status goes on through
system exclusive and meta events. The sound lasts until the last track's end, or longer if something still sounds.

- **Repeated notes.** A key that is pressed again while it is down is let go first. At one tick, note-offs of keys that
  were pressed earlier come before note-ons. A note without length lasts 10 ms.
- **Channel 10.** General MIDI's drums are left out, unless `--patch 10=NAME` names a patch or the channel is in an MPE
  zone. `--patch N=none` mutes any channel. In Python it is `render_midi(mute=...)`.
- **Stems.** `--stems FOLDER` writes a file for each channel that has notes, as `03-violin.wav`; the channels of an MPE
  zone are one. They are as long as the mix and add up to it.

"""


TUNING_TAIL = """
# Tuning

`ddsp-live play --tuning 415` tunes A4 to 415 Hz. `--tuning meantone.scl` plays a scale from a Scala file, and
`--keyboard map.kbm` says how it lies on the keys; without it, the scale's first note is on middle C, where equal
temperament has it. `render` takes both options too. From Python, it is `synth.tuning = 415` or
`synth.tuning = "meantone.scl"`. The panel shows the scale and A4, and changes both; presets keep them.

Scala files in your folder of tunings are known by name, in the panel and to `--tuning meantone`:
`~/.local/share/ddsp-live/tunings` on Linux, `~/Library/Application Support/ddsp-live/tunings` on macOS,
`%LOCALAPPDATA%\\ddsp-live\\tunings` on Windows.

A `.kbm` file names a *formal octave*: the degree of the scale by which each repetition of the map is moved. It need
not be the scale's period, and is read as the file says. Some hosts always repeat the map at the scale's period
instead, so that such a file sounds different there.
"""

HANDS_HEAD = """
# The player's hands

What gestures move is a map: rows in `engine/modulation/matrix.py`, made ready for the kernel, which follows every
row on every voice once a frame. A gesture on a sounding note is heard within one frame (4 ms) and one block.
`ddsp-live play --map wind` chooses one of the presets below, `--map my.toml` a file of your own, and in Python it is
`Synth(map=...)` or, while it sounds, `synth.map = ...`.

`ddsp-live play --learn brightness` learns the next controller that you move; while it plays, type `learn brightness`
and Enter. It is the same MIDI learn as the panel's: the slider follows the knob, presets and the next start keep it,
and a knob that stands elsewhere waits until it passes the slider. Pressure, the bend and targets without a slider, such
as pan, are learned into the map. With `--map my.toml`, that file is written, too.

A file has the rows of a preset, where it names a `base`, and its own; a row takes the place of the base's row with the
same gesture and target:

```toml
base = "keyboard"

[[row]]
gesture = "cc30"       # velocity, pressure, key_pressure, bend, or cc0 to cc119
target = "attack_noise"
low = -12.0            # in the target's unit, where the gesture is at its beginning ...
high = 12.0            # ... and at its end
curve = "centred"      # linear where it is not said
smoothing_ms = 10      # in which a sudden move has come 63 % of its way; 0 where it is not said
default = 64           # where a controller stands until it is first sent, 0 to 127
onset = false          # true: looked at when a note begins, and no more
```

Pedals, portamento, bank, data entry and modes keep their meaning whatever the map. With MPE, what the zone's master
sends is added to each member's; gain and pan are the master's.

"""


OSC_HEAD = """# OSC

`ddsp-live play --osc` listens to Open Sound Control over UDP on port 9000, from this computer alone;
`--osc 9001 --osc-host 0.0.0.0` listens on another port and lets everyone on the network play: there is no password,
so do that only among friends. It needs `pip install 'ddsp-live[osc]'`. This page is made from the table in
`engine/live/osc_addresses.py` by `python -m ddsp_live.tools.docs.reference`.

"""
OSC_TAIL = """
Numbers may be sent as floats or integers. A continuous voice is a voice of its own with bend and loudness of its own,
as a finger on the panel's pad; six can sound at once. A bundle is played at once, whatever its time. What is malformed,
out of range or sent to another address is counted and changes nothing.

UDP does not tell that a sender is gone. If nothing came from a computer or phone for 30 seconds, the keys, voices and
pedal that it holds are let go; `--osc-timeout S` sets another time, and 0 waits for ever. Any message counts as a sign
of life, so an app whose notes are held longer without a movement may send `/ping`.

## A layout for a phone

`examples/osc/ddsp-live.json` is a session for
[Open Stage Control](https://openstagecontrol.ammd.net): a pad, a keyboard and all sliders.

    ddsp-live play --osc 9000
    open-stage-control --load examples/osc/ddsp-live.json --send 127.0.0.1:9000 --port 8080

Then open the address that it prints on the phone. Any other app that sends the messages above plays as well.
"""


PARAMETERS_HEAD = """# Parameters

All numbers that you can set, in one table. This page is made from it, `engine/parameters/`, by
`python -m ddsp_live.tools.docs.reference`. The panel, OSC, presets, command-line options and `SynthOptions` are made
from it, too.

- The **name** is the address in OSC (`/vibrato 0.5`), the key in a preset file, the option (`--life 0.5`) and, in
  Python, an argument of `Synth`. The option of `block_size` is `--block`, and that of `sample_rate` is `--rate`.
- The **label** stands on the panel.
- The **id** is for hosts that keep settings by number. It never changes.
- The **scope** says what is set. *channel*: a MIDI channel, by the controller that is named, unless the
  [controller map](../midi.md) moves it by another one; the value is the controller's place from 0 to 1. *synth*: the
  whole instrument, while it plays; in Python an attribute of the `Synth`. *start*: chosen when the synth is made.

"""


def pages() -> dict[str, str]:
    """Return the text of each page, by its path in the project's folder."""
    return {
        "docs/midi.md": MIDI_HEAD
        + controllers_markdown()
        + MIDI_TAIL
        + HANDS_HEAD
        + gestures_markdown()
        + TUNING_TAIL,
        "docs/osc.md": OSC_HEAD + addresses_markdown() + OSC_TAIL,
        "docs/howto/daw.md": daw_page(),
        "docs/reference/parameters.md": PARAMETERS_HEAD + parameters_markdown(),
        "examples/osc/ddsp-live.json": osc_layout(),
    }


def main(folder: Path = Path()) -> int:
    for name, text in pages().items():
        (folder / name).write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
