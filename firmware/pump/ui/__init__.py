"""The face of the pump: gestures in, commands out, a view drawn on a canvas."""
