"""SEPA direct debit: mandates signed by members, runs, what banks refuse."""
