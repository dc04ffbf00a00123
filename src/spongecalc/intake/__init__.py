"""The ledger of intake: what the sources hold, what the models take of it, and why the rest is left out."""
