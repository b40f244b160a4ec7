"""The panel's page in a real browser: what a player does on it is what sounds."""

import functools
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile
from browser import launched
from ddsp_live.audio.stream import Stream
from ddsp_live.midi import messages
from ddsp_live.tools.docs.panel_page import PICTURES, draw
from fake_sound import FakeSound
from make_patch import make_patch
from panel_rig import open_rig, until
from PIL import Image

DOCS = Path(__file__).parents[3] / "docs" / "panel"
SIZES = {"desktop": (1360, 900), "tablet": (820, 1180), "phone": (390, 844)}
WAIT_MS = 20_000


@pytest.fixture(scope="module")
def browser():
    with launched() as browser:
        yield browser


@pytest.fixture(scope="module")
def rig(tmp_path_factory):
    folder = tmp_path_factory.mktemp("panel")
    with open_rig(str(make_patch(folder / "tiny.ddsp")), folder, voices=8) as rig:
        yield rig


@pytest.fixture
def opened(browser, rig):
    """Opens pages; all are closed, and all is silent, afterwards."""
    contexts, errors = [], []

    def open_page(size="desktop", scheme="light", of=rig, touch=False):
        width, height = SIZES[size]
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            has_touch=touch or size != "desktop",
            is_mobile=touch,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(WAIT_MS)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.goto(of.server.url)
        page.wait_for_selector("#piano button")
        return page

    yield open_page
    for context in contexts:
        context.close()
    rig.session.panic()
    assert until(lambda: not rig.voices() and not rig.server.pages)
    assert errors == []


@pytest.fixture
def page(opened):
    return opened()


def key(page, name):
    return page.get_by_role("button", name=name, exact=True)


def box_of(locator):
    """Where it is on the page, as soon as it is drawn: a new layout puts new keys in place of the old."""
    boxes = []
    assert until(lambda: boxes.append(locator.bounding_box()) or boxes[-1] is not None)
    return boxes[-1]


def slide(page, name, value):
    """Move a slider as a player's hand does."""
    slider = page.get_by_role("slider", name=name, exact=True)
    slider.scroll_into_view_if_needed()
    box = box_of(slider)
    page.mouse.click(box["x"] + 9 + (box["width"] - 18) * value, box["y"] + box["height"] / 2)


def knob(rig, number, value):
    rig.session.receive(messages.control_change(number, value), time.monotonic())


def test_a_mouse_plays_keys_and_slides_over_them(rig, page):
    box = box_of(key(page, "C4"))
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] - 10)
    page.mouse.down()
    assert until(lambda: rig.pitches() == [60])
    page.mouse.move(box["x"] + 1.5 * box["width"], box["y"] + box["height"] - 10)
    assert until(lambda: rig.pitches() == [62])
    page.mouse.up()
    assert until(lambda: not rig.voices())


def test_lower_on_a_key_is_louder(rig, page):
    def loudness(share):
        box = box_of(key(page, "D4"))
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + share * box["height"])
        page.mouse.down()
        assert until(lambda: rig.voices() and rig.synth.position() - rig.voices()[0].onset > 24000)
        heard = rig.voices()[0].loudness_db
        page.mouse.up()
        assert until(lambda: not rig.voices())
        return heard

    assert loudness(0.97) > loudness(0.7) + 3


def test_the_computers_keys_play_and_change_the_octave(rig, page):
    page.keyboard.down("a")
    page.keyboard.down("e")
    assert until(lambda: rig.pitches() == [60, 63])
    page.keyboard.up("a")
    assert until(lambda: rig.pitches() == [63])
    page.keyboard.up("e")
    page.keyboard.press("x")
    page.keyboard.down("a")
    assert until(lambda: rig.pitches() == [72])
    page.keyboard.up("a")
    page.keyboard.press("z")
    assert until(lambda: rig.panel.settings["octave"] == 4)


def test_typing_a_name_plays_nothing(rig, page):
    page.get_by_label("Name of the preset").fill("")
    page.get_by_label("Name of the preset").press_sequentially("sad")
    assert page.get_by_label("Name of the preset").input_value() == "sad"
    assert not rig.voices()


def test_the_piano_is_played_by_focus_and_space(rig, page):
    key(page, "C4").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.down(" ")
    assert until(lambda: rig.pitches() == [61])
    page.keyboard.up(" ")
    assert until(lambda: not rig.voices())


