"""Tests of the pulse engines."""
