"""Finds the MicroPython image that the emulated chip boots, and proves it is the pinned one."""

import contextlib
import hashlib
import io
import logging
from pathlib import Path

TAG = "1.26.1"
FILE_NAME = "RPI_PICO-20250911-v1.26.1.uf2"
SHA256 = "fc2a8096e0d999d3caca11b34381854599d68aee3e905d3cccbd5247ca78d07c"


class ImageMissingError(Exception):
    """The chip cannot boot; the text is one line for a person: why, and what to do."""


def find_image() -> Path:
    """The path of the pinned image: from the emulator's cache folder, else downloaded into it.

    Raises `ImageMissingError` when the emulator is not installed, when the image is neither there
    nor to be had from the network, and when the file found is another one than was pinned.
    """
    try:
        from rp2040py.utils import firmware_retrieve
    except ImportError as problem:
        raise ImageMissingError(
            f"the emulator is not installed ({problem}): pip install rp2040py"
        ) from None
    how = f"put the official {FILE_NAME} into {firmware_retrieve._cache_dir()}"
    logging.getLogger(firmware_retrieve.__name__).setLevel(logging.CRITICAL)
    try:
        with contextlib.redirect_stderr(io.StringIO()):
            path = firmware_retrieve.retrieve(firmware_retrieve.MICROPYTHON, TAG, "pico")
    except Exception as problem:  # noqa: BLE001 - whatever the network throws, the answer is the same
        why = str(problem).splitlines()[0] if str(problem) else type(problem).__name__
        raise ImageMissingError(f"no MicroPython image and no download ({why}): {how}") from None
    if path is None or not Path(path).is_file():
        raise ImageMissingError(f"no MicroPython image {TAG} and no download: {how}")
    found = hashlib.sha256(Path(path).read_bytes()).hexdigest()
    if found != SHA256:
        raise ImageMissingError(f"{path} has sha256 {found[:12]}..., not {SHA256[:12]}...: {how}")
    return Path(path)
