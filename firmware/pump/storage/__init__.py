"""What survives a power cut: the journal and the settings, over plain files."""
