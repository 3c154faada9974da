"""The journal and the settings over files."""
