"""A disk that is full in the middle: one sentence, what was there stays, nothing is half there."""

import os
import resource
import subprocess
import sys

import pytest

from basalt.store import Store
from host_tests.tools.exported import PUMP, five_days, keep

pytestmark = pytest.mark.skipif(not hasattr(resource, "RLIMIT_FSIZE"), reason="no such limit here")
MOST = 20_000  # bytes that a file may have


def full(*arguments, most=MOST):
    """Run `basalt` where no file can grow beyond `most` bytes, as on a disk with no more room."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "NO_COLOR": "1"}
    ran = subprocess.run(
        [sys.executable, "-m", "basalt.cli", *map(str, arguments)],
        capture_output=True,
        text=True,
        env=env,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)),
    )
    assert "Traceback" not in ran.stderr
    assert ran.stdout == ""
    (line,) = ran.stderr.strip().splitlines()
    assert line.startswith("basalt: ") and "bug" not in line
    return ran.returncode, line


@pytest.fixture
def store(tmp_path):
    (tmp_path / "kept").mkdir()
    return keep(tmp_path / "kept" / "a.db", five_days())


@pytest.mark.parametrize(
    "words",
    [
        ("report",),
        ("export", "--format", "tidepool"),
        ("export", "--format", "nightscout"),
        ("export", "--format", "csv"),
        ("export", "--format", "jsonl"),
    ],
    ids=" ".join,
)
def test_an_earlier_file_stays_as_it_was_and_no_other_is_left(words, tmp_path, store):
    out = tmp_path / "out"
    out.write_text("the earlier one")
    code, line = full(*words, "--store", store, "--out", out)
    assert code == 1 and "cannot be written" in line
    assert out.read_text() == "the earlier one"
    assert {path.name for path in tmp_path.iterdir()} == {"kept", "out"}


def test_an_earlier_dataset_stays_as_it_was(tmp_path, store):
    out = tmp_path / "out"
    code, line = full("export", "--format", "parquet", "--store", store, "--out", out, most=2_000)
    assert code == 1 and "cannot be written" in line
    assert not list(out.rglob("*.parquet"))


def test_an_import_comes_whole_or_not_at_all(tmp_path, store):
    other = keep(tmp_path / "b.db", five_days()[: 32 * 10])
    size = other.stat().st_size
    code, line = full("import", store, "--store", other, most=size)
    assert code == 6 and str(other) in line
    with Store.open(other) as kept:
        assert len(kept.log(PUMP)) == 10
        assert kept.imports(PUMP) == []


def test_a_setting_of_the_config_file_stays_as_it_was(tmp_path, monkeypatch):
    place = tmp_path / "config.toml"
    place.write_text('port = "COM3"\n')
    monkeypatch.setenv("BASALT_CONFIG", str(place))
    code, line = full("config", "--store", "x" * 100, most=40)
    assert code == 1 and "config.toml cannot be written" in line
    assert place.read_text() == 'port = "COM3"\n'
