"""Pages without a browser: sockets that read all that the panel sends, and show nothing.

    pages.py ADDRESS COUNT

Prints "open", and when its standard input ends, how many states each page got in a second, as JSON.
"""

import json
import sys
import threading
import time

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect


def main() -> None:
    address, count = sys.argv[1], int(sys.argv[2])
    pages = [connect(address, close_timeout=1) for _ in range(count)]
    states = [0] * count

    def read(i: int) -> None:
        try:
            for message in pages[i]:
                states[i] += isinstance(message, bytes)
        except ConnectionClosed:
            pass

    for i in range(count):
        threading.Thread(target=read, args=[i], daemon=True).start()
    begun = time.monotonic()
    print("open", flush=True)
    sys.stdin.read()
    seconds = time.monotonic() - begun
    print(json.dumps([got / seconds for got in states]))
    for page in pages:
        page.close()


if __name__ == "__main__":
    main()
