"""The menu and the pages behind it: loaded when it is opened, let go when one is home again."""
