"""Tests of the drivers against fake parts."""
