"""Damages files at random, by a seed: bytes anywhere, and numbers, texts and structure of JSON."""

import copy
import json
import os

import numpy as np

COUNT = int(os.environ.get("DDSP_LIVE_MUTANTS", "2000"))
"""Of each kind of file; a search by hand sets more."""
ODD = (
    *(
        None,
        True,
        False,
        0,
        1,
        -1,
        0.5,
        2,
        60,
        127,
        128,
        1e-320,
        1e308,
        -1e308,
        2**31,
        2**63,
        -(2**63),
        10**400,
    ),
    *(float("nan"), float("inf"), "", "x", "\0", "\ud800", "cc1", "room", "x" * 5000, "9" * 5000),
    *([], {}, [[]], [None], [1] * 128, [[0] * 12] * 16, {"a": 1}, {"op": "dense"}, [{}] * 70),
)


def damaged(rng: np.random.Generator, data: bytes) -> bytes:
    """A few bytes flipped, cut off, left out, twice, or in another place."""
    for _ in range(rng.integers(1, 4)):
        at, size = int(rng.integers(len(data) + 1)), int(2 ** rng.uniform(0, 8))
        piece = data[at : at + size]
        kind = rng.integers(7)
        if kind <= 1 and at < len(data):
            value = (
                rng.choice([0, 255, int(rng.integers(256))]) if kind else data[at] ^ 1 << int(rng.integers(8))
            )
            data = data[:at] + bytes([value]) + data[at + 1 :]
        elif kind == 2:
            data = data[:at]
        elif kind == 3:
            data = data[:at] + data[at + size :]
        elif kind == 4:
            data = data[:at] + piece + data[at:]
        elif kind == 5:
            data = data[:at] + rng.bytes(size) + data[at:]
        else:
            to = int(rng.integers(len(data) + 1))
            data = data[:to] + piece + data[to + size :]
    return data


def changed(rng: np.random.Generator, value):
    """A JSON value in which a node is odd, missing, twice, or another node's."""
    root = copy.deepcopy([value])
    for _ in range(rng.integers(1, 4)):
        places = list(_places(root))
        holder, key = places[rng.integers(len(places))]
        other, other_key = places[rng.integers(len(places))]
        kind = rng.integers(5)
        if kind <= 1:
            holder[key] = copy.deepcopy(ODD[rng.integers(len(ODD))])
        elif kind == 2 and holder is not root:
            del holder[key]
        elif kind == 3:
            holder[key] = copy.deepcopy(other[other_key])
        elif isinstance(holder, list):
            holder.append(copy.deepcopy(holder[key]))
        else:
            holder[f"{key}_"] = holder[key]
    return root[0]


def as_json(value) -> bytes:
    """JSON as a damaged program would write it, NaN and lone surrogates among it."""
    return json.dumps(value).encode()


def _places(value):
    for key in list(value) if isinstance(value, dict) else range(len(value)):
        yield value, key
        if isinstance(value[key], dict | list):
            yield from _places(value[key])
