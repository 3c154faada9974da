"""Every request of the link, declared once: for the host, the tests and the documents.

A row is (kind, name, who may ask, fields of the request, fields of the answer, what follows in
either). A field is (name, struct code); the unit is the last part of its name. A tuple of fields
as the last element is repeated to the end. No module of the running pump imports this one.
"""

from pump.link import protocol

# Who may ask.
ALL = "anybody"
UNTIL_PAIRED = "anybody until paired, then sealed"
SEALED_ONLY = "sealed only"

_NONE = ()

REQUESTS = (
    (
        protocol.IDENTIFY,
        "identify",
        ALL,
        _NONE,
        (("boot", "H"), ("major", "B"), ("minor", "B"), ("patch", "B")),
        "texts: name, board, unique id (bytes)",
    ),
    (protocol.STATUS, "status", ALL, _NONE, protocol.STATUS_FIELDS, ""),
    (protocol.SETTINGS, "settings", ALL, _NONE, _NONE, protocol.SETTING_FIELDS),
    (
        protocol.SET_SETTING,
        "set_setting",
        UNTIL_PAIRED,
        (("setting", "B"), ("value", "i")),
        _NONE,
        "",
    ),
    (protocol.BASAL, "basal", ALL, _NONE, _NONE, protocol.SEGMENT_FIELDS),
    (protocol.SET_BASAL, "set_basal", UNTIL_PAIRED, _NONE, _NONE, protocol.SEGMENT_FIELDS),
    (protocol.TIME, "time", ALL, _NONE, protocol.TIME_FIELDS, ""),
    (
        protocol.SET_TIME,
        "set_time",
        UNTIL_PAIRED,
        (("local_s", "I"), ("utc_offset_min", "h")),
        _NONE,
        "",
    ),
    # Records with numbers from `seq` to `seq + count - 1`, count at most 31: the window of each
    # request is its own, so several may be under way and a gap brings no record twice.
    (
        protocol.LOG,
        "log",
        ALL,
        (("seq", "I"), ("count", "H")),
        (("first_seq", "I"), ("next_seq", "I")),
        "records of 32 bytes",
    ),
    (protocol.ACKNOWLEDGE, "acknowledge", UNTIL_PAIRED, _NONE, _NONE, ""),
    (protocol.SERVICE, "service", UNTIL_PAIRED, _NONE, _NONE, ""),
    (
        protocol.SCREEN,
        "screen",
        ALL,
        (("offset", "H"),),
        _NONE,
        "up to 512 bytes of the frame buffer",
    ),
    (
        protocol.PAIR,
        "pair",
        "anybody who knows the code on the screen",
        (("random", "16s"), ("proof", "16s")),
        (("proof", "16s"),),
        "",
    ),
    (
        protocol.SEALED,
        "sealed",
        "the paired program",
        (("boot", "H"), ("count", "I"), ("kind", "B")),
        (("code", "B"), ("bolus_id", "H"), ("seq", "I"), ("seal", "16s")),
        "the fields of the kind, `seal` 16 bytes",
    ),
    (protocol.CHECK, "check", SEALED_ONLY, _NONE, _NONE, ""),
    (protocol.BOLUS, "bolus", SEALED_ONLY, (("dose_mu", "I"),), _NONE, ""),
    (protocol.STOP, "stop", SEALED_ONLY, _NONE, _NONE, ""),
    (protocol.SUSPEND, "suspend", SEALED_ONLY, _NONE, _NONE, ""),
    (protocol.RESUME, "resume", SEALED_ONLY, _NONE, _NONE, ""),
    (
        protocol.TEMPORARY_BASAL,
        "temporary_basal",
        SEALED_ONLY,
        (("rate_mu_h", "H"), ("duration_min", "H")),
        _NONE,
        "",
    ),
    (
        protocol.TEMPORARY_PERCENT,
        "temporary_percent",
        SEALED_ONLY,
        (("percent", "H"), ("duration_min", "H")),
        _NONE,
        "",
    ),
    (protocol.END_TEMPORARY, "end_temporary", SEALED_ONLY, _NONE, _NONE, ""),
    # A part at once, which may be 0, and the rest evenly over a time in steps of 15 min.
    (
        protocol.EXTENDED_BOLUS,
        "extended_bolus",
        SEALED_ONLY,
        (("now_mu", "H"), ("later_mu", "H"), ("duration_min", "H")),
        _NONE,
        "",
    ),
    # One of the four basal programs: `active` is the number of the one in force, `name` one of
    # event_table.PROGRAM_NAMES. One without segments is none; the one in force has some.
    (
        protocol.PROGRAM,
        "program",
        ALL,
        (("program", "B"),),
        (("active", "B"), ("name", "B")),
        "of the answer, repeated: `start_min` u16, `rate_mu_h` u16",
    ),
    (
        protocol.SET_PROGRAM,
        "set_program",
        UNTIL_PAIRED,
        (("program", "B"),),
        _NONE,
        "repeated: `start_min` u16, `rate_mu_h` u16",
    ),
    (
        protocol.ACTIVATE_PROGRAM,
        "activate_program",
        UNTIL_PAIRED,
        (("program", "B"),),
        _NONE,
        "",
    ),
    (
        protocol.NAME_PROGRAM,
        "name_program",
        UNTIL_PAIRED,
        (("program", "B"), ("name", "B")),
        _NONE,
        "",
    ),
)
