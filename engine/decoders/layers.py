"""The decoder's layers: what each op in a patch's layer list needs, and how wide its output is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from ..ranges import is_number, is_whole

MAX_LAGS = 8
MAX_LAG = 64
MAX_INPUTS = 32
MAX_SIZE = 4096

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
    "size": (f"a whole number from 1 to {MAX_SIZE}", lambda value: is_whole(value, 1, MAX_SIZE)),
    "lags": (f"up to {MAX_LAGS} ascending whole numbers from 1 to {MAX_LAG}", _are_lags),
    "epsilon": ("a number above 0 and up to 1", lambda value: is_number(value, 1e-12, 1.0)),
    "slope": ("a number from 0 to 1", lambda value: is_number(value, 0.0, 1.0)),
}
