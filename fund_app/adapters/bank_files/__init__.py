"""Files of the bank: camt.053, MT940 and CSV, each read into the same statements.

Tolerant in tags and namespaces, strict in sums: a file is read as a whole or refused.
"""
