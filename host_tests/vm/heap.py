"""Says how much a call allocates, on MicroPython's own heap."""

import gc

import micropython


def locked(call):
    """Run `call` with the heap locked: on MicroPython any allocation in it raises MemoryError."""
    micropython.heap_lock()
    try:
        call()
    finally:
        micropython.heap_unlock()


def allocated(call):
    """Bytes that `call` takes from the heap, freed again or not; always 0 on CPython.

    Exact on the VM of these tests, where nothing is collected before the test has returned.
    """
    if not hasattr(gc, "mem_alloc"):
        call()
        return 0
    before = gc.mem_alloc()
    call()
    return gc.mem_alloc() - before
