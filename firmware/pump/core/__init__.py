"""The pure rules of the pump: integers only, no pins, no clock, no files."""
