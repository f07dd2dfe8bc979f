"""Measurements of the product beside its physical references; `fund bench` runs them.

A figure alone says more about the machine than about the product, so each is taken together
with what no program could do without: the page without its work, the rows without the rules,
the cipher without the keys' book-keeping. The ratio of the two is what is compared.
"""
