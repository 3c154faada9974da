"""Lets a test of the link ask and type, and read what comes back; runs on MicroPython too."""

from pump.link import frame, protocol


def drain(link, turns=400, limit=256):
    """Everything the link has to say, taken by a port that takes `limit` bytes at a time."""
    out = b""
    for _ in range(turns):
        out += link.take(limit)
        if link.idle():
            return out
        link.feed(b"")
    raise AssertionError("the link never comes to rest")


def answers(stream):
    """The payloads in a stream of bytes."""
    deframer = frame.Deframer(protocol.MOST_ANSWER)
    found = []
    at = 0
    while at < len(stream):
        at = deframer.feed(stream, at)
        if deframer.payload is not None:
            found.append(deframer.payload)
    return found


def send(link, data):
    """Feed bytes as the app does, never more than there is room for; all the output."""
    out = b""
    at = 0
    while at < len(data):
        room = link.room()
        link.feed(data[at : at + room])
        at += room
        out += link.take(256)
    return out + drain(link)


def ask(link, kind, body=b"", number=7):
    """One request: (code, body of the answer)."""
    found = answers(send(link, frame.pack(protocol.request(number, kind, body))))
    assert len(found) == 1
    head = found[0]
    assert head[0] == protocol.VERSION
    assert head[1] == number
    assert head[2] == kind | protocol.ANSWER
    return head[3], head[protocol.ANSWER_HEAD :]


def type_in(link, text):
    """What a terminal would show after this was typed."""
    return send(link, text.encode()).decode()
