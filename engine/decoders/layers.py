"""The decoder's layers: what each op in a patch's layer list needs, and how wide its output is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from ..ranges import is_number, is_whole

MAX_LAGS = 8
MAX_LAG = 64
MAX_INPUTS = 32
MAX_SIZE = 4096
MAX_KNOTS = 256
LARGEST_LEVEL_DB, LARGEST_SLOPE = 60.0, 4.0  # of a table

Shapes = dict[str, tuple[int, ...]]


@dataclass(frozen=True)
class Op:
    """A row of the table below: sizes in floats, from the checked layer and the width of its input."""

    output_size: Callable[[Mapping, int], int] = lambda layer, width: width
    state_size: Callable[[Mapping, int], int] = lambda layer, width: 0
    shapes: Callable[[Mapping, int], Shapes] = lambda layer, width: {}
    parameter: str = ""
    """The key of the one number it takes."""
    elementwise: bool = False
    """May write where it reads."""
    keys: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    """Keys of further numbers that the kernel is told."""
    limits: Mapping[str, float] = field(default_factory=dict)
    """The most that an array's values may be, up or down."""
    halves: bool = False
    """Reads two values of equal size."""


def _table_shapes(layer: Mapping, width: int) -> Shapes:
    table = (layer["knots"], layer["columns"])
    return {"levels": table, "slopes": table, "reference": table[:1]}


def _gru_shapes(layer: Mapping, width: int) -> Shapes:
    size = layer["size"]
    return {
        "weight": (3 * size, width),
        "bias": (3 * size,),
        "weight_hidden": (3 * size, size),
        "bias_hidden": (3 * size,),
    }


OPS = {
    "difference": Op(
        output_size=lambda layer, width: width * (1 + len(layer["lags"])),
        state_size=lambda layer, width: width * layer["lags"][-1] + 1,
        keys=("lags",),
    ),
    "dense": Op(
        output_size=lambda layer, width: layer["size"],
        shapes=lambda layer, width: {"weight": (layer["size"], width), "bias": (layer["size"],)},
        keys=("size", "weight", "bias"),
    ),
    "layer_norm": Op(
        shapes=lambda layer, width: {"weight": (width,), "bias": (width,)},
        parameter="epsilon",
        elementwise=True,
        keys=("weight", "bias", "epsilon"),
    ),
    "leaky_relu": Op(parameter="slope", elementwise=True, keys=("slope",)),
    "gru": Op(
        output_size=lambda layer, width: layer["size"],
        state_size=lambda layer, width: layer["size"],
        shapes=_gru_shapes,
        keys=("size", "weight", "bias", "weight_hidden", "bias_hidden"),
    ),
    "exp_sigmoid": Op(elementwise=True),
    "normalize": Op(elementwise=True),
    "table": Op(
        output_size=lambda layer, width: layer["size"],
        shapes=_table_shapes,
        parameter="floor_db",
        keys=("size", "knots", "columns", "first", "step", "floor_db", "levels", "slopes", "reference"),
        numbers=("knots", "columns", "first", "step"),
        limits={"levels": LARGEST_LEVEL_DB, "slopes": LARGEST_SLOPE, "reference": 200.0},
    ),
    "product": Op(output_size=lambda layer, width: width // 2, halves=True),
    "ratio": Op(output_size=lambda layer, width: 1, halves=True),
}


def layer_label(layer: Any, index: int) -> str:
    """How error messages call a layer, counted from 1."""
    op = layer.get("op") if isinstance(layer, Mapping) else None
    known = isinstance(op, str) and op in OPS
    return f"Decoder layer {index + 1}" + (f" ({op})" if known else "")


def checked_layer(layer: Any, index: int) -> Mapping:
    """A layer whose keys are all there and of the right kind; whether they fit together shows on placing it.

    Raises ValueError in one sentence that names the layer.
    """
    label = layer_label(layer, index)
    if not isinstance(layer, Mapping):
        raise ValueError(f"{label} is not an object with an op.")
    op = layer.get("op")
    if not isinstance(op, str) or op not in OPS:
        raise ValueError(f"{label} has the unknown op {str(op)[:40]!r}; known are {', '.join(OPS)}.")
    for key in ("input", "output", *OPS[op].keys):
        if key not in layer:
            raise ValueError(f'{label} lacks "{key}".')
        kind, fits = _KEYS[key]
        if not fits(layer[key]):
            raise ValueError(f'{label} has a bad "{key}": it must be {kind}.')
    return layer


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 200


def _are_names(value: Any) -> bool:
    return isinstance(value, list | tuple) and 1 <= len(value) <= MAX_INPUTS and all(map(_is_name, value))


def _are_lags(value: Any) -> bool:
    if not isinstance(value, list | tuple) or not 1 <= len(value) <= MAX_LAGS:
        return False
    if not all(is_whole(lag, 1, MAX_LAG) for lag in value):
        return False
    return all(earlier < later for earlier, later in pairwise(value))


_NAME = ("a name", _is_name)
_KEYS: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "input": (f"a list of 1 to {MAX_INPUTS} names", _are_names),
    "output": _NAME,
    "weight": _NAME,
    "bias": _NAME,
    "weight_hidden": _NAME,
    "bias_hidden": _NAME,
    "levels": _NAME,
    "slopes": _NAME,
    "reference": _NAME,
    "knots": (f"a whole number from 2 to {MAX_KNOTS}", lambda value: is_whole(value, 2, MAX_KNOTS)),
    "columns": (f"a whole number from 1 to {MAX_SIZE}", lambda value: is_whole(value, 1, MAX_SIZE)),
    "first": ("a MIDI note from -12 to 152", lambda value: is_number(value, -12.0, 152.0)),
    "step": (
        "a number from 0.1 to 24 semitones, so that no knots fall on each other",
        lambda value: is_number(value, 0.1, 24.0),
    ),
    "floor_db": ("a number from -200 to 0", lambda value: is_number(value, -200.0, 0.0)),
    "size": (f"a whole number from 1 to {MAX_SIZE}", lambda value: is_whole(value, 1, MAX_SIZE)),
    "lags": (f"up to {MAX_LAGS} ascending whole numbers from 1 to {MAX_LAG}", _are_lags),
    "epsilon": ("a number above 0 and up to 1", lambda value: is_number(value, 1e-12, 1.0)),
    "slope": ("a number from 0 to 1", lambda value: is_number(value, 0.0, 1.0)),
}
