"""Writes the pages of documentation that are made from the code: `python -m ddsp_live.tools.docs`."""

import sys
from pathlib import Path

from ddsp_live.midi.messages import controllers_markdown

MIDI_HEAD = """# MIDI

What the synth answers. This page is made from the tables in `engine/midi/messages.py` by
`python -m ddsp_live.tools.docs`; change it there.

Live ports and files are treated alike. Running status and realtime bytes inside a message are understood. When
a keyboard is unplugged, what was held on it is let go; when it is plugged in again, it plays on. Each channel has
its own controllers, and all channels share the voices.

"""


def pages() -> dict[str, str]:
    """{file name in docs/: its text}."""
    return {"midi.md": MIDI_HEAD + controllers_markdown()}


def main(folder: Path = Path("docs")) -> int:
    for name, text in pages().items():
        (folder / name).write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
