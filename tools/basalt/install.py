"""Puts MicroPython itself on a board: a UF2 copied to its boot drive, or esptool for an ESP32."""

import hashlib
import importlib.util
import shutil
import struct
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from basalt import board_rules, ports
from basalt.board_rules import Board
from basalt.client import PumpLink, patience
from basalt.errors import NotAPump, PortProblem, Problem, WrongInput
from basalt.flash import Note, ask_for_service
from basalt.prompt import Prompt

VERSION = "20250911-v1.26.1"  # the oldest that Basalt runs on, and what its tests run on
_SITE = "https://micropython.org/resources/firmware/"
# SHA-256 of images that were run by the tests; others are checked by their header alone.
_KNOWN = {
    "RPI_PICO-20250911-v1.26.1.uf2": (
        "fc2a8096e0d999d3caca11b34381854599d68aee3e905d3cccbd5247ca78d07c"
    )
}
_DRIVE_S = 30.0
_ESPTOOL_S = 300.0

# A block of a UF2 file (its specification, "File format").
_UF2_BLOCK = 512
_UF2_START = (0x0A324655, 0x9E5D5157)
_UF2_END = 0x0AB16F30
_UF2_FAMILIES = {0xE48BFF56: "rp2040", 0xE48BFF59: "rp2350", 0xE48BFF5A: "rp2350"}
_UF2_ABSOLUTE = 0xE48BFF57  # a block of an erratum's workaround in RP2350 images
# What INFO_UF2.TXT calls the chip.
_DRIVES = {"RPI-RP2": "rp2040", "RP2350": "rp2350"}
# An image of an ESP32 ("Firmware image format" of esptool): first byte, chip at byte 12.
_ESP_MAGIC = 0xE9
_ESP_CHIPS = {0: "esp32", 9: "esp32s3"}
_ESP_OFFSETS = {"esp32": "0x1000", "esp32s3": "0x0"}


def install(
    name: str, port: str | None, image: Path | None, drive: Path | None, note: Note
) -> list[str]:
    """Put MicroPython on a board. The files on it, and the log among them, are left alone.

    Returns the serial ports that are those of other devices: the board comes back at another one.
    `image`: the file to use; without it that of VERSION is downloaded once and kept.
    `drive`: the boot drive of an RP2 board, when it is not where drives usually are.
    """
    board = board_rules.load(name)
    if image is not None:
        check(image, board.literals["CHIP"])
    if board.chip["platform"] == "rp2":
        file = image if image is not None else fetch(board, note)
        check(file, board.literals["CHIP"])
        return _by_drive(board, port, file, drive, note)
    port = _port_for_esptool(port)  # before a download that would be for nothing
    file = image if image is not None else fetch(board, note)
    check(file, board.literals["CHIP"])
    _by_esptool(board, port, file, note)
    return []


def file_name(board: Board) -> str:
    """The official name of the image for a board."""
    suffix = "uf2" if board.chip["platform"] == "rp2" else "bin"
    return f"{board.facts.get('image', board.chip['image'])}-{VERSION}.{suffix}"


def fetch(board: Board, note: Note, cache: Path | None = None) -> Path:
    """The official image, out of the cache or from micropython.org."""
    folder = cache if cache is not None else Path.home() / ".cache" / "basalt"
    file = folder / file_name(board)
    if file.exists():
        return file
    url = _SITE + file.name
    note(f"Downloading {url}.")
    try:
        with urllib.request.urlopen(url, timeout=30 * patience()) as answer:
            data: bytes = answer.read()
    except (urllib.error.URLError, OSError, ValueError) as error:
        raise Problem(
            f"MicroPython cannot be downloaded from {url} ({error}); get the file by other means"
            " and name it with --image."
        ) from error
    known = _KNOWN.get(file.name)
    if known is not None and hashlib.sha256(data).hexdigest() != known:
        raise Problem(f"What came from {url} is not the image that it should be; try again.")
    folder.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    return file


def check(image: Path, chip: str) -> None:
    """WrongInput when a file is no whole MicroPython image for this chip."""
    try:
        data = image.read_bytes()
    except OSError as error:
        raise WrongInput(f"{image} cannot be read: {error.strerror}.") from error
    there = (
        _chip_of_uf2(data) if data[:4] == struct.pack("<I", _UF2_START[0]) else _chip_of_bin(data)
    )
    if there is None:
        raise WrongInput(f"{image} is no whole image of MicroPython for a board that we know.")
    if there != chip:
        titles = board_rules.facts()["chips"]
        raise WrongInput(
            f"{image} is for an {titles[there]['title']}, and the board has an"
            f" {titles[chip]['title']}. Nothing was written."
        )


