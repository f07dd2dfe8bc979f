"""Cleaners of what people add. They run in a process of their own, which holds no secret.

A file from outside may be made to break the program that reads it. So nothing here is called by
the web process: adapters/sandbox.py starts child.py without environment, keys or open files, and
hands it the content through a pipe. The package imports nothing of the fund but itself, by
relative names, so that the child need not load the fund either.
"""