def test_fingers_play_the_piano_on_a_phone(rig, opened):
    page = opened("phone")
    key(page, "E4").scroll_into_view_if_needed()
    box = box_of(key(page, "E4"))
    session = page.context.new_cdp_session(page)
    point = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] - 8}
    session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [point]})
    assert until(lambda: rig.pitches() == [64])
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert until(lambda: not rig.voices())


def test_dragging_on_the_pad_bends_and_swells_one_note(rig, page):
    box = box_of(page.locator("#pad"))

    def to(x, y):
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])

    to(0.5, 0.8)
    page.mouse.down()
    assert until(lambda: len(rig.voices()) == 1)
    (first,) = rig.voices()
    to(0.8, 0.3)
    assert until(lambda: rig.voices()[0].pitch > first.pitch + 8)
    assert until(lambda: rig.voices()[0].loudness_db > first.loudness_db + 6)
    assert rig.voices()[0].onset == first.onset
    reading = page.locator("#pad-reading").text_content()
    assert "dB" in reading
    page.mouse.up()
    assert until(lambda: not rig.voices())


def test_the_pad_is_played_by_keys(rig, page):
    page.locator("#pad").focus()
    page.keyboard.down(" ")
    assert until(lambda: len(rig.voices()) == 1)
    before = rig.voices()[0].pitch
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    assert until(lambda: rig.voices()[0].pitch == pytest.approx(before + 2, abs=0.02))
    page.keyboard.up(" ")
    assert until(lambda: not rig.voices())


def test_a_ball_stands_where_a_voice_sounds(rig, page):
    middle = 12 + round(rig.synth.patch.pitch_low)
    pixel = """([pitch]) => new Promise((done) => setTimeout(() => requestAnimationFrame(() => {
        const canvas = document.getElementById("pad-canvas"), box = canvas.getBoundingClientRect();
        const x = 40 + (pitch - 41) / (88 - 41) * (box.width - 56);
        const context = canvas.getContext("2d"), column = context.getImageData(x, 0, 1, canvas.height).data;
        const accent = getComputedStyle(document.documentElement).getPropertyValue("--accent").trim();
        const [r, g, b] = accent.match(/\\w\\w/g).map((hex) => parseInt(hex, 16));
        let found = 0;
        for (let i = 0; i < column.length; i += 4)
          found += column[i] === r && column[i + 1] === g && column[i + 2] === b;
        done(found);
    }), 150))"""
    assert page.evaluate(pixel, [middle]) == 0
    rig.synth.note_on(middle)
    assert until(lambda: page.evaluate(pixel, [middle]) >= 8)
    rig.synth.note_off(middle)


def test_sliders_move_controls_and_follow_knobs_that_pick_them_up(rig, page):
    slide(page, "Vibrato", 0.5)
    assert until(lambda: abs(rig.session.values["vibrato"] - 0.5) < 0.02)
    slider = page.get_by_role("slider", name="Vibrato", exact=True)
    knob(rig, 1, 0)  # stands elsewhere: it waits
    page.wait_for_function("() => !document.querySelector('#control-vibrato + .knob').hidden")
    assert rig.session.values["vibrato"] > 0.4
    for value in (40, 70, 100):
        knob(rig, 1, value)
    page.wait_for_function(
        "() => Math.abs(document.getElementById('control-vibrato').value - 100 / 127) < 0.01"
    )
    assert slider.get_attribute("aria-valuetext") == "39 ct"
    slider.press("Delete")
    assert until(lambda: rig.session.values["vibrato"] == 0)


def test_amounts_of_the_whole_synth_have_sliders_in_a_card_of_their_own(rig, page):
    page.get_by_role("heading", name="Interpretation").wait_for()
    slide(page, "Rules", 0.2)
    assert until(lambda: abs(rig.synth.rules - 2.0) < 0.3)
    rig.session.set("life", 0.25)
    page.wait_for_function("() => Math.abs(document.getElementById('control-life').value - 0.25) < 0.01")
    assert page.get_by_role("slider", name="Life", exact=True).get_attribute("aria-valuetext") == "25 %"
    rules = page.get_by_role("slider", name="Rules", exact=True)
    assert float(rules.get_attribute("aria-valuetext")) == pytest.approx(rig.synth.rules, abs=0.01)
    rig.session.set("life", None)
    rig.session.set("rules", None)


