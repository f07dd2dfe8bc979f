"""Doubles of the outside world that the tests and the demonstration run beside the fund."""
