"""The faked pulse engine keeps the contract of the real ones, on any Python."""

from host_tests.ports import contract
from host_tests.ports.fake_bench import Bench


def test_the_faked_engine_keeps_every_clause_of_the_contract():
    assert len(contract.CLAUSES) > 5
    for clause in contract.CLAUSES:
        clause(Bench())
