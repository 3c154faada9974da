"""The proofs: machinery that tries to break the five promises, in a short and in a full form.

Each module here that holds a `PROOF` is one; `python -m host_tests.proofs` runs them, the tests of
the suite run the short forms.
"""
