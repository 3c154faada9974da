"""The tests and fakes of Basalt, on all three benches."""
