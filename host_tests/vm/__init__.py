"""The portable tests on the real MicroPython virtual machine."""
