"""The table of states: complete, without dead ends but the two that end in a restart."""

from pump.core import states, ways

ROWS = [tuple(ways.WAYS[at : at + 3]) for at in range(0, len(ways.WAYS), 3)]


def reachable():
    found = {states.STARTING}
    while True:
        more = {row[2] for row in ROWS if row[0] in found}
        if more <= found:
            return found
        found |= more


def test_every_state_can_be_reached():
    assert reachable() == set(range(len(states.STATES)))


def test_no_state_leads_two_ways_by_one_thing():
    keys = [row[:2] for row in ROWS]
    assert len(set(keys)) == len(keys)


def test_every_state_but_fault_can_fail():
    for state in range(len(states.STATES)):
        if state != states.FAULT:
            assert ways.after(state, states.FAIL) == states.FAULT


def test_only_a_restart_leads_out_of_a_fault():
    assert [row for row in ROWS if row[0] == states.FAULT] == []


def test_what_is_not_in_the_table_is_no_way():
    assert ways.after(states.SUSPENDED, states.GIVE_BOLUS) == -1
