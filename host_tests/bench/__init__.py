"""What everything costs: one module a subject, one command, one document (BENCHMARKS.md)."""
