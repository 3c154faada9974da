"""What becomes of a self-test: a record, and of one that has failed an alarm that stops the pump.

Loaded by whoever tests and let go of after it.
"""

from pump.core import alarms as al
from pump.core import events


def passed(pump, test, detail=0):
    """A check found nothing wrong. The detail of all: those that were made, as bits."""
    pump.log.write(events.SELF_TEST, test, 1, detail)


def failed(pump, test, detail=0):
    """A check that the pump makes by itself has failed: nothing is delivered until a restart."""
    pump.log.write(events.SELF_TEST, test, 0, detail)
    pump.alarms.failed_test = test
    pump.stop_for(al.SELF_TEST, test)


def answered(pump, test, heard):
    """A person has said whether they heard or saw it. That is theirs to act upon."""
    pump.log.write(events.SELF_TEST, test, 1 if heard else 0, 0)
