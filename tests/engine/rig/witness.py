"""What the machine does by itself to a thread that asks nothing of the system: the most that a fixed piece of
arithmetic, over and over, has taken beyond its median by the thread's own clock. On a virtual machine the host's
stalls are charged to whoever was running. One line of JSON when told to end.
"""

import json
import os
import sys
import threading
import time

import numpy as np

WIDTH = 96


def main() -> None:
    os.nice(10)  # it watches in the time that the others leave
    ended = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.readline(), ended.set()), daemon=True).start()
    a, out = np.random.default_rng(0).random((WIDTH, WIDTH)), np.empty((WIDTH, WIDTH))
    for _ in range(100):
        np.multiply(a, a, out=out)
    taken: list[int] = []
    longest = count = 0
    while not ended.is_set():
        began = time.thread_time_ns()
        for _ in range(8):
            np.multiply(a, a, out=out)
        last = time.thread_time_ns() - began
        count += 1
        longest = max(longest, last)
        if len(taken) < 10_000:
            taken.append(last)
    usual = float(np.median(taken))
    print(
        json.dumps({"usual_s": usual / 1e9, "longest_stall_s": (longest - usual) / 1e9, "count": count}),
        flush=True,
    )


if __name__ == "__main__":
    main()