def _chip_of_uf2(data: bytes) -> str | None:
    chips: set[str | None] = set()
    if not data or len(data) % _UF2_BLOCK:
        return None
    for start in range(0, len(data), _UF2_BLOCK):
        magic, magic2, _, _, _, _, _, family = struct.unpack_from("<8I", data, start)
        (end,) = struct.unpack_from("<I", data, start + _UF2_BLOCK - 4)
        if (magic, magic2) != _UF2_START or end != _UF2_END:
            return None
        if family != _UF2_ABSOLUTE:
            chips.add(_UF2_FAMILIES.get(family))
    return chips.pop() if len(chips) == 1 else None


def _chip_of_bin(data: bytes) -> str | None:
    if len(data) < 64 * 1024 or data[0] != _ESP_MAGIC:
        return None
    return _ESP_CHIPS.get(int.from_bytes(data[12:14], "little"))


# RP2040 and RP2350


def _by_drive(
    board: Board, port: str | None, image: Path, drive: Path | None, note: Note
) -> list[str]:
    chip = board.literals["CHIP"]
    found = _drive(chip, drive)
    if found is None and port is not None:
        _restart_into_loader(port, chip, note)
    until = time.monotonic() + _DRIVE_S * patience()
    while found is None:
        if time.monotonic() > until:
            raise Problem(
                "There is no boot drive of the board: hold BOOTSEL while plugging it in, and run"
                " the command again (with --drive, when the drive is at an unusual place)."
            )
        time.sleep(0.2)
        found = _drive(chip, drive)
    note(f"Copying {image.name} to {found}; the board restarts by itself.")
    others = [name for name, _ in ports.listed()]  # a board that is a drive has no port
    try:
        shutil.copyfile(image, found / image.name)
    except OSError as error:
        # The board leaves as soon as it has the last block, sometimes before the close.
        if found.exists():
            raise Problem(
                f"{image.name} cannot be copied to {found}: {error.strerror}."
            ) from error
    return others


def _restart_into_loader(port: str, chip: str, note: Note) -> None:
    ask_for_service(port, note, chip)
    prompt = Prompt(port)
    try:
        prompt.wait()
        prompt.run(["exec", "--no-follow", "import machine\nmachine.bootloader()"])
    except (NotAPump, PortProblem):
        note("Nothing answers at the port; looking for a board that was plugged in with BOOTSEL.")


def _drive(chip: str, named: Path | None) -> Path | None:
    """The boot drive; WrongInput when it is that of another chip."""
    for folder in [named] if named is not None else _usual_drives():
        try:
            text = (folder / "INFO_UF2.TXT").read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        there = next((c for word, c in _DRIVES.items() if f"Board-ID: {word}" in text), None)
        if there == chip:
            return folder
        if there is not None:
            title = board_rules.facts()["chips"][there]["title"]
            raise WrongInput(f"The boot drive at {folder} is of an {title}. Nothing was written.")
    return None


def _usual_drives() -> list[Path]:
    found: list[Path] = []
    for pattern in ("media/*/*", "run/media/*/*", "Volumes/*", "media/*", "mnt/*"):
        found += sorted(Path("/").glob(pattern))
    if sys.platform == "win32":
        found += [Path(f"{letter}:/") for letter in "DEFGHIJKLMNOPQRSTUVWXYZ"]
    return found


# ESP32


def _port_for_esptool(port: str | None) -> str:
    """The port to write through, when there is one and something to write with."""
    port = port or ports.only()
    if importlib.util.find_spec("esptool") is None:
        raise Problem("An ESP32 needs esptool: `pip install 'basalt-pump[esp32]'`, and again.")
    PumpLink.open(port).close()
    return port


def _by_esptool(board: Board, port: str, image: Path, note: Note) -> None:
    chip = board.literals["CHIP"]
    ask_for_service(port, note, chip)
    note(f"Writing {image.name} with esptool; the board's files are left alone.")
    call = [sys.executable, "-m", "esptool", "--chip", chip, "--port", port, "--baud", "460800"]
    call += ["write-flash", _ESP_OFFSETS[chip], str(image)]
    try:
        result = subprocess.run(
            call,
            capture_output=True,
            text=True,
            errors="replace",
            stdin=subprocess.DEVNULL,
            timeout=_ESPTOOL_S * patience(),
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise PortProblem(f"esptool got no further at {port}; run the command again.") from error
    if result.returncode:
        lines = (result.stderr.strip() or result.stdout.strip() or "no reason").splitlines()
        raise Problem(
            f"esptool at {port}: {lines[-1].rstrip('.')}. Hold BOOT while it connects, if the"
            " board has no automatic reset."
        )
