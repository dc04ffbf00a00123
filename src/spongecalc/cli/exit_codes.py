"""Exit codes of the commands: done, the data has errors, wrong usage, a run failed, or stopped by Ctrl-C."""

DONE, DATA_ERRORS, WRONG_USAGE, RUN_FAILED = 0, 1, 2, 3
STOPPED = 130
