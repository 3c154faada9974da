"""The kept inputs of the fuzzer are replayed, and a target that breaks is seen."""

import struct

import numpy as np
import pytest

from basalt import decode
from host_tests.proofs import fuzz, fuzz_targets
from host_tests.proofs.proof import BrokenError, run_short
from pump.core import settings
from pump.core.settings import Settings
from pump.link import frame


def test_no_input_that_the_fuzzer_found_breaks_anything():
    run_short(fuzz.PROOF)


def test_every_target_has_inputs_and_every_input_a_target():
    assert {name for name, _ in fuzz.corpus()} == set(fuzz_targets.TARGETS)
    assert set(fuzz.NAMES) == set(fuzz_targets.TARGETS)


@pytest.mark.parametrize("name", fuzz.NAMES)
def test_good_inputs_are_taken_by_every_target(name):
    for data in fuzz_targets.seeds(name):
        fuzz.replay(name, data)


def test_settings_out_of_bounds_that_are_taken_over_are_seen(monkeypatch):
    anything = struct.pack("<iii", 0, -(2**31), 2**31 - 1) * len(settings.numbers())
    monkeypatch.setattr(settings, "LIMITS", anything)
    blob = bytearray(Settings().encode())
    struct.pack_into("<i", blob, 5, 1_000_000)
    with pytest.raises(BrokenError, match="--only settings:"):
        fuzz.replay("settings", bytes(blob))


def test_checksums_that_are_not_looked_at_are_seen(monkeypatch):
    # Both of them: a record has its own, and each alone keeps what is garbled out of the store.
    monkeypatch.setattr(frame, "unpack", lambda body: body[:-4] or None)
    monkeypatch.setattr(decode, "whole", lambda raw: np.ones(len(raw) // 32, bool))
    with pytest.raises(BrokenError):
        for count in range(256):
            fuzz.replay("pulled", bytes((count, 1)) * 4)
