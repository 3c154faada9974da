"""Port and store can be said once, in a file; what a command is told comes first."""

import json

import pytest

from basalt import config
from host_tests.tools.exported import PUMP, keep
from host_tests.tools.made_log import new_pump, raw_log
from host_tests.tools.running import basalt, commands, failed


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.delenv("BASALT_STORE", raising=False)
    monkeypatch.setenv("BASALT_CONFIG", str(tmp_path / "there" / "config.toml"))
    return tmp_path / "there" / "config.toml"


@pytest.fixture
def store(tmp_path):
    return keep(tmp_path / "a.db", raw_log(new_pump()))


def pumps(*options):
    ran = basalt("pumps", "--json", *options)
    assert ran.code == 0, ran.err
    return [row["pump"] for row in json.loads(ran.out)]


def test_a_store_in_the_file_is_used_where_a_command_does_not_say(file, store):
    basalt("config", "--store", store)
    assert pumps() == [PUMP]
    assert f'"{PUMP}"' in basalt("log", "--json").out


def test_an_option_and_an_environment_variable_come_before_the_file(file, store, monkeypatch):
    other = keep(store.with_name("b.db"), raw_log(new_pump()), pump="bb")
    basalt("config", "--store", store)
    assert pumps("--store", str(other)) == ["bb"]
    monkeypatch.setenv("BASALT_STORE", str(other))
    assert pumps() == ["bb"]


def test_a_port_in_the_file_is_used_by_every_command_that_opens_one(file):
    basalt("config", "--port", "/dev/nowhere")
    for words in (["status"], ["time", "show"], ["settings", "show"]):
        failed(basalt(*words), 3, "/dev/nowhere")


def test_what_is_not_given_stays_and_an_empty_word_removes(file):
    basalt("config", "--port", "/dev/ttyACM0", "--store", 'C:\\pumps\\"a".db')
    basalt("config", "--port", "")
    assert config.read() == {"store": 'C:\\pumps\\"a".db'}
    assert "not set" in basalt("config").out


def test_without_a_file_nothing_is_changed(file):
    assert basalt("pumps").code == 2
    assert json.loads(basalt("config", "--json").out) == {"file": str(file)}


@pytest.mark.parametrize("text", ["store = [", "shop = 'a'", "store = 3"])
def test_a_file_that_makes_no_sense_is_one_sentence(file, text):
    file.parent.mkdir()
    file.write_text(text)
    failed(basalt("pumps"), 2, "config.toml")


def test_the_file_speaks_to_every_command_that_has_the_option():
    for key, named in config._TAKES.items():
        having = {
            name
            for name, command in commands()
            if any(f"--{key}" in option.opts and not option.multiple for option in command.params)
        }
        assert having - {"config"} == set(named)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("basalt rep", {"report"}),
        ("basalt report --p", {"--pump", "--pdf"}),
        ("basalt export --format ", {"tidepool", "nightscout", "csv", "jsonl", "parquet"}),
        ("basalt pull --s", {"--store"}),
    ],
)
def test_a_shell_completes_commands_options_and_values(file, monkeypatch, line, words):
    monkeypatch.setenv("_BASALT_COMPLETE", "complete_bash")
    monkeypatch.setenv("_TYPER_COMPLETE_ARGS", line)
    monkeypatch.setenv("COMP_WORDS", line)
    monkeypatch.setenv("COMP_CWORD", str(len(line.split(" ")) - 1))
    assert set(basalt().out.split()) == words
