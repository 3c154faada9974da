"""The four basal programs: which one is in force, what the others hold, and how they are called.

- The one in force is `settings.basal`; the others lie as bytes, as they are stored. Programs have
  the numbers 1 to 4. One of them is always in force; another one may have no segments: none.
- A change of another one changes nothing in delivery; one of the one in force counts at once.
- To activate one changes the rate from that moment on; steps that are owed stay owed. A temporary
  basal goes on: a percentage is of the new program from then on.
- Max basal holds for a program that is set and for one that is activated. It may be lowered below
  the rates of one that is not in force, which gives nothing: activating it is then refused.
- In the log PROGRAM_ACTIVATED stands before BASAL_SEGMENT and BASAL_PROGRAM, which tell the rates
  in force whatever their program: who knows nothing of the others reads the log as ever.

Loaded by whoever gives the command and let go of after it.
"""

import struct

from micropython import const

from pump.core import codes, events, modes
from pump.core import settings as st
from pump.core.settings import MOST_RATE_MU_H, SEGMENTS_AT, BasalProgram

MOST = const(4)
MOST_NAME = const(8)  # the last of event_table.PROGRAM_NAMES
_ENTRY = "<Hi"
_ENTRY_SIZE = const(6)
_APART = const(64)  # between the first segments of two programs
_NAME_BITS = const(4)
_NAME_MASK = const(15)


def segments_of(settings, number):
    """The (start minute, rate in mU/h) of a program's segments; none where there is none."""
    program = program_of(settings, number)
    if program is None:
        return []
    return list(zip(program.starts_min, program.rates_mu_h))


def program_of(settings, number):
    """A program to look at, or None where there is none."""
    if number == settings.active:
        return settings.basal
    found = []
    stored = settings.stored_programs
    for at in range(0, len(stored), _ENTRY_SIZE):
        place, value = struct.unpack_from(_ENTRY, stored, at)
        if (place - SEGMENTS_AT) // _APART == number:
            found.append((value >> 16, value & 0xFFFF))
    if BasalProgram.check(found, MOST_RATE_MU_H) != codes.OK:
        return None  # another version has stored what this one cannot give
    return _made(found)


def day_mu(segments):
    """The dose of a day, 0 without segments."""
    return _made(segments).day_mu() if segments else 0


def name_of(settings, number):
    """The number of its name, 0 for none or for one that only another version knows."""
    name = settings.program_names >> (number - 1) * _NAME_BITS & _NAME_MASK
    return name if name <= MOST_NAME else 0


def edit(pump, number, segments, source):
    """Replace a program; without segments one that is not in force is no more. A code."""
    settings = pump.settings
    if number == settings.active:
        return set_in_force(pump, segments, source)
    limit = settings.get(st.MAX_BASAL_MU_H)
    code = modes.why_not(pump, source)
    if code == codes.OK and not 1 <= number <= MOST:
        code = codes.OUT_OF_RANGE
    if code == codes.OK and segments:
        code = BasalProgram.check(segments, limit)
    if code != codes.OK:
        return pump.refuse(events.COMMAND_BASAL, code, _top(segments), limit, source)
    stored = _others(settings, number) + _packed(number, segments)
    tell_edited(pump, number, segments_of(settings, number), segments, source)
    settings.stored_programs = stored
    pump.settings_dirty = True
    pump.settle()
    return codes.OK


def set_in_force(pump, segments, source):
    """Replace the program in force. A code."""
    limit = pump.settings.get(st.MAX_BASAL_MU_H)
    program = pump.settings.basal
    code = modes.why_not(pump, source) or program.check(segments, limit)
    if code != codes.OK:
        return pump.refuse(events.COMMAND_BASAL, code, 0, limit, source)
    tell_in_force(pump, program, segments, source)
    program.replace(segments)
    pump.settings_dirty = True
    pump.settle()
    return codes.OK


def activate(pump, number, source):
    """Put another program in force, from now on. A code."""
    settings = pump.settings
    limit = settings.get(st.MAX_BASAL_MU_H)
    segments = segments_of(settings, number)
    if number == settings.active:
        return codes.OK
    code = BasalProgram.check(segments, limit)  # a user may, among those that a clinician wrote
    if code != codes.OK:
        return pump.refuse(events.COMMAND_BASAL, code, _top(segments), limit, source)
    old = segments_of(settings, settings.active)
    stored = _others(settings, number) + _packed(settings.active, old)
    tell_activated(pump, settings.active, number, old, segments, source)
    settings.basal.replace(segments)
    settings.active = number
    settings.stored_programs = stored
    pump.settings_dirty = True
    pump.settle()
    return codes.OK


