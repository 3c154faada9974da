"""Tests of the face: letters, canvas, screens and their stored pictures."""
