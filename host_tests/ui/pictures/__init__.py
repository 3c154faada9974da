"""The stored pictures of every screen, and the way each is reached."""