def rename(pump, number, name, source):
    """Give a program one of event_table.PROGRAM_NAMES, 0 for none. A code."""
    settings = pump.settings
    code = modes.why_not(pump, source)
    if code == codes.OK and not (1 <= number <= MOST and 0 <= name <= MOST_NAME):
        code = codes.OUT_OF_RANGE
    if code != codes.OK:
        return pump.refuse(events.COMMAND_BASAL, code, name, MOST_NAME, source)
    old = name_of(settings, number)
    if old == name:
        return codes.OK
    pump.log.write(events.PROGRAM_NAMED, number, old, name, source)
    at = (number - 1) * _NAME_BITS
    settings.program_names = settings.program_names & ~(_NAME_MASK << at) | name << at
    pump.settings_dirty = True
    pump.settle()
    return codes.OK


def tell_edited(pump, number, old, new, source):
    """Write into the log what a program that is not in force held, and holds."""
    log = pump.log
    was = _made(old or [(0, 0)])
    for index in range(len(new)):
        start_min, rate_mu_h = new[index]
        before = was.rate_mu_h(start_min)
        log.write(events.PROGRAM_SEGMENT, number, index, start_min, before, rate_mu_h)
    log.write(events.PROGRAM_EDITED, number, len(new), day_mu(old), day_mu(new), source)


def tell_activated(pump, old_number, number, old, new, source):
    """Write into the log which program was in force, and which is; then its rates."""
    totals = day_mu(old), day_mu(new)
    pump.log.write(events.PROGRAM_ACTIVATED, old_number, number, totals[0], totals[1], source)
    tell_in_force(pump, _made(old), new, source)


def tell_in_force(pump, was, new, source):
    """Write into the log the rates of the program that was in force, and those that are."""
    log = pump.log
    for index in range(len(new)):
        start_min, rate_mu_h = new[index]
        log.write(events.BASAL_SEGMENT, index, start_min, was.rate_mu_h(start_min), rate_mu_h)
    log.write(events.BASAL_PROGRAM, len(new), was.day_mu(), day_mu(new), source)


def differ(settings, past):
    """Whether one that is not in force, or a name, is other than a `Recall` has it."""
    for number in past.programs:
        if past.programs[number] != segments_of(settings, number):
            return True
    return any(past.names[number] != name_of(settings, number) for number in past.names)


def tell_differences(pump, past):
    """Write into the log what is in force, and what is stored, where a `Recall` has it otherwise.

    A change is in the log before it is saved: a cut between the two leaves what was before.
    """
    settings = pump.settings
    source = events.SOURCE_RESTART
    now = segments_of(settings, settings.active)
    told = dict(past.programs)
    other = past.program is not None and past.program != now
    was = past.active or settings.active
    # A program that the log has as none cannot be in force: a start was cut while it told so.
    held = past.program or [(0, 0)]
    # Where the log has other rates and no number, the number is told with them.
    if was != settings.active or (other and not past.active and was > 1):
        tell_activated(pump, was, settings.active, held, now, source)
        if past.program is not None:
            told[was] = past.program
    elif other:
        tell_in_force(pump, _made(held), now, source)
    told.pop(settings.active, None)
    for number in sorted(told):
        stored = segments_of(settings, number)
        if told[number] != stored:
            tell_edited(pump, number, told[number], stored, source)
    for number in sorted(past.names):
        name = name_of(settings, number)
        if past.names[number] != name:
            pump.log.write(events.PROGRAM_NAMED, number, past.names[number], name, source)


def _made(segments):
    program = BasalProgram()
    program.replace(segments)
    return program


def _top(segments):
    return max([rate for _, rate in segments]) if segments else 0


def _packed(number, segments):
    """The entries of a program; a start and a rate are a small integer together."""
    packed = bytearray(len(segments) * _ENTRY_SIZE)
    place = SEGMENTS_AT + number * _APART
    for index in range(len(segments)):
        start_min, rate_mu_h = segments[index]
        value = start_min << 16 | rate_mu_h
        struct.pack_into(_ENTRY, packed, index * _ENTRY_SIZE, place + index, value)
    return bytes(packed)


def _others(settings, number):
    """What is stored of all programs but one, and of none that is in force."""
    stored = settings.stored_programs
    kept = b""
    for at in range(0, len(stored), _ENTRY_SIZE):
        whose = (struct.unpack_from("<H", stored, at)[0] - SEGMENTS_AT) // _APART
        if whose not in (number, settings.active):
            kept += stored[at : at + _ENTRY_SIZE]
    return kept
