"""Tests of the journal and the settings."""
