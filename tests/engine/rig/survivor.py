"""Plays on a JACK server that dies and comes back. survivor.py PATCH"""

import sys
import time

import ddsp_live


def wait_for_callbacks(synth) -> None:
    before = synth.callbacks()
    for _ in range(100):
        time.sleep(0.1)
        if synth.callbacks() > before + 10:
            print("playing", flush=True)
            return
    raise SystemExit("The callback was not called for 10 s.")


def say(sentence: str) -> None:
    print(sentence, flush=True)


synth = ddsp_live.Synth(sys.argv[1])
with ddsp_live.play(synth, "jack", say=say) as stream:
    synth.note_on(60)
    wait_for_callbacks(synth)
    for _ in range(300):
        time.sleep(0.1)
        if stream.lost:
            break
    while stream.lost:
        time.sleep(0.1)
    wait_for_callbacks(synth)
    sys.stdin.readline()
