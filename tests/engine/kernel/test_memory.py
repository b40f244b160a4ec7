"""What a player's computer must have to spare."""

import subprocess
import sys

from make_patch import make_patch

PLAY = """
import sys
import ddsp_live
synth = ddsp_live.Synth(sys.argv[1], voices=16)
for note in range(16):
    synth.note_on(48 + note)
audio = synth.render(48000)
import psutil
assert abs(audio).max() > 0.01
assert synth.stats().sounding_voices == 16
print(psutil.Process().memory_info().rss / 1e6, "torch" in sys.modules)
"""


def test_sixteen_voices_fit_into_150_mb_without_torch(tmp_path):
    patch = make_patch(tmp_path / "full.ddsp", width=256, depth=3, harmonics=100, noise_bands=65)
    done = subprocess.run([sys.executable, "-c", PLAY, patch], capture_output=True, text=True, check=True)
    resident_mb, torch = done.stdout.split()
    assert torch == "False"
    assert float(resident_mb) <= 150
