"""The table of states: complete, without dead ends but the two that end in a restart."""

from pump.core import states


def reachable():
    found = {states.STARTING}
    while True:
        more = {row[2] for row in states.TRANSITIONS if row[0] in found}
        if more <= found:
            return found
        found |= more


def test_every_state_can_be_reached():
    assert reachable() == set(range(len(states.STATES)))


def test_no_state_leads_two_ways_by_one_thing():
    keys = [row[:2] for row in states.TRANSITIONS]
    assert len(set(keys)) == len(keys)


def test_every_state_but_fault_can_fail():
    for state in range(len(states.STATES)):
        if state != states.FAULT:
            assert states.after(state, states.FAIL) == states.FAULT


def test_only_a_restart_leads_out_of_a_fault():
    assert [row for row in states.TRANSITIONS if row[0] == states.FAULT] == []


def test_what_is_not_in_the_table_is_no_way():
    assert states.after(states.SUSPENDED, states.GIVE_BOLUS) == -1