def test_a_knob_is_learned_by_touching_a_control_and_moving_it(rig, page):
    page.get_by_role("button", name="MIDI learn").click()
    page.locator("label", has_text="Room").first.click()
    assert until(lambda: rig.session.armed == "room")
    for value in (10, 20, 30):
        knob(rig, 30, value)
    page.get_by_text("moved by CC 30").wait_for()
    knob(rig, 30, 127)
    page.wait_for_function("() => document.getElementById('control-room').value == 1")
    page.get_by_role("button", name="MIDI learn").click()
    page.get_by_role("button", name="Forget the knob of Room").click()
    assert until(lambda: rig.session.learned == {})
    rig.session.set("room", 0.0)


def test_a_patch_is_chosen_while_a_note_sounds(rig, page):
    before = rig.panel.patch()["reference"]
    page.keyboard.down("a")
    assert until(lambda: rig.pitches() == [60])
    page.get_by_role("button", name="Trumpet").click()
    page.get_by_role("heading", level=1, name="Trumpet").wait_for()
    assert rig.synth.patch.name == "trumpet" and rig.pitches() == [60]
    page.keyboard.up("a")
    rig.session.load(before)


def test_recording_is_started_and_ended_by_a_button(rig, page):
    page.keyboard.down("a")
    page.get_by_role("button", name="Record to a WAV file").click()
    page.get_by_role("button", name="Stop recording").wait_for()
    file = rig.panel.folder / rig.panel.recording()["file"]
    start = rig.panel._recorder.start
    assert until(lambda: rig.panel._tap.written() > start + 12000)
    page.get_by_role("button", name="Stop recording").click()
    page.get_by_text("were recorded").wait_for()
    page.keyboard.up("a")
    assert soundfile.info(file).frames >= 12000


def test_presets_are_saved_and_recalled(rig, page):
    slide(page, "Vibrato", 0.75)
    assert until(lambda: rig.session.values["vibrato"] > 0.7)
    page.get_by_label("Name of the preset").fill("evening")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Recall the preset evening").wait_for()
    rig.session.set("vibrato", 0.0)
    page.get_by_role("button", name="Recall the preset evening").click()
    assert until(lambda: rig.session.values["vibrato"] > 0.7)
    page.get_by_role("button", name="Delete the preset evening").click()
    page.get_by_role("button", name="Recall the preset evening").wait_for(state="detached")
    rig.session.set("vibrato", 0.0)


def test_reloading_while_notes_sound_stops_and_hangs_none(rig, page):
    rig.synth.note_on(50)  # from a keyboard
    page.keyboard.down("a")
    assert until(lambda: rig.pitches() == [50, 60])
    begun = min(voice.onset for voice in rig.voices())
    page.reload()
    page.wait_for_selector("#piano button.sounding")
    assert until(lambda: rig.pitches() == [50])
    assert rig.voices()[0].onset == begun
    page.keyboard.up("a")
    page.keyboard.down("d")
    assert until(lambda: rig.pitches() == [50, 64])
    page.keyboard.up("d")
    rig.synth.note_off(50)


def test_a_page_that_is_closed_lets_its_notes_go(rig, opened):
    page = opened()
    page.keyboard.down("a")
    assert until(lambda: rig.pitches() == [60])
    page.close()
    assert until(lambda: not rig.voices())


def test_two_pages_agree_and_each_keeps_its_own_notes(rig, opened):
    first, second = opened(), opened("phone", "dark")
    first.keyboard.down("a")
    second.keyboard.down("a")
    second.keyboard.down("d")
    assert until(lambda: rig.pitches() == [60, 64])
    second.wait_for_selector("#piano button[aria-label=C4].sounding")
    first.keyboard.up("a")
    assert until(lambda: rig.pitches() == [60, 64])
    second.keyboard.up("a")
    assert until(lambda: rig.pitches() == [64])
    slide(first, "Brightness", 0.8)
    second.wait_for_function(
        "() => Math.abs(document.getElementById('control-brightness').value - 0.8) < 0.03"
    )
    second.keyboard.up("d")
    rig.session.set("brightness", None)


def test_panic_silences_everything(rig, page):
    rig.synth.note_on(50)
    page.keyboard.down("a")
    page.keyboard.press("Escape")
    assert until(lambda: not rig.voices())
    page.keyboard.up("a")
    page.keyboard.down("a")
    assert until(lambda: rig.pitches() == [60])
    page.get_by_role("button", name="Panic").click()
    assert until(lambda: not rig.voices())
    page.keyboard.up("a")


