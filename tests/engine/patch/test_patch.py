"""Patches: what was written comes back, and what a stranger tampered with is refused in one sentence."""

import hashlib
import io
import json
import math
import struct
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import onnx
import pytest
import soundfile
from ddsp_live.decoders.onnx_runtime import import_quietly
from ddsp_live.patch import PatchError, list_patches, load_patch, write_patch
from ddsp_live.patch import file as patch_file
from ddsp_live.patch import library as patch_module
from ddsp_live.patch.container import amend, content_hash, read_members
from make_patch import LICENCE, make_layers, make_patch, make_weights
from scipy import signal

onnxruntime = import_quietly("onnxruntime")

BODY = signal.butter(4, [0.05, 0.4], "bandpass", output="sos")
COVERAGE = {
    "pitch_low": 60,
    "pitch_step": 1,
    "loudness_low": -60,
    "loudness_step": 3,
    "frames": [[0, 5], [7, 2]],
}
ROOM = np.random.default_rng(1).uniform(-1, 1, (4000, 2)).astype(np.float32)


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("patches") / "reed.ddsp"
    return make_patch(path, seed=4, body=BODY, room=ROOM, room_rate=48000, recurrent=True)


def test_a_patch_may_have_a_map_of_its_recordings(tmp_path):
    assert load_patch(make_patch(tmp_path / "mapped.ddsp", coverage=COVERAGE)).coverage == COVERAGE
    assert load_patch(make_patch(tmp_path / "unmapped.ddsp")).coverage is None


def members_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def info_of(members: dict[str, bytes]) -> dict:
    return json.loads(members["patch.json"])


