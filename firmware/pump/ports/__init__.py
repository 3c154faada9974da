"""Pulse engines, one per kind of chip."""
