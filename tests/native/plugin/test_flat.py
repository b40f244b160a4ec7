"""Flat files: what Python writes is what C reads, and what was changed on the way is refused."""

import subprocess
from pathlib import Path

import numpy as np
import pytest
from ddsp_live.kernel import flat
from ddsp_live.kernel.flat import flat_patch, flat_room, write_flat
from ddsp_live.kernel.instrument import described
from ddsp_live.patch import load_patch
from ddsp_live.patch.room import find_room
from make_performer import performed
from toolchain import KERNEL, PLUGIN, STRICT, clang, objects, program
from units import load

ROOM = 0.1 * np.random.default_rng(0).normal(size=(500, 2))
BODY = np.array([[1.0, -1.2, 0.5, 1.0, -1.1, 0.45], [1.0, 0.1, 0.2, 1.0, -0.2, 0.3]])
MEMORY = (*STRICT, "-O1", "-g", "-DNO_CLONES", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
MUTANTS = 2000
SECONDS = 300  # after which the mutants hang


@pytest.fixture(scope="module")
def c():
    return load("plugin/flat.h")


@pytest.fixture(scope="module")
def full(tmp_path_factory) -> Path:
    """A patch that has all that a patch can have."""
    path = tmp_path_factory.mktemp("patch") / "full.ddsp"
    return performed(path, recurrent=True, body=BODY, room=ROOM, room_rate=22050)


@pytest.fixture
def written(full, tmp_path) -> Path:
    return write_flat(tmp_path / "full.flat", flat_patch(load_patch(full)))


def read(c, path: Path):
    """The patch, or why it is refused."""
    ffi, lib = c
    patch = ffi.new("FlatPatch *")
    problem = lib.flat_read_patch(patch, str(path).encode())
    return patch if problem == ffi.NULL else ffi.string(problem).decode()


def numbers(config) -> list[float]:
    return np.float32(flat._numbers(config)).tolist()


def floats(ffi, pointer, count: int) -> np.ndarray:
    return np.frombuffer(ffi.buffer(ffi.cast("char *", pointer), 4 * count), np.float32)


def test_every_number_and_weight_arrives(c, full, written):
    ffi, lib = c
    patch, (config, alive) = load_patch(full), described(load_patch(full))
    got = read(c, written)
    assert ffi.string(got.texts.name).decode() == patch.name
    assert ffi.string(got.texts.hash).decode() == patch.info["content_hash"]
    assert got.frame_rate == patch.frame_rate
    own = np.float32(
        [
            number
            for name, _ in ffi.typeof("InstrumentConfig").fields
            for number in _leaves(c, got.config, name)
        ]
    )
    assert own.tolist() == numbers(config[0])
    for specs, network in ((got.config.layers, alive[0]), (got.config.performer_layers, alive[3])):
        for i, step in enumerate(network.steps):
            assert specs[i].input_size == step.input_size
            for name, array in step.arrays.items():
                np.testing.assert_array_equal(floats(ffi, getattr(specs[i], name), array.size), array.ravel())
    sos = np.frombuffer(ffi.buffer(ffi.cast("char *", got.config.body), 8 * 12), np.float64)
    np.testing.assert_array_equal(sos, BODY.ravel())
    assert (got.room.rate, got.room.length, got.room.channels) == (22050, 500, 2)
    np.testing.assert_array_equal(floats(ffi, got.room.samples, 1000), patch.room.T.ravel())
    lib.flat_free_patch(got)


def _leaves(c, config, name: str) -> list[float]:
    """The numbers of one field, read by this module's own types."""
    ffi, _ = c
    kind = dict(ffi.typeof("InstrumentConfig").fields)[name].type.kind
    if name in flat.HOSTS_OWN or kind == "pointer":
        return []
    return _flattened(ffi, getattr(config, name))


def _flattened(ffi, value) -> list[float]:
    if isinstance(value, int | float):
        return [float(value)]
    if ffi.typeof(value).kind == "array":
        return [number for each in value for number in _flattened(ffi, each)]
    return [n for name, _ in ffi.typeof(value).fields for n in _flattened(ffi, getattr(value, name))]


def test_the_same_patch_gives_the_same_bytes(full, written):
    assert flat_patch(load_patch(full)) == written.read_bytes()


def test_all_factory_patches_are_read(c, tmp_path):
    from ddsp_live.patch import list_patches

    for entry in list_patches():
        path = write_flat(tmp_path / "one.flat", flat_patch(load_patch(entry.path)))
        got = read(c, path)
        assert not isinstance(got, str), f"{entry.name} {got}"
        c[1].flat_free_patch(got)


def test_a_made_room_is_read(c, tmp_path):
    ffi, lib = c
    room = find_room("small-studio")
    path = write_flat(tmp_path / "studio.flat", flat_room("small-studio", "Small studio", room))
    got = ffi.new("FlatRoom *")
    assert lib.flat_read_room(got, str(path).encode()) == ffi.NULL
    np.testing.assert_array_equal(floats(ffi, got.samples, room.samples.size), room.samples.T.ravel())
    lib.flat_free_room(got)
    assert "no flat file" in read(c, path)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda data: data[: len(data) // 2], "damaged"),
        (lambda data: data + b"\0\0\0\0", "damaged"),
        (lambda data: b"", "cannot be read"),
        (lambda data: b"PK\3\4" + data[4:], "no flat file"),
        (lambda data: data[:8] + b"\2\0\0\0" + data[12:], "another version"),
        (lambda data: data[:-1] + bytes([data[-1] ^ 1]), "damaged"),
        (lambda data: data[:24] + b"\n" + data[25:], "damaged"),
    ],
)
def test_what_is_not_whole_is_refused(c, written, change, said):
    written.write_bytes(change(written.read_bytes()))
    assert said in read(c, written)


def test_a_file_that_is_not_there_is_refused(c, tmp_path):
    assert read(c, tmp_path / "none.flat") == "cannot be read"


@pytest.fixture(scope="module")
def mutants(tmp_path_factory) -> Path:
    source = Path(__file__).parent / "flat_mutants.c"
    needed = [path for path in PLUGIN if path.stem in ("flat", "flat_fields", "loader")]
    made = objects(clang(), MEMORY, [*KERNEL, *needed, source])
    return program(clang(), MEMORY, made, tmp_path_factory.mktemp("mutants"))


def test_mutants_never_crash_it(mutants, written, tmp_path):
    command = [mutants, str(written), str(tmp_path / "mutant.flat"), str(MUTANTS), "1"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)
    assert done.returncode == 0, done.stderr[-4000:]
    accepted, _, count, _, played, _ = done.stdout.replace(",", "").split()
    assert int(count) == MUTANTS
    assert 0 < int(accepted) < MUTANTS / 2 and int(played) > 0
