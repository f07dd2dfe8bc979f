"""Promises about the whole tree, each held by a test."""
