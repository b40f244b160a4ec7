"""A second reader of MIDI files, as small as can be, for tests: well-formed files of type 0 and 1, notes and tempo."""


def note_ons(data: bytes) -> list[tuple[float, int, int, int]]:
    """Every note-on of a file as (seconds, channel, key, velocity), sorted."""
    division, at, events, tempos = int.from_bytes(data[12:14], "big"), 14, [], [(0, 500_000)]
    while at < len(data):
        end, tick, at, status = at + 8 + int.from_bytes(data[at + 4 : at + 8], "big"), 0, at + 8, 0
        while at < end:
            delta, at = number(data, at)
            tick += delta
            if data[at] > 127:
                status, at = data[at], at + 1
            if status == 0xFF:
                kind = data[at]
                size, at = number(data, at + 1)
                if kind == 0x51:
                    tempos.append((tick, int.from_bytes(data[at : at + size], "big")))
                at += size
            else:
                size = 1 if status >> 4 in (0xC, 0xD) else 2
                if status >> 4 == 9 and data[at + 1]:
                    events.append((tick, status & 15, data[at], data[at + 1]))
                at += size
    tempos.sort(key=lambda tempo: tempo[0])

    def seconds(tick: int) -> float:
        total = 0
        for (begin, tempo), (end, _) in zip(tempos, [*tempos[1:], (tick, 0)], strict=True):
            total += max(0, min(end, tick) - begin) * tempo
        return total / division / 1e6

    return sorted((seconds(tick), *rest) for tick, *rest in events)


def number(data: bytes, at: int) -> tuple[int, int]:
    """A number of variable length, and where it ends."""
    value = 0
    while data[at] > 127:
        value, at = value << 7 | data[at] & 127, at + 1
    return value << 7 | data[at], at + 1
