"""Tests of the whole pump: the loop and everything under it, on faked parts."""
