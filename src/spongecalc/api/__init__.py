"""The front door: what ``import spongecalc as sc`` gives, and what the command line stands on.

A project opens, is checked, built, run and assessed when something of it is looked at, once; what it hands out
are frames, and small objects for a system, its model and a run's result.
"""
