"""Basalt on the host: build, flash, talk to the pump, keep its log and read it."""

__version__ = "0.1.0"
