"""A scenario file opened as a link is the same life in the page as on the rig, byte for byte.

chip/test_scenarios.py holds the emulated chip to the same files, scenarios/ the two other Pythons.
"""

import base64
import json
import zlib

import pytest

from host_tests.scenarios import scenario
from host_tests.scenarios.test_scenarios_host import SCENARIOS
from host_tests.web.test_page_host import records_in, replayed


def link_to(life):
    """The part of an address that replays a scenario, made as share.ts makes it."""
    packed = zlib.compressobj(wbits=-15)
    data = packed.compress(json.dumps(life).encode()) + packed.flush()
    return "#session=" + base64.urlsafe_b64encode(data).decode().rstrip("=")


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_a_scenario_makes_the_same_steps_and_records_in_the_page(visit, path):
    life = scenario.load(str(path))
    session = replayed(life)
    page = visit(link_to(life))
    page.page.wait_for_selector("text=The replay has ended")
    page.page.click("#pause")
    log = page.pull()
    records = records_in(log)
    played = page.download("#save-scenario")
    wanted = session.records()
    assert records[: len(wanted)] == wanted
    assert played["acts"][: len(life["acts"])] == life["acts"]
    # The page has gone on until its pause: to the step what the rig makes of the longer scenario.
    longer = replayed(played)
    assert records == longer.records()[: len(records)]
    assert page.steps() == longer.world.motor.position_steps > 0