def test_fingers_find_what_they_touch_on_a_phone(opened):
    page = opened("phone", touch=True)
    small = page.evaluate("""() => [...document.querySelectorAll("button, input, select")]
      .filter((at) => at.checkVisibility() && !at.matches(".black"))
      .map((at) => [at.id || at.textContent, at.getBoundingClientRect()])
      .filter(([, box]) => box.height < 44 || box.width < 44)
      .map(([name, box]) => `${name}: ${box.width} x ${box.height}`)""")
    assert small == []
    cut = page.evaluate("""() => [...document.querySelectorAll("button, label:not(.hidden), output, h1, h2, dd")]
      .filter((at) => at.checkVisibility() && at.clientWidth && at.scrollWidth > at.clientWidth + 1)
      .map((at) => at.id || at.textContent)""")
    assert cut == []


def test_pad_and_piano_are_on_the_screen_at_once(opened):
    for size in SIZES:
        page = opened(size, touch=size != "desktop")
        page.evaluate("document.getElementById('notice').remove()")
        for part in ("#pad", "#piano"):
            box = box_of(page.locator(part))
            assert box["y"] >= 0 and box["y"] + box["height"] <= SIZES[size][1], (size, part)


def test_the_keys_are_put_where_the_instrument_has_them(rig, page):
    before = rig.panel.patch()["reference"]

    def moves_to(reference, octave):
        page.locator(f"[data-reference={reference}]").click()
        assert until(lambda: rig.panel.patch()["reference"] == reference)
        assert until(lambda: rig.panel.settings["octave"] == octave)
        assert until(lambda: page.locator("#octave").text_content() == f"C{octave}")

    moves_to("double-bass", 3)  # up to G#4
    moves_to("cello", 3)  # has that octave, too
    moves_to("violin", 4)  # from G#3
    moves_to("sven-ah", 3)  # F2 to A#3: of no octave all
    rig.session.load(before)
    rig.panel.settings["octave"] = 4


@pytest.mark.parametrize(("unit", "setting"), [("Echo", "Feedback"), ("Compressor", "Ratio")])
def test_an_effect_that_is_off_is_folded(rig, page, unit, setting):
    card = page.get_by_role("region", name=unit)
    switch, slider = card.get_by_role("button", name="On"), card.get_by_text(setting)
    assert not slider.is_visible()
    switch.click()
    assert until(slider.is_visible)
    assert getattr(rig.synth, f"{unit.lower()}_on") == 1
    switch.click()
    assert until(lambda: not slider.is_visible())


def test_what_a_slider_does_is_told_while_it_is_touched(page):
    hint = page.locator("#hint")
    assert hint.text_content() == "A double click puts a slider back."
    page.get_by_text("Vibrato", exact=True).hover()
    assert hint.text_content() == "Vibrato: how far the pitch sways."
    page.locator("#pad").hover()
    assert hint.text_content() == "A double click puts a slider back."


def test_the_invitation_to_play_goes_with_the_first_note(rig, page):
    assert page.locator("#pad-invitation").evaluate("at => getComputedStyle(at).opacity") == "1"
    page.keyboard.press("a")
    page.wait_for_function(
        "() => getComputedStyle(document.getElementById('pad-invitation')).opacity === '0'"
    )


def test_nothing_is_wider_than_the_screen_and_the_text_can_be_read(page):
    contrast = """() => {
      const light = (colour) => {
        const [r, g, b] = colour.match(/[\\d.]+/g).map((v) => v / 255)
          .map((v) => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      const paper = (at) => {
        while (at && /, 0\\)$|transparent/.test(getComputedStyle(at).backgroundColor)) at = at.parentElement;
        return light(getComputedStyle(at ?? document.body).backgroundColor);
      };
      return [...document.querySelectorAll("h1, h2, label, output, button, dt, dd, .help, .status span, .status b")]
        .filter((at) => at.checkVisibility() && at.textContent.trim() && !at.closest("#piano"))
        .map((at) => {
          const [a, b] = [light(getComputedStyle(at).color), paper(at)].sort((x, y) => y - x);
          return [at.textContent.trim(), (a + 0.05) / (b + 0.05)];
        }).filter(([, ratio]) => ratio < 4.5);
    }"""
    for width, height in SIZES.values():
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            assert page.evaluate(contrast) == [], (width, scheme)


