"""`basalt flash --install`: the right image, to the right board, and never another one's."""

import os
import struct
import sys

import pytest

from basalt import board_rules, client, install, ports, prompt
from basalt.errors import PortProblem, Problem, WrongInput
from host_tests.fakes.link_service import LinkService
from host_tests.fakes.pty_board import PtyBoard
from host_tests.tools.running import basalt, failed

FAMILY = {"rp2040": 0xE48BFF56, "rp2350": 0xE48BFF59}
ESP = {"esp32": 0, "esp32s3": 9}


@pytest.fixture(autouse=True)
def short_waits(monkeypatch):
    """What hopeless waits are cut down to."""
    monkeypatch.setattr(install, "_DRIVE_S", 0.5)
    monkeypatch.setattr(install, "_usual_drives", list)
    monkeypatch.setattr(prompt, "_RESTART_S", 0.5)
    monkeypatch.setattr(prompt, "_PROMPT_S", 2.0)
    monkeypatch.setattr(client, "ANSWER_S", 0.3)


def image_of(folder, chip):
    """A file with the header of an image for a chip."""
    if chip in FAMILY:
        block = struct.pack("<8I", 0x0A324655, 0x9E5D5157, 0x2000, 0, 256, 0, 2, FAMILY[chip])
        data = (block + bytes(476) + struct.pack("<I", 0x0AB16F30)) * 2
        path = folder / f"{chip}.uf2"
    else:
        data = bytes((0xE9,)) + bytes(11) + bytes((ESP[chip],)) + bytes(70_000)
        path = folder / f"{chip}.bin"
    path.write_bytes(data)
    return path


def drive_of(folder, word):
    """A boot drive as the boot ROM shows it."""
    drive = folder / "drive"
    drive.mkdir()
    (drive / "INFO_UF2.TXT").write_text(f"UF2 Bootloader v3.0\nModel: x\nBoard-ID: {word}\n")
    return drive


@pytest.mark.parametrize("chip", [*FAMILY, *ESP])
def test_an_image_is_known_by_its_header(tmp_path, chip):
    image = image_of(tmp_path, chip)
    install.check(image, chip)
    for other in (*FAMILY, *ESP):
        if other != chip:
            with pytest.raises(WrongInput, match="Nothing was written"):
                install.check(image, other)


def test_what_is_no_whole_image_is_refused(tmp_path):
    whole = image_of(tmp_path, "rp2040").read_bytes()
    for data in (b"", b"MicroPython", whole[:-1], whole[:512] + bytes(512), bytes(100_000)):
        path = tmp_path / "image"
        path.write_bytes(data)
        with pytest.raises(WrongInput, match="no whole image"):
            install.check(path, "rp2040")


@pytest.mark.parametrize(("chip", "word"), [("rp2040", "RPI-RP2"), ("rp2350", "RP2350")])
def test_an_image_is_copied_to_the_boot_drive_of_its_chip(tmp_path, chip, word):
    name = {"rp2040": "pico", "rp2350": "pico2"}[chip]
    image, drive = image_of(tmp_path, chip), drive_of(tmp_path, word)
    install.install(name, None, image, drive, lambda text: None)
    assert (drive / image.name).read_bytes() == image.read_bytes()


def test_a_boot_drive_of_another_chip_is_left_alone(tmp_path):
    image, drive = image_of(tmp_path, "rp2040"), drive_of(tmp_path, "RP2350")
    with pytest.raises(WrongInput, match="of an RP2350"):
        install.install("pico", None, image, drive, lambda text: None)
    assert [path.name for path in drive.iterdir()] == ["INFO_UF2.TXT"]


def test_without_a_boot_drive_the_sentence_says_how_to_get_one(tmp_path):
    with pytest.raises(Problem, match="hold BOOTSEL"):
        install.install("pico", None, image_of(tmp_path, "rp2040"), tmp_path, lambda text: None)


def test_a_board_at_its_prompt_is_sent_to_its_boot_drive(tmp_path):
    flash = tmp_path / "flash"
    flash.mkdir()
    image = image_of(tmp_path, "rp2040")
    with PtyBoard(LinkService(), flash, runs=False) as board:
        board.on_bootloader = lambda: drive_of(tmp_path, "RPI-RP2")
        install.install("pico", board.port, image, tmp_path / "drive", lambda text: None)
    assert (tmp_path / "drive" / image.name).exists()


def test_the_name_of_the_image_is_the_official_one():
    names = {name: install.file_name(board_rules.load(name)) for name in board_rules.names()}
    assert names["pico"] == "RPI_PICO-20250911-v1.26.1.uf2"
    assert names["xiao_rp2040"] == "SEEED_XIAO_RP2040-20250911-v1.26.1.uf2"
    assert names["esp32_s3"] == "ESP32_GENERIC_S3-20250911-v1.26.1.bin"


def test_an_image_that_was_fetched_once_is_not_fetched_again(tmp_path):
    board = board_rules.load("esp32_devkit")
    kept = tmp_path / install.file_name(board)
    kept.write_bytes(b"kept")
    assert install.fetch(board, lambda text: None, tmp_path) == kept


def test_a_download_that_fails_says_what_else_can_be_done(tmp_path, monkeypatch):
    monkeypatch.setattr(install, "_SITE", (tmp_path / "nothing").as_uri() + "/")
    with pytest.raises(Problem, match="--image"):
        install.fetch(board_rules.load("pico"), lambda text: None, tmp_path)


