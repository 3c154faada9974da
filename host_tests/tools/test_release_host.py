"""`basalt build --all`: for each board the tree, a filesystem image, a package for mip."""

import json
import subprocess
import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import littlefs
import pytest

from basalt import board_rules, build, release
from host_tests.fakes.link_service import LinkService
from host_tests.fakes.pty_board import PtyBoard
from host_tests.structure import source
from host_tests.tools.running import basalt, failed


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A release."""
    out = tmp_path_factory.mktemp("release") / "out"
    ran = basalt("build", "--all", "--out", out, "--json")
    assert ran.code == 0, ran.err
    assert json.loads(ran.out)["boards"] == board_rules.names()
    return out


@pytest.mark.parametrize("name", board_rules.names())
def test_the_image_is_the_boards_filesystem_and_holds_the_tree(made, name, tmp_path):
    folder = made / name
    image = (folder / "littlefs.img").read_bytes()
    facts = board_rules.load(name).facts["filesystem"]
    assert release.blocks_of(image) == (4096, facts["blocks"])
    assert len(image) == facts["blocks"] * 4096
    about = json.loads((folder / "release.json").read_text())
    assert about["sha256"] == build.hashes(folder / "tree")
    assert about["littlefs"]["offset"] % 4096 == 0
    tree = {path.name: path.read_bytes() for path in (folder / "tree").rglob("*")}
    assert mounted(image, facts["blocks"]) == tree
    assert {name.lstrip("/") for name in about["sha256"]} == set(tree)


def mounted(image, blocks):
    """The files of an image, by littlefs itself on a disk of just that size."""
    context = littlefs.UserContext(buffsize=blocks * 4096)
    context.buffer[:] = image
    sizes = {"block_size": 4096, "prog_size": 256, "read_size": 256}
    disk = littlefs.LittleFS(context=context, block_count=blocks, mount=False, **sizes)
    disk.mount()
    found = {}
    for folder, _, names in disk.walk("/"):
        for name in names:
            with disk.open(f"{folder.rstrip('/')}/{name}", "rb") as file:
                found[f"{folder}{name}".lstrip("/")] = file.read()
    return found


def mip_install(package, flash):
    """What mpremote's own mip does on a board whose flash is a folder."""
    flash.mkdir()
    with PtyBoard(LinkService(), flash, runs=False) as board:
        call = [sys.executable, "-m", "mpremote", "connect", board.port, "resume", "mip"]
        call += ["--target", "", "install", str(package)]
        return subprocess.run(call, capture_output=True, text=True, timeout=240, check=False)


def test_a_package_installs_the_very_tree_with_the_real_mip(made, tmp_path):
    ran = mip_install(made / "pico" / "package.json", tmp_path / "flash")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert build.hashes(tmp_path / "flash") == build.hashes(made / "pico" / "tree")


@pytest.fixture(scope="module")
def web(made):
    """The address of a web server that has the release, as a release page would."""
    handler = partial(_Quiet, directory=made)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class _Quiet(SimpleHTTPRequestHandler):
    """Says nothing."""

    def log_message(self, *_):
        pass


@pytest.mark.parametrize("name", ["esp32_devkit", "xiao_rp2040"])
def test_a_package_installs_from_a_web_server(made, web, tmp_path, name):
    ran = mip_install(f"{web}/{name}/package.json", tmp_path / "flash")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert build.hashes(tmp_path / "flash") == build.hashes(made / name / "tree")


def test_a_package_of_which_a_file_is_missing_on_the_web_server_is_not_called_installed(
    made, web, tmp_path
):
    kept = (made / "pico2" / "tree" / "main.py").read_bytes()
    (made / "pico2" / "tree" / "main.py").unlink()
    ran = mip_install(f"{web}/pico2/package.json", tmp_path / "flash")
    (made / "pico2" / "tree" / "main.py").write_bytes(kept)
    assert ran.returncode != 0


def test_a_release_replaces_an_earlier_one_and_nothing_else(made, tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    failed(basalt("build", "--all", "--out", tmp_path), 2, "no release")
    assert (tmp_path / "thesis.txt").exists()
    (made / "pico" / "left_over").write_text("")
    release.make_all(made)
    assert not (made / "pico" / "left_over").exists()


def test_a_board_or_all_of_them_must_be_said(tmp_path):
    failed(basalt("build", "--out", tmp_path / "x"), 2, "--board", "--all")
    failed(basalt("build", "--out", tmp_path / "x", "--board", "pico", "--all"), 2, "--all")


def test_the_firmware_has_no_native_code_so_one_compilation_runs_on_every_chip():
    for path in source.files("firmware"):
        text = path.read_text(encoding="utf-8")
        for word in ("micropython.native", "micropython.viper", "asm_thumb", "asm_xtensa"):
            assert word not in text, source.place(path, None)
