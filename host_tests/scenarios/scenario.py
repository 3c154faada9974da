"""The scenario file: what was done to a pump, as JSON that the page in the browser writes too.

basalt_scenario   1, the version of this form
board             whose literals the pump was made of
about             a line for people
acts              [at_ms, name, arguments...], oldest first: see session.py
end_ms            how long it is
"""

import json

from host_tests.scenarios.session import ACTS

VERSION = 1
MOST_ACTS = 20_000
MOST_MS = 90 * 86_400_000


def load(path):
    """The scenario in a file. ValueError when it is none."""
    with open(path) as file:
        scenario = json.load(file)
    problem = problem_of(scenario)
    if problem:
        raise ValueError(path + ": " + problem)
    return scenario


def problem_of(scenario):
    """What is wrong with it, in words; "" for a good one. It may come from anywhere."""
    if not isinstance(scenario, dict) or scenario.get("basalt_scenario") != VERSION:
        return "this is no scenario of Basalt, or one of a later version"
    end_ms, acts = scenario.get("end_ms"), scenario.get("acts")
    if not _is_moment(end_ms, 0) or end_ms > MOST_MS:
        return "its end is no moment within 90 days"
    if not isinstance(acts, list) or len(acts) > MOST_ACTS:
        return "it has no list of at most 20,000 acts"
    before_ms = 0
    for index, act in enumerate(acts):
        if not isinstance(act, list) or len(act) < 2 or not _is_moment(act[0], before_ms):
            return "act " + str(index) + " has no moment after the one before it"
        if act[1] not in ACTS:
            return "act " + str(index) + " is nothing that can be done"
        before_ms = act[0]
    return "" if before_ms <= end_ms else "it ends before its last act"


def _is_moment(value, least):
    return type(value) is int and value >= least
