"""The page for hosts: how to install the plug-in, what each parameter does, and what is not there."""

from ddsp_live.plugins.parameters import plugin_markdown

HEAD = """# Play in a DAW

ddsp-live comes with a plug-in, as CLAP and as LV2. It is the same kernel as `ddsp-live play`, without Python: the same
events give the same samples. It needs no compiler and adds no latency.

## Install

    pip install ddsp-live
    ddsp-live plugins install

The second command puts the plug-in where hosts look, and all patches, the factory's and your own, where the plug-in
looks. Then let your host scan for plug-ins; it is called *ddsp-live*. `ddsp-live plugins list` shows what is installed.

| system | plug-in | patches |
|---|---|---|
| Linux | `~/.clap`, `~/.lv2` | `~/.local/share/ddsp-live/plugin` |
| macOS | `~/Library/Audio/Plug-Ins` | `~/Library/Application Support/ddsp-live/plugin` |
| Windows | `%LOCALAPPDATA%\\Programs\\Common\\CLAP`, `%APPDATA%\\LV2` | `%LOCALAPPDATA%\\ddsp-live\\plugin` |

Linux is tested: the plug-in's own test host, jalv, and LV2's validator. macOS and Windows are not tested yet.

Bitwig, REAPER, FL Studio and Studio One load CLAPs; Ardour, Qtractor, Carla and REAPER load LV2s.

## Choose a patch

The parameter **Patch** is the list of patches: the factory's by name, then your own. A program change chooses, too:
bank select (controllers 0 and 32) and program count through the same list. Held notes go over to the new patch within
20 ms.

A session keeps the patch by its name and its content. If that patch is not there when the session opens, the host's log
says so and the plug-in stays silent. If there is another patch of the name, it plays, and the log says that it differs.

After you train or change a patch of your own:

    ddsp-live patches --add my-cello.ddsp
    ddsp-live plugins export my-cello

A host sees a new patch when it opens the plug-in again. For an LV2, run `ddsp-live plugins install lv2`: its list is
part of the bundle.

## Parameters

All can be automated, but for *Voices*, which counts when the host activates the plug-in again. Automation of a CLAP
counts at its sample; an LV2's at the next block.

"""

TAIL = """
Those from *Volume* to *Hold* are sent as controllers to all channels, and smoothed as the
[controller map](../midi.md) says, so they have 128 steps. A controller in the track's MIDI moves the same thing; the
last one counts.

*Room* adds the room that *Room kind* chooses: the patch's own, none, or one of four made ones. It is convolved at the
host's rate.

## Notes and expression

- **MIDI**: all that [MIDI and controllers](../midi.md) lists, with pedals, pressure, portamento, modes, and tuning
  messages (MTS).
- **MPE**: set *MPE* to the number of member channels, usually 15, unless the controller sets up its own zone. The map
  *mpe* fits controllers with pressure.
- **CLAP note expressions**: volume, pan, tuning, vibrato (up to 50 cents), expression, brightness (an octave to either
  side) and pressure, each of one note.

The tail is given to the host as 12 seconds, the longest release with a hall. Mono and legato play one voice for each
channel.

## What is not there

- The sliders *Phrasing*, *Rules* and *Humanize* of `ddsp-live play`: what a note is like by the notes before it is
  reckoned in Python. Render a MIDI file by `ddsp-live render` to have them. So
  a patch with learned phrasing sounds a little different here; few have it.
- The [effects](effects.md) of `ddsp-live play`: hosts have their own.
- 8-bit decoding, playing by voice, files of controller maps, Scala files, and recordings of rooms of your own.
- A window of its own: hosts show the parameters as sliders.
- VST3 and Audio Units. The [clap-wrapper](https://github.com/free-audio/clap-wrapper) project makes both from a CLAP. A
  recipe, not tested: build it with
  `-DCLAP_WRAPPER_OUTPUT_NAME=ddsp-live`, put the result beside the CLAP, and let the host scan.

## If it stays silent

| the host's log says | do |
|---|---|
| ddsp-live has no patches | run `ddsp-live plugins install` |
| the patch … is damaged, or of another version | run `ddsp-live plugins install` again |
| ddsp-live plays at 8 to 192 kHz | choose another sample rate in the host |
| the host connects no stereo output | give the track two channels |
"""


def daw_page() -> str:
    """Return the page as Markdown."""
    return HEAD + plugin_markdown() + TAIL
