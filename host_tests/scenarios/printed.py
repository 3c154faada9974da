"""Prints what a scenario came to, for who compares one Python with another."""

from boards.pico import board
from host_tests.scenarios import scenario
from host_tests.scenarios.session import RamDisk, Session, play


def print_bolus_cut():
    """See _print."""
    _print("bolus_cut")


def print_bolus_whole():
    """See _print."""
    _print("bolus_whole")


def _print(name):
    """The steps made, then each record in hex."""
    session = Session(board, RamDisk())
    play(session, scenario.load("/basalt/host_tests/scenarios/" + name + ".json"))
    print(session.world.motor.position_steps)
    for packed in session.records():
        print(packed.hex())
