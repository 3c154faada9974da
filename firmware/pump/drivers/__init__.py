"""One part of the board each, everything passed in."""
