"""Basalt, the pump's firmware."""
