"""The version of the firmware: major, minor, patch."""

VERSION = (0, 1, 0)
