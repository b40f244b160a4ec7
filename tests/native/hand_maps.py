"""The shipped maps of gestures as a unit of the kernel has them."""

from ddsp_live.modulation.matrix_file import compile_map, find_map
from ddsp_live.native._kernel import ffi as kernel


def hand_map(ffi, wanted="keyboard"):
    """A ModMatrix of another cffi module: a preset by its name, or rows."""
    made = ffi.new("ModMatrix *")
    ffi.memmove(made, kernel.buffer(compile_map(find_map(wanted))), ffi.sizeof("ModMatrix"))
    return made