def test_a_download_that_is_not_what_it_should_be_is_not_kept(tmp_path, monkeypatch):
    site = tmp_path / "site"
    site.mkdir()
    board = board_rules.load("pico")
    (site / install.file_name(board)).write_bytes(b"<html>")
    monkeypatch.setattr(install, "_SITE", site.as_uri() + "/")
    with pytest.raises(Problem, match="not the image"):
        install.fetch(board, lambda text: None, tmp_path)
    assert not (tmp_path / install.file_name(board)).exists()


@pytest.fixture
def esptool(tmp_path, monkeypatch):
    """A stand-in for esptool that writes down how it was called."""
    folder = tmp_path / "site-packages"
    folder.mkdir()
    calls = tmp_path / "calls.txt"
    (folder / "esptool.py").write_text(
        f"import sys\nopen({str(calls)!r}, 'w').write(' '.join(sys.argv[1:]))\n"
        "sys.exit('A fatal error occurred: no answer.' if 'taken' in sys.argv[4] else 0)\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(folder))
    monkeypatch.setattr(sys, "path", [str(folder), *sys.path])
    monkeypatch.setattr(install, "ask_for_service", lambda port, note, chip: False)
    return calls


@pytest.fixture
def wire(tmp_path):
    """Names for a serial port that exists."""
    here, there = os.openpty()

    def named(name):
        path = tmp_path / name
        path.symlink_to(os.ttyname(there))
        return str(path)

    yield named
    os.close(there)
    os.close(here)


@pytest.mark.parametrize(
    ("name", "chip", "offset"),
    [("esp32_devkit", "esp32", "0x1000"), ("esp32_s3", "esp32s3", "0x0")],
)
def test_esptool_writes_the_image_where_the_chip_starts(
    tmp_path, esptool, wire, name, chip, offset
):
    image, port = image_of(tmp_path, chip), wire("ttyX")
    install.install(name, port, image, None, lambda text: None)
    said = esptool.read_text()
    assert said.startswith(f"--chip {chip} --port {port}")
    assert said.endswith(f"write-flash {offset} {image}")


def test_what_esptool_says_reaches_the_user(tmp_path, esptool, wire):
    image = image_of(tmp_path, "esp32")
    with pytest.raises(Problem, match=r"no answer\. Hold BOOT"):
        install.install("esp32_devkit", wire("taken"), image, None, lambda text: None)


def test_an_esp32_without_a_port_is_told_before_anything_is_downloaded(monkeypatch, esptool):
    monkeypatch.setattr(install, "_SITE", "https://nowhere.invalid/")
    for port, text in (
        ("/dev/ttyNONE", "no serial port /dev/ttyNONE"),
        (None, "plug the board in"),
    ):
        monkeypatch.setattr(ports, "listed", list)
        with pytest.raises(Problem, match=text):
            install.install("esp32_devkit", port, None, None, lambda text: None)


class Desk:
    """A computer at which a board comes back after some looks at its ports."""

    def __init__(self, others, returns, looks=3):
        self._others, self._returns = others, returns
        self._left = looks

    def listed(self):
        self._left -= 1
        names = self._others + ([self._returns] if self._left <= 0 else [])
        return [(name, "a board") for name in names]


def test_the_board_is_waited_for_and_told_from_the_others_that_were_there(monkeypatch, wire):
    other, back = wire("ttyACM0"), wire("ttyACM1")
    monkeypatch.setattr(ports, "listed", Desk([other], back).listed)
    assert ports.appeared(None, [other], 30) == back


def test_a_board_that_does_not_come_back_is_one_sentence(monkeypatch, wire):
    other = wire("ttyACM0")
    monkeypatch.setattr(ports, "listed", Desk([other], "", looks=1_000).listed)
    with pytest.raises(PortProblem, match="did not come back: no new serial port") as told:
        ports.appeared(None, [other], 0.3)
    assert "without --install" in str(told.value)
    with pytest.raises(PortProblem, match="no serial port /dev/ttyNONE"):
        ports.appeared("/dev/ttyNONE", [], 0.3)


def test_an_empty_board_becomes_a_pump_in_one_command(tmp_path, monkeypatch):
    """BOOTSEL is held, no port is named: image, wait, tree, restart."""
    flash = tmp_path / "flash"
    flash.mkdir()
    service = LinkService()
    image, drive = image_of(tmp_path, "rp2040"), drive_of(tmp_path, "RPI-RP2")
    with PtyBoard(service, flash, runs=False) as board:
        desk = Desk([], board.port, looks=4)
        monkeypatch.setattr(ports, "listed", desk.listed)
        call = ("flash", "--board", "pico", "--install", "--image", image, "--drive", drive)
        ran = basalt(*call)
    assert ran.code == 0, ran.err
    assert (drive / image.name).read_bytes() == image.read_bytes()
    assert (flash / "pump.pack").exists() and board.restarts == 1


def test_an_image_for_another_board_is_refused_by_the_command(tmp_path):
    image = image_of(tmp_path, "esp32")
    call = ("flash", "--board", "pico", "--port", "/dev/ttyNONE", "--install", "--image", image)
    failed(basalt(*call), 2, "is for an ESP32", "RP2040")


def test_an_unknown_board_is_refused_before_anything_else():
    failed(basalt("flash", "--board", "nano", "--install"), 2, "no board 'nano'", "pico2")
