"""On the board: tells the probe on the bus what begins and what ends; see ../probe.py.

What runs between STOP and GO is not counted: a measurement does not measure itself.
"""

import builtins
import gc
import sys

from machine import mem32

_BEGIN = 0x40068000
_END = 0x40068004
_TEXT = 0x40068008
_NAMED = 0x4006800C
_STOP = 0x40068010
_GO = 0x40068014
_VALUE = 0x40068018

_import = builtins.__import__
# The probe's own code takes memory from the pump; this piece, given back before the pump's buffers
# are made, is in its place.
_held = [bytearray(8_192)]
_watched = []


def stop():
    """From here on nothing is counted."""
    mem32[_STOP] = 0


def go():
    """From here on it is counted again."""
    mem32[_GO] = 0


def give_back():
    """Make room for the pump's buffers."""
    _held.clear()
    gc.collect()


def named(text):
    """The number by which the probe knows a name."""
    for byte in text.encode():
        mem32[_TEXT] = byte
    return mem32[_NAMED]


def begin(text):
    """Begin a span; what this call costs is not counted."""
    mem32[_STOP] = 0
    mem32[_BEGIN] = named(text)


def end():
    """End the span that began last."""
    mem32[_END] = 0


def value(number):
    """A number (below 2**30) for the span that began last."""
    mem32[_VALUE] = number


def timed(owner, name, label):
    """Make a span of every call of a function or method."""
    function = getattr(owner, name)
    number = named(label)

    def around(*arguments):
        mem32[_BEGIN] = number
        try:
            return function(*arguments)
        finally:
            mem32[_END] = 0

    setattr(owner, name, around)


def trace_imports(with_heap, watched):
    """Make a span of every import that loads something or searches the filesystem.

    `with_heap`: tell of the heap in use before and after each, collected. `watched`: rows of
    module, class, method, label: a span of every call, from the moment it is loaded.
    """
    _watched[:] = watched

    def traced(name, *rest):
        mem32[_STOP] = 0
        dot = name.find(".")
        while dot > 0:
            if name[:dot] not in sys.modules:
                _load(with_heap, name[:dot])
            dot = name.find(".", dot + 1)
        module = None
        if name not in sys.modules:
            module = _load(with_heap, name, *rest)
        for module_inside in _missing(name, rest):
            _load(with_heap, module_inside)
        mem32[_GO] = 0
        return _import(name, *rest) if module is None else module

    builtins.__import__ = traced


def _load(with_heap, name, *rest):
    number = named(name)
    before = _heap() if with_heap else 0
    mem32[_BEGIN] = number
    mem32[_VALUE] = before
    module = _import(name, *rest)
    mem32[_STOP] = 0
    mem32[_VALUE] = _heap() if with_heap else 0
    mem32[_END] = 0
    mem32[_STOP] = 0
    for row in _watched:
        if row[0] == name:
            timed(getattr(sys.modules[name], row[1]), row[2], row[3])
    return module


def _heap():
    gc.collect()
    return gc.mem_alloc()


def _missing(name, rest):
    """What `from name import x` loads beside: the modules x that are not loaded yet."""
    package = sys.modules.get(name)
    if len(rest) < 3 or not rest[2] or not hasattr(package, "__path__"):
        return ()
    return [name + "." + x for x in rest[2] if not hasattr(package, x)]
