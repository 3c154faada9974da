"""Tests of frames and requests."""
