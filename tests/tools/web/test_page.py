"""The page in a browser: it plays what `Synth.render` plays, and keys, sliders and names are there."""

import functools
import http.server
import threading

import ddsp_live
import numpy as np
import pytest
from browser import launched
from ddsp_live.plugins.parameters import PARAMETERS
from ddsp_live.tools.web.build import build, has_compiler, listing

RATE = 48000
SECONDS = 1.0
FAR_DB = -100.0  # from the kernel: other instructions round differently
EVENTS = [
    (0, 0xB0, 74, 90),
    (0, 0x90, 60, 100),
    (4801, 0x90, 67, 70),
    (9000, 0xE0, 0, 80),
    (20001, 0x80, 60, 64),
    (21000, 0x90, 72, 110),
    (40000, 0xB0, 64, 127),
    (41000, 0x80, 67, 64),
]


def test_the_list_names_all_patches_and_their_places():
    made = listing()
    assert len(made["patches"]) == len(ddsp_live.list_patches())
    for row in made["parameters"]:
        assert PARAMETERS[row["index"]].label == row["label"]


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """The page's address, built and served."""
    if not has_compiler():
        pytest.skip("The compiler zig is not installed: `pip install ziglang`.")
    folder = build(tmp_path_factory.mktemp("web"))
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/index.html"
    server.shutdown()


@pytest.fixture(scope="module")
def chromium():
    with launched() as browser:
        yield browser


@pytest.fixture(scope="module")
def tab(page, chromium):
    tab = chromium.new_page()
    tab.goto(page)
    tab.wait_for_selector("#patch option", state="attached")
    return tab


@pytest.mark.slow
@pytest.mark.parametrize(("patch", "rate"), [("alto-saxophone", 48000), ("flute", 44100), ("violin", 96000)])
def test_it_plays_what_the_kernel_plays(tab, patch, rate):
    script = "async (a) => (await import('./page.js')).render(a.file, a.score, a.seconds, a.rate)"
    score = {"file": f"{patch}.flat", "score": EVENTS, "seconds": SECONDS, "rate": rate}
    got = np.array(tab.evaluate(script, score), np.float64).T
    synth = ddsp_live.Synth(patch, sample_rate=rate, trim=True)
    for time, *message in EVENTS:
        synth.send(bytes(message), time=time)
    wanted = synth.render(round(SECONDS * rate)).astype(np.float64)
    assert np.abs(wanted).max() > 0.01
    error_db = 10 * np.log10(np.sum((got - wanted) ** 2) / np.sum(wanted**2))
    print(f"{patch} at {rate} Hz: {error_db:.1f} dB")
    assert error_db < FAR_DB


@pytest.mark.slow
def test_keys_sliders_and_instruments_have_names(tab):
    assert tab.locator("#patch option").count() == len(ddsp_live.list_patches())
    assert tab.get_by_label("Instrument").count() == 1
    assert tab.get_by_role("slider", name="Vibrato").count() == 1
    assert tab.get_by_role("button", name="C4", exact=True).count() == 1
    assert "recorded from" in tab.locator("#range").inner_text()


@pytest.mark.slow
def test_a_browser_without_audio_worklets_is_told(page, chromium):
    tab = chromium.new_page()
    tab.add_init_script("delete window.AudioWorkletNode")
    tab.goto(page)
    tab.wait_for_function("document.querySelector('#status').textContent.includes('AudioWorklet')")
    assert tab.get_by_role("button", name="Start the sound").is_disabled()


@pytest.mark.slow
def test_it_starts_plays_and_changes_the_instrument(page, chromium):
    """As a player would, in real time: what is fetched before the first note is less than 1.5 MB."""
    tab, sizes = chromium.new_page(), []
    tab.on("response", lambda response: sizes.append(int(response.headers.get("content-length", 0))))
    tab.on("pageerror", lambda error: pytest.fail(str(error)))
    tab.goto(page)
    tab.get_by_role("button", name="Start the sound").click()
    tab.wait_for_function("document.querySelector('#status').textContent.includes('play with')")
    assert sum(sizes) < 1.5e6
    key = tab.get_by_role("button", name="C4", exact=True)
    tab.keyboard.down("a")
    assert "down" in key.get_attribute("class")
    tab.keyboard.up("a")
    assert "down" not in key.get_attribute("class")
    tab.get_by_label("Instrument").select_option(index=3)
    title = tab.locator("#patch option").nth(3).inner_text()
    tab.wait_for_function(
        "title => document.querySelector('#status').textContent.startsWith(title)", arg=title
    )
