"""Calibration of the scale: loaded when one is made, taken over or remembered, and let go of."""
