"""Arrow arrays made from their bytes: `pyarrow.array` would load pandas, for half a second."""

# Arrow has no types.
# pyright: basic

from typing import Any

import numpy as np
import pyarrow as pa

_MOST_TEXT = 2**31 - 1  # bytes in one array of texts


def of(values: list[Any], kind: Any) -> Any:
    """An array of texts, whole numbers or numbers with a fraction; None is nothing."""
    none = np.fromiter((value is None for value in values), np.bool_, len(values))
    if kind == pa.string():
        return _of_texts(values, none)
    number = np.int64 if kind == pa.int64() else np.float64
    plain = (0 if value is None else value for value in values)
    return of_numbers(np.fromiter(plain, number, len(values)), none)


def of_numbers(values: Any, none: Any = None) -> Any:
    """An array of the numbers in one of NumPy; where `none` is true there is nothing."""
    data = np.ascontiguousarray(values)
    kind = pa.int64() if data.dtype == np.int64 else pa.float64()
    return pa.Array.from_buffers(kind, len(data), [_there(none), pa.py_buffer(data)])


def of_words(words: list[str], places: Any, none: Any = None) -> Any:
    """An array of texts of which few are different: the words at these places of a list."""
    chosen = pa.Array.from_buffers(
        pa.int64(), len(places), [_there(none), pa.py_buffer(np.ascontiguousarray(places))]
    )
    return of(words, pa.string()).take(chosen)


def numbers(array: Any) -> Any:
    """The whole numbers of an array from here as NumPy has them; 0 where there is nothing."""
    return np.frombuffer(array.buffers()[1], np.int64, len(array))


def _of_texts(values: list[str | None], none: Any) -> Any:
    parts = [b"" if value is None else value.encode() for value in values]
    ends = np.cumsum([0, *map(len, parts)], dtype=np.int64)
    if ends[-1] > _MOST_TEXT:
        raise OverflowError("more text than an array holds")
    offsets = pa.py_buffer(ends.astype(np.int32))
    buffers = [_there(none), offsets, pa.py_buffer(b"".join(parts))]
    return pa.Array.from_buffers(pa.string(), len(parts), buffers)


def _there(none: Any) -> Any:
    """The bitmap of what there is; None when there is all."""
    if none is None or not none.any():
        return None
    return pa.py_buffer(np.packbits(~none, bitorder="little"))
