"""The settings saved last come back, or the ones before, or it is said that they are lost."""

from host_tests.expect import raises
from host_tests.fakes.ram_files import RamFiles
from pump.storage.settings_store import SettingsStore

OLD = b"old settings"
NEW = bytes(range(256)) * 2


def saved(*blobs):
    """A filesystem on which those were saved, one after the other."""
    files = RamFiles()
    store = SettingsStore(files)
    store.load()
    for blob in blobs:
        store.save(blob)
    return files


def test_a_new_filesystem_has_no_settings_and_lost_none():
    store = SettingsStore(RamFiles())
    assert store.load() is None
    assert not store.damaged


def test_the_last_of_many_saves_is_loaded():
    files = RamFiles()
    store = SettingsStore(files)
    store.load()
    for count in range(300):
        store.save(b"settings %d" % count)
        again = SettingsStore(files)
        assert again.load() == b"settings %d" % count
        assert not again.damaged


def test_every_boot_goes_on_with_the_other_slot():
    files = RamFiles()
    for count in range(6):
        store = SettingsStore(files)
        store.load()
        store.save(b"boot %d" % count)
        assert len(files.listdir("/settings")) == min(count + 1, 2)
        assert SettingsStore(files).load() == b"boot %d" % count


def test_an_empty_blob_is_a_blob():
    files = saved(OLD, b"")
    assert SettingsStore(files).load() == b""


def test_damage_to_the_newest_slot_leaves_the_older_one():
    for bit in range(0, (len(NEW) + 10) * 8, 37):
        files = saved(OLD, NEW)
        content = bytearray(files.contents["/settings/b"])
        content[bit // 8] ^= 1 << bit % 8
        files.contents["/settings/b"] = bytes(content)
        store = SettingsStore(files)
        assert store.load() == OLD
        assert store.damaged
        store.save(OLD)
        again = SettingsStore(files)
        assert again.load() == OLD
        assert not again.damaged
        store.save(NEW)
        assert SettingsStore(files).load() == NEW


def test_a_slot_of_another_length_is_not_whole():
    for change in (b"", NEW[:5], None):
        files = saved(OLD, NEW)
        content = files.contents["/settings/b"]
        files.contents["/settings/b"] = content + b"more" if change is None else change
        assert SettingsStore(files).load() == OLD


def test_settings_of_which_no_slot_is_whole_are_lost_and_it_is_said():
    files = saved(OLD, NEW)
    files.contents["/settings/a"] = b""
    files.contents["/settings/b"] = b"\xff" * 40
    store = SettingsStore(files)
    assert store.load() is None
    assert store.damaged
    store.save(NEW)
    assert not store.damaged
    again = SettingsStore(files)
    assert again.load() == NEW
    assert not again.damaged


def test_a_refused_save_keeps_the_old_settings_in_force():
    for refused_at in range(2):
        files = saved(OLD)
        store = SettingsStore(files)
        store.load()
        files.refuse_after = refused_at
        if refused_at < 1:
            with raises(OSError):
                store.save(NEW)
            files.refuse_after = -1
            assert SettingsStore(files).load() == OLD
        files.refuse_after = -1
        store.save(NEW)
        assert SettingsStore(files).load() == NEW


def test_more_than_a_block_of_settings_is_refused():
    store = SettingsStore(RamFiles())
    store.load()
    with raises(ValueError):
        store.save(bytes(4097))


def test_foreign_files_in_the_folder_are_no_settings():
    files = RamFiles()
    files.mkdir("/settings")
    files.contents["/settings/c"] = b"notes"
    store = SettingsStore(files)
    assert store.load() is None
    assert not store.damaged
