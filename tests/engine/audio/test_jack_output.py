"""A MIDI output where JACK is the only system that works: another JACK client gets what is sent."""

import json
import subprocess
import sys

import pytest
from rig import server

pytestmark = [
    pytest.mark.jack,
    server.needed,
]

# The taker and the output in one process: two JACK clients all the same.
SENT = [0x90, 57, 100]
CODE = f"""
import json, queue, jack
from ddsp_live.midi.ports.output import MidiOutput
came = queue.Queue()
client = jack.Client("taker", no_start_server=True)
port = client.midi_inports.register("in")
client.set_process_callback(
    lambda frames: [came.put(list(bytes(data))) for _, data in port.incoming_midi_events()] and None
)
with client, MidiOutput("heard notes") as output:
    port.connect(client.get_ports("heard notes", is_midi=True, is_output=True)[0])
    output.send(bytes({SENT}))
    print(json.dumps(came.get(timeout=20)))
"""


def test_notes_go_to_a_port_of_jacks():
    with server.Jack() as jack:
        ended = subprocess.run(
            [sys.executable, "-c", CODE], env=jack.env, capture_output=True, text=True, timeout=60
        )
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout.splitlines()[-1]) == SENT
