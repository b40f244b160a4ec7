"""The shipped maps of gestures as a unit of the kernel has them."""

from ddsp_live.midi.gesture_map import compile_map, find_map
from ddsp_live.native._kernel import ffi as kernel


def hand_map(ffi, wanted="keyboard"):
    """A HandMap of another cffi module: a preset by its name, or rows."""
    made = ffi.new("HandMap *")
    ffi.memmove(made, kernel.buffer(compile_map(find_map(wanted))), ffi.sizeof("HandMap"))
    return made
