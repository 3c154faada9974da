"""The firmware on an emulated RP2040."""
