"""Says in a test that an exception must come, on CPython and on MicroPython alike."""


class Raises:
    """Context manager: fails unless the body raises `kind`; keeps it as `.error`."""

    def __init__(self, kind):
        self.kind = kind
        self.error = None

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if kind is None:
            raise AssertionError("nothing was raised, expected " + self.kind.__name__)
        self.error = error
        return issubclass(kind, self.kind)


def raises(kind):
    """`with raises(ValueError) as caught: ...`; afterwards `caught.error` is the exception."""
    return Raises(kind)
