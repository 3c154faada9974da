"""Tests of gestures, menus and screens."""
