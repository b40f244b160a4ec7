"""A synth's control stage without sound: what MIDI and notes do to its state."""

import units
from hand_maps import hand_map

ffi, lib = units.load(
    "synth/midi_dispatch.h",
    "synth/note_lifecycle.h",
    "midi/channel.h",
    "midi/voice_allocator.h",
    "midi/tuning.h",
    "expression/mod_matrix_swap.h",
)
RATE = 48000.0
_kept = {}


def make(voices=4):
    """A Synth * of that many voices, with the map `keyboard` and an instrument of which nothing is asked."""
    synth, instrument = ffi.new("Synth *"), ffi.new("Instrument *")
    _kept[synth] = instrument
    synth.config.sample_rate, synth.config.voices = RATE, voices
    synth.current = instrument
    for channel in range(16):
        lib.channel_init(ffi.addressof(synth.channel[channel]))
    lib.mod_matrix_swap_init(ffi.addressof(synth.maps))
    lib.mod_matrix_swap_write(ffi.addressof(synth.maps), hand_map(ffi))
    lib.mod_matrix_swap_take(ffi.addressof(synth.maps))
    lib.voice_allocator_init(ffi.addressof(synth.voices), lib.player_of(synth), voices, 0)
    lib.tuning_init(ffi.addressof(synth.tuning))
    return synth


def play(synth, *messages, time=0, **event):
    """Play MIDI messages, each a tuple of bytes; `event` are further fields of each Event."""
    for message in messages:
        playing = ffi.new("Event *", {"time": time, "bytes": list(message), "size": len(message), **event})
        synth.playing = playing
        lib.midi_play(synth, time, playing)


def held(synth):
    """(channel, note) of every voice whose key is down."""
    slots = [synth.voices.slot[voice] for voice in range(synth.config.voices)]
    return sorted((slot.channel, slot.note) for slot in slots if slot.state == lib.VOICE_HELD)