def test_every_control_has_a_name_and_is_reached_by_tab(page):
    nameless = page.evaluate("""() => [...document.querySelectorAll("button, input, select, [tabindex='0']")]
      .filter((at) => !(at.getAttribute("aria-label") || at.labels?.length || at.textContent.trim()))
      .map((at) => at.outerHTML)""")
    assert nameless == []
    reached, stops = (
        set(),
        page.evaluate("""() => [...document.querySelectorAll(
      "button, input, select, #pad")].filter((at) => at.checkVisibility() && at.tabIndex >= 0).length"""),
    )
    page.locator("body").press("Tab")
    for _ in range(stops + 5):
        reached.add(
            page.evaluate(
                "document.activeElement.id || document.activeElement.getAttribute('aria-label') "
                "|| document.activeElement.textContent"
            )
        )
        page.keyboard.press("Tab")
    for control in ("pad", "record", "panic", "learn", "room", "map", "preset-name", "velocity", "octave-up"):
        assert control in reached
    assert {f"control-{name}" for name in ("volume", "vibrato", "brightness", "balance", "gain")} <= reached
    assert sum(name in ("C4", "D4", "C5") for name in reached) <= 1  # of the piano one key is a stop


def test_the_way_to_the_piano_keeps_the_address(rig, page):
    page.locator("body").press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.closest('#piano') !== null")
    assert page.url == rig.server.url


def test_focus_is_seen_on_the_pad_by_keys_and_not_by_touch(page):
    def ring():
        return page.locator("#pad").evaluate("at => getComputedStyle(at).outlineStyle")

    page.locator("#pad").click()
    assert ring() == "none"
    page.keyboard.press("ArrowUp")
    assert ring() == "solid"
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "pad" and ring() == "solid"


def test_the_pictures_of_its_documentation_can_be_drawn_again(browser, tmp_path):
    for picture in PICTURES:
        draw(picture, browser, tmp_path / "picture.png")
        assert (tmp_path / "picture.png").stat().st_size <= 150_000
        shown = Image.open(tmp_path / "picture.png")
        assert shown.size == picture.size and len(shown.convert("RGB").getcolors(1 << 20)) > 32
        assert (DOCS / f"{picture.name}.png").is_file()


class Singer:
    """What a microphone hears: a tone of a level that can be changed."""

    level, hz, at = 0.0, 440.0, 0

    def __call__(self, size):
        phase = 2 * np.pi * self.hz * (self.at + np.arange(size)) / 48000
        self.at += size
        return np.clip(self.level * (np.sin(phase) + 0.5 * np.sin(2 * phase)), -1, 1)


def test_what_comes_in_is_shown_and_calibrated(opened, tmp_path, monkeypatch):
    sound = FakeSound()
    sound.sing = Singer()
    monkeypatch.setitem(sys.modules, "sounddevice", sound)
    stream = functools.partial(Stream, input="mic")
    with open_rig(str(make_patch(tmp_path / "tiny.ddsp")), tmp_path, stream=stream, voices=4) as heard:
        page = opened(of=heard)
        assert page.locator("#input").is_hidden()
        heard.synth.input.follow("follow", octave=1, loudest_db=-16)
        section = page.get_by_role("region", name="Input")
        section.get_by_text("no pitch").wait_for()
        sound.sing.level = 0.1
        section.get_by_text("A4, 440.0 Hz").wait_for()
        section.get_by_text("as sung, 1 octave up").wait_for()
        section.get_by_text("ms to hear it, 7 ms the devices'").wait_for()
        meter = section.get_by_role("meter", name="Level of the input")
        assert until(lambda: -20 < int(meter.get_attribute("aria-valuenow")) < -12)
        assert until(lambda: [round(voice.pitch) for voice in heard.voices()] == [81])
        sound.sing.level = 3.0
        section.get_by_text("Cut off at full scale").wait_for()
        section.get_by_role("button", name="Calibrate").click()
        section.get_by_text("Sing soft and loud").wait_for()
        assert heard.synth.stats().input.calibrating > 0
        sound.sing.level = 0.0
        section.get_by_text("no pitch").wait_for()
        assert until(lambda: not heard.voices())
        page.context.close()


def test_the_tuning_is_shown_and_changed_and_a_patch_without_a_room_says_so(rig, page):
    page.fill("#a4", "415")
    page.press("#a4", "Enter")
    assert until(lambda: abs(rig.synth.tuning.pitch(69) - 67.987) < 0.01)
    page.fill("#a4", "9999")  # out of range: the page itself refuses it
    page.press("#a4", "Enter")
    page.wait_for_timeout(200)
    assert abs(rig.synth.tuning.pitch(69) - 67.987) < 0.01
    rig.session.tune(None)
    assert until(lambda: page.input_value("#a4") == "440")
    assert page.locator("#no-room").is_visible()
    page.select_option("#room", "hall")
    page.wait_for_selector("#no-room", state="hidden")
    assert rig.session.room == "hall"
    rig.session.play_in("own")