def zipped(members, *, compression=zipfile.ZIP_STORED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, data in members.items() if isinstance(members, dict) else members:
            archive.writestr(name, data)
    return file.getvalue()


def signed(members: dict[str, bytes], info: dict | None = None) -> bytes:
    """Zipped with a patch.json whose hash is right."""
    info = {**(info_of(members) if info is None else info)}
    info["content_hash"] = content_hash(info, members)
    return zipped({**members, "patch.json": json.dumps(info).encode()})


def test_a_patch_comes_back_as_it_was_written(written):
    patch = load_patch(written)
    layers = make_layers(32, 20, 17, 2, (1, 2, 4), recurrent=True)
    weights = make_weights(layers, seed=4)
    assert (patch.name, patch.harmonics, patch.noise_bands, patch.sample_rate) == ("reed", 20, 17, 44100)
    assert patch.layers == layers
    assert all(np.array_equal(patch.weights[name], array) for name, array in weights.items())
    assert patch.pitch_quantiles[::20] == (patch.pitch_low, patch.pitch_high) == (45.0, 84.0)
    assert patch.licence == LICENCE
    np.testing.assert_array_equal(patch.body, BODY)
    np.testing.assert_allclose(patch.room, ROOM, rtol=0, atol=2**-23)
    assert patch.room_rate == 48000


def test_a_random_patch_is_louder_where_it_should_be(written):
    patch = load_patch(written)
    session = onnxruntime.InferenceSession(patch.onnx, providers=["CPUExecutionProvider"])
    levels_db = np.array([-60, -40, -20, 0], np.float32)[:, None]
    pitch = np.full_like(levels_db, 60 / 127)
    state = np.zeros((4, patch.state_size), np.float32)
    feeds = {"f0_scaled": pitch, "loudness_scaled": levels_db / 80 + 1, "state": state}
    amplitude, distribution, noise, _ = session.run(None, feeds)
    assert (np.diff(20 * np.log10(amplitude[:, 0])) > 10).all()
    assert 0.1 < amplitude[-1, 0] < 1
    np.testing.assert_allclose(distribution.sum(1), 1, rtol=1e-5)
    assert noise.max() < 0.02


def test_the_same_patch_has_the_same_bytes_and_needs_no_zip_features(written, tmp_path):
    again = make_patch(tmp_path / "reed.ddsp", seed=4, body=BODY, room=ROOM, room_rate=48000, recurrent=True)
    assert again.read_bytes() == written.read_bytes()
    with zipfile.ZipFile(again) as archive:
        assert {entry.compress_type for entry in archive.infolist()} == {zipfile.ZIP_STORED}
    assert [path.name for path in tmp_path.iterdir()] == ["reed.ddsp"]


def test_what_is_amended_keeps_every_other_byte(written, tmp_path):
    output = amend(written, tmp_path / "amended.ddsp", {"family": "brass"})
    before, after = read_members(written), read_members(output)
    assert {name for name in before if before[name] != after[name]} == {"patch.json"}
    assert load_patch(output).info["family"] == "brass"
    old, new = (json.loads(members["patch.json"]) for members in (before, after))
    assert {key for key in old if old[key] != new[key]} <= {"family", "content_hash"}


def test_a_patch_may_be_packed_again(written, tmp_path):
    path = tmp_path / "packed.ddsp"
    path.write_bytes(zipped(members_of(written), compression=zipfile.ZIP_DEFLATED))
    assert load_patch(path).name == "reed"


def test_a_patch_that_would_be_refused_is_not_written(tmp_path):
    path = make_patch(tmp_path / "kept.ddsp")
    before = path.read_bytes()
    for changes, reason in (
        ({"harmonics": 20, "noise_bands": 17, "frame_rate": 0}, "frame_rate"),
        ({"room": ROOM * 2, "room_rate": 48000}, "within ±1"),
        ({"room": ROOM}, "room_rate"),
        ({"training": {"loss": math.nan}}, "cannot be written"),
        ({"training": {"loss": object()}}, "cannot be written"),
    ):
        with pytest.raises(PatchError, match=reason):
            make_patch(path, **changes)
    assert path.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["kept.ddsp"]


def test_an_interrupted_write_leaves_the_old_patch(written, tmp_path, monkeypatch):
    path = make_patch(tmp_path / "kept.ddsp")
    before = path.read_bytes()
    monkeypatch.setattr("os.replace", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        write_patch(path, info_of(members_of(written)), members_of(written)["decoder.onnx"], licence=LICENCE)
    assert path.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["kept.ddsp"]


@pytest.fixture
def factory(tmp_path, monkeypatch) -> Path:
    for name in ("alto-saxophone", "tenor-saxophone", "violin"):
        make_patch(tmp_path / f"{name}.ddsp")
    (tmp_path / "README.md").write_text("not a patch")
    monkeypatch.setattr(patch_module.resources, "files", lambda package: tmp_path)
    return tmp_path


def test_factory_patches_are_found_by_name(factory):
    assert load_patch("violin").path == factory / "violin.ddsp"
    assert [entry.name for entry in list_patches()] == ["alto-saxophone", "tenor-saxophone", "violin"]


def test_an_unknown_name_is_answered_with_the_nearest(factory):
    with pytest.raises(PatchError, match=r"no patch named 'alto-saxofone'; the nearest are alto-saxophone"):
        load_patch("alto-saxofone")
    with pytest.raises(PatchError, match="check the path"):
        load_patch(factory / "drum.ddsp")


def test_listing_reads_only_the_description(factory, monkeypatch):
    monkeypatch.setattr(patch_file, "read_weights", lambda model: pytest.fail("weights were read"))
    opened = []
    read = zipfile.ZipFile.open
    monkeypatch.setattr(
        zipfile.ZipFile, "open", lambda *a, **k: opened.append(a[1].filename) or read(*a, **k)
    )
    assert list_patches()[0].info["harmonics"] == 20
    assert set(opened) == {"patch.json"}


def changed(key: str, value):
    """A signed patch with one entry of patch.json, named by a dotted path, replaced; `...` removes it."""

    def make(members: dict[str, bytes]) -> bytes:
        info = info_of(members)
        *path, last = key.split(".")
        inner = info
        for step in path:
            inner = inner[step]
        inner[last] = value
        if value is ...:
            del inner[last]
        return signed(members, info)

    return make


def ringing(ring_db: float, ring_ms: float):
    """A signed patch that says how its notes ring on."""
    performance = {"attack_ms": 30.0, "release_ms": 80.0, "ring_db": ring_db, "ring_ms": ring_ms}
    return changed("performance", performance)


def replaced(name: str, data: bytes):
    return lambda members: signed({**members, name: data})


def with_json(text: bytes):
    return lambda members: zipped({**members, "patch.json": text})


def body(*rows) -> bytes:
    return json.dumps({"sos": rows}).encode()


def flac(room, rate=48000, format="FLAC") -> bytes:
    file = io.BytesIO()
    soundfile.write(file, room, rate, format=format)
    return file.getvalue()


def bomb(members: dict[str, bytes]) -> bytes:
    return zipped({**members, "patch.json": b" " * (8 << 20)}, compression=zipfile.ZIP_DEFLATED)


def lying_about_size(members: dict[str, bytes], claimed: int = 100) -> bytes:
    """8 MB that the zip's directory says are `claimed` bytes."""
    data = bytearray(bomb(members))
    real = struct.pack("<L", 8 << 20)
    while (at := data.find(real)) >= 0:
        data[at : at + 4] = struct.pack("<L", claimed)
    return bytes(data)


def method(number: int):
    def make(members: dict[str, bytes]) -> bytes:
        data = bytearray(zipped(members))
        for signature, offset in ((b"PK\3\4", 8), (b"PK\1\2", 10)):
            at = data.find(signature)
            data[at + offset : at + offset + 2] = struct.pack("<H", number)
        return bytes(data)

    return make


def encrypted(members: dict[str, bytes]) -> bytes:
    data = bytearray(zipped(members))
    for signature, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        data[data.find(signature) + offset] |= 1
    return bytes(data)


def huge_directory(members: dict[str, bytes]) -> bytes:
    return zipped([*members.items(), *((f"{i}", b"") for i in range(3000))])


def twice(members: dict[str, bytes]) -> bytes:
    with pytest.warns(UserWarning, match="Duplicate name"):
        return zipped([*members.items(), ("LICENSE.txt", b"other")])


def flipped(members: dict[str, bytes]) -> bytes:
    data = bytearray(zipped(members))
    data[data.find(members["decoder.onnx"]) + 500] ^= 1
    return bytes(data)


def model_with(**weights):
    """A signed patch with initializers of the decoder replaced."""

    def make(members: dict[str, bytes]) -> bytes:
        model = onnx.load_from_string(members["decoder.onnx"])
        for tensor in model.graph.initializer:
            if tensor.name in weights:
                tensor.CopyFrom(onnx.numpy_helper.from_array(weights[tensor.name], tensor.name))
        return signed({**members, "decoder.onnx": model.SerializeToString()})

    return make


HOSTILE = {
    "not a zip": (lambda members: b"RIFF" * 100, "not a whole zip"),
    "empty file": (lambda members: b"", "not a whole zip"),
    "cut short": (lambda members: zipped(members)[:-30], "not a whole zip"),
    "cut at the front": (lambda members: zipped(members)[100:], "damaged|not a whole zip"),
    "a member too many": (lambda members: zipped({**members, "run.py": b""}), "'run.py', which no patch has"),
    "path outside": (lambda members: zipped({**members, "../patch.json": b""}), "which no patch has"),
    "absolute path": (lambda members: zipped({**members, "/etc/passwd": b""}), "which no patch has"),
    "name that steers terminals": (lambda members: zipped({**members, "\x1b[2J": b""}), r"'\\x1b\[2J'"),
    "member twice": (twice, "two members named LICENSE.txt"),
    "no decoder": (lambda m: zipped({k: v for k, v in m.items() if k != "decoder.onnx"}), "no decoder.onnx"),
    "no licence": (lambda m: zipped({k: v for k, v in m.items() if k != "LICENSE.txt"}), "no LICENSE.txt"),
    "zip bomb": (bomb, "patch.json is larger than 1 MB"),
    "zip bomb with a false size": (lying_about_size, "damaged|another size"),
    "false size, too large": (lambda members: lying_about_size(members, 1 << 31), "larger than"),
    "huge directory": (huge_directory, "more than the 7 members"),
    "another compression": (method(14), "neither stored nor deflated"),
    "encrypted": (encrypted, "is encrypted"),
    "a flipped bit": (flipped, "decoder.onnx is damaged"),
    "another decoder": (lambda m: zipped({**m, "decoder.onnx": m["decoder.onnx"] + b"\0"}), "its hash says"),
    "another title": (with_json(b'{"format": 1, "title": "x"}'), "its hash says"),
    "JSON cut short": (with_json(b'{"format": 1'), "not valid JSON"),
    "JSON list": (with_json(b"[1]"), "not a JSON object"),
    "JSON nested deep": (with_json(b'{"a":' * 50000 + b"1" + b"}" * 50000), "not valid JSON|nested"),
    "JSON nested": (with_json(b'{"a":' * 30 + b"1" + b"}" * 30), "nested"),
    "JSON key twice": (with_json(b'{"format": 1, "format": 1}'), "not valid JSON"),
    "JSON NaN": (with_json(b'{"format": NaN}'), "not valid JSON"),
    "JSON infinite": (with_json(b'{"format": 1e999}'), "not valid JSON"),
    "JSON long number": (with_json(b'{"format": ' + b"9" * 5000 + b"}"), "not valid JSON"),
    "JSON not UTF-8": (with_json(b'{"format": "\xff"}'), "not valid JSON"),
    "newer": (changed("format", 3), "made by a newer ddsp-live"),
    "older": (changed("format", 0), "does not say format 1"),
    "format is true": (changed("format", True), "does not say format 1"),
    "no format": (changed("format", ...), "does not say format 1"),
    "escape in the title": (changed("title", "\x1b]0;x\x07"), "control characters"),
    "half a letter": (changed("title", "\ud800"), "control characters"),
    "escape in a key": (changed("training", {"\n": 1}), "control characters"),
    "long title": (changed("title", "x" * 101), "title in its patch.json"),
    "name is a path": (changed("name", "../reed"), "name in its patch.json"),
    "name goes on as a path": (changed("name", "reed/../../x"), "name in its patch.json"),
    "rate is text": (changed("sample_rate", "44100"), "a whole number from 8000"),
    "rate is a fraction": (changed("sample_rate", 44100.5), "a whole number from 8000"),
    "rate too high": (changed("sample_rate", 10**12), "a whole number from 8000"),
    "frame rate 0": (changed("frame_rate", 0), "frame_rate"),
    "harmonics true": (changed("harmonics", True), "harmonics"),
    "other harmonics": (changed("harmonics", 21), "is 21, but its layers give 20"),
    "other noise bands": (changed("noise_bands", 16), "is 16, but its layers give 17"),
    "other state": (changed("state_size", 1), "state_size in its patch.json is 1"),
    "no pitch": (changed("pitch", ...), "no pitch.low"),
    "pitch is a list": (changed("pitch", [45, 84]), "no pitch.low"),
    "pitch upside down": (changed("pitch.low", 100), "not below pitch.high"),
    "quantiles short": (changed("pitch.quantiles", [50] * 20), "21 ascending numbers"),
    "quantiles fall": (changed("loudness.quantiles", list(range(0, -21, -1))), "21 ascending numbers"),
    "attack negative": (changed("performance.attack_ms", -1), "a number from 0 to 5000"),
    "ring without a time": (changed("performance.ring_db", -20), "no performance.ring_ms"),
    "ring louder than the note": (ringing(3, 900), "a number from -60 to -3"),
    "ring without an end": (ringing(-20, 1e9), "a number from 1 to 20000"),
    "map is a list": (changed("coverage", []), "no coverage.pitch_low"),
    "map without rows": (changed("coverage", {**COVERAGE, "frames": []}), "rows of equally many"),
    "map askew": (changed("coverage", {**COVERAGE, "frames": [[1, 2], [3]]}), "rows of equally many"),
    "map of texts": (changed("coverage", {**COVERAGE, "frames": ["ab"]}), "rows of equally many"),
    "map below nothing": (changed("coverage", {**COVERAGE, "frames": [[-1]]}), "rows of equally many"),
    "map too large": (changed("coverage", {**COVERAGE, "frames": [[0] * 80] * 141}), "1 to 140 rows"),
    "map without a scale": (changed("coverage", {**COVERAGE, "pitch_step": 0}), "coverage.pitch_step"),
    "no layers": (changed("layers", []), "1 to 64 layers"),
    "layers are text": (changed("layers", "dense"), "must be a list"),
    "unknown op": (changed("layers", [{"op": "eval", "input": ["f0_scaled"], "output": "x"}]), "eval"),
    "layer is a number": (changed("layers", [7]), "decoder layer 1"),
    "source unknown": (changed("source.licence", ...), "no source.licence"),
    "ONNX damaged": (replaced("decoder.onnx", b"\xff\xff"), "the ONNX model is damaged"),
    "weights not finite": (model_with(**{"amplitude.bias": np.full(1, np.nan, np.float32)}), "not finite"),
    "weights misshapen": (model_with(**{"amplitude.bias": np.zeros(2, np.float32)}), "amplitude.bias"),
    "licence empty": (replaced("LICENSE.txt", b"\n"), "LICENSE.txt is empty"),
    "licence binary": (replaced("LICENSE.txt", b"\xff"), "not UTF-8"),
    "licence with escapes": (replaced("LICENSE.txt", b"\x1b[2J"), "control characters"),
    "body not stable": (replaced("body.json", body([1, 0, 0, 1, 0, 1.0])), "not stable"),
    "body pole outside": (replaced("body.json", body([1, 0, 0, 1, -2.1, 0.99])), "not stable"),
    "body amplifies": (replaced("body.json", body([5000, 0, 0, 1, 0, 0])), "more than 60 dB"),
    "body resonates": (replaced("body.json", body([1, 0, 0, 1, -1.999999, 0.9999999])), "more than 60 dB"),
    "body a0": (replaced("body.json", body([1, 0, 0, 0, 0, 0])), "a0"),
    "body of five": (replaced("body.json", body([1, 0, 0, 1, 0])), "six numbers"),
    "body of texts": (replaced("body.json", body(["1", 0, 0, 1, 0, 0])), "six numbers"),
    "body too long": (replaced("body.json", body(*[[1, 0, 0, 1, 0, 0]] * 65)), "1 to 64 sections"),
    "body empty": (replaced("body.json", b"{}"), "1 to 64 sections"),
    "room is a WAV": (replaced("room.flac", flac(ROOM, format="WAV")), "not a FLAC"),
    "room damaged": (replaced("room.flac", b"fLaC" + bytes(100)), "room.flac is damaged"),
    "room cut short": (replaced("room.flac", flac(ROOM)[:-9000]), "cut short|damaged"),
    "room too long": (replaced("room.flac", flac(np.zeros(8000 * 20 + 1), 8000)), "at most 20 s"),
    "room of three channels": (replaced("room.flac", flac(np.zeros((9, 3)))), "1 or 2 channels"),
    "room empty": (replaced("room.flac", b""), "not a FLAC"),
}


@pytest.mark.parametrize("tamper, reason", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_patch_is_refused_in_one_sentence(written, tmp_path, tamper, reason):
    path = tmp_path / "stranger.ddsp"
    path.write_bytes(tamper(members_of(written)))
    with pytest.raises(PatchError, match=reason) as caught:
        load_patch(path)
    assert_one_sentence(caught.value)


def test_a_bomb_takes_no_memory(written, tmp_path):
    path = tmp_path / "bomb.ddsp"
    for make in (bomb, lying_about_size, huge_directory):
        path.write_bytes(make(members_of(written)))
        tracemalloc.start()
        with pytest.raises(PatchError):
            load_patch(path)
        assert tracemalloc.get_traced_memory()[1] < 2 << 20
        tracemalloc.stop()


def test_damage_anywhere_is_refused_in_one_sentence(written, tmp_path):
    data = written.read_bytes()
    path = tmp_path / "damaged.ddsp"
    rng = np.random.default_rng(2)
    for _ in range(300):
        damaged = bytearray(data)
        for at in rng.integers(0, len(data), 3):
            damaged[at] ^= rng.integers(1, 256)
        path.write_bytes(bytes(damaged[: rng.integers(1, len(data))] if rng.random() < 0.3 else damaged))
        try:
            load_patch(path)  # the zip has bytes that mean nothing, such as dates
        except PatchError as error:
            assert_one_sentence(error)


def assert_one_sentence(error: PatchError) -> None:
    text = str(error)
    assert ".ddsp cannot be used: " in text
    assert text.endswith(".") and text.isprintable() and ". " not in text
    assert len(text) < 400


def test_the_hash_is_what_the_format_says(written):
    members = members_of(written)
    info = info_of(members)
    claimed = info.pop("content_hash")
    digest = hashlib.sha256()
    for name in ("LICENSE.txt", "body.json", "decoder.onnx", "room.flac"):
        digest.update(f"{name} {len(members[name])}\n".encode() + members[name])
    digest.update(json.dumps(info, sort_keys=True, separators=(",", ":")).encode())
    assert claimed == f"sha256:{digest.hexdigest()}"
