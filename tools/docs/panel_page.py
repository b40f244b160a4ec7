"""Draws the pictures of docs/panel.md: the panel in a browser, while it is played.

python -m ddsp_live.tools.docs.panel_page [FOLDER]

Needs Chromium, and Playwright to drive it: `pip install -e '.[test]'`.
"""

import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

import ddsp_live
from ddsp_live.audio.offline_clock import NullStream
from ddsp_live.live.session import Session
from ddsp_live.panel.api import Panel
from ddsp_live.panel.server import Server

COLOURS = 96
STEP_SECONDS = 0.04


class Picture(NamedTuple):
    """What is played while the page is looked at, and how large that is."""

    name: str
    patch: str
    notes: Sequence[tuple[int, int]]  # MIDI note and velocity, a third of a second after each other
    size: tuple[int, int]
    scheme: str
    phone: bool = False


PICTURES = (
    Picture("desktop", "violin", [(62, 60), (69, 80), (76, 100)], (1280, 800), "light"),
    Picture("dark", "bass-clarinet", [(46, 110), (58, 80)], (1280, 800), "dark"),
    Picture("phone", "claudia-ah", [(64, 70), (71, 100)], (390, 844), "light", phone=True),
)


class _Device(NullStream):
    """Nobody hears it, and the page does not know."""

    device, lost, latency_ms, priority = SimpleNamespace(name="USB Audio"), False, 4.0, 70


def drag(page) -> None:
    """A finger's way over the pad, up and back, with its end still held."""
    box = page.locator("#pad").bounding_box()

    def to(share: float) -> None:
        page.mouse.move(
            box["x"] + box["width"] * (0.55 + 0.3 * share),
            box["y"] + box["height"] * (0.7 - 1.6 * share * (1 - share)),
        )

    to(0)
    page.mouse.down()
    for i in range(1, 26):
        time.sleep(STEP_SECONDS)
        to(i / 25)


def draw(picture: Picture, browser, path: Path) -> None:
    """One picture, as a PNG of few colours."""
    from PIL import Image

    synth = ddsp_live.Synth(picture.patch)
    session = Session(synth)
    session.open_zone(0)
    panel = Panel(
        session, _Device(synth, say=session.say), Path(tempfile.gettempdir()), lambda: ["Keystation 49"]
    )
    width, height = picture.size
    with panel.stream, Server(panel, 0) as server:
        page = browser.new_page(
            viewport={"width": width, "height": height},
            color_scheme=picture.scheme,
            has_touch=picture.phone,
            is_mobile=picture.phone,
        )
        page.goto(server.url)
        page.wait_for_selector("#piano button")
        for note, velocity in picture.notes * 2:
            synth.note_on(note, velocity)
            time.sleep(0.33)
        session.set("vibrato", 0.4)
        drag(page)
        page.screenshot(path=path)
        page.close()
    Image.open(path).convert("RGB").quantize(COLOURS).save(path, optimize=True)


def pictures(folder: Path) -> Iterator[Path]:
    """Draws all of them."""
    from playwright.sync_api import sync_playwright

    folder.mkdir(parents=True, exist_ok=True)
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu", "--mute-audio"]
        )
        for picture in PICTURES:
            draw(picture, browser, folder / f"{picture.name}.png")
            yield folder / f"{picture.name}.png"
        browser.close()


def main(folder: str = "docs") -> int:
    for path in pictures(Path(folder) / "panel"):
        print(f"{path}: {path.stat().st_size // 1000} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
