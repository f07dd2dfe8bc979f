"""What an application compiles when it starts and answers: once per run and not once per test."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule


class KeptTemplates(BytecodeCache):
    """Compiled templates in memory, told apart by name and source."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill the bucket with what was compiled from the same source, if anything was."""
        if bucket.key + bucket.checksum in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key + bucket.checksum])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        self._kept[bucket.key + bucket.checksum] = bucket.bytecode_to_string()


TEMPLATES = KeptTemplates()


def remember_builders() -> None:
    """Keep what Werkzeug compiles of each rule: nine tenths of making the application.

    What it compiles depends on the rule's text alone; rules with defaults are left to it.
    """
    compile_builder = Rule._compile_builder  # noqa: SLF001
    known: dict[object, Callable[..., Any]] = {}

    def remembered(rule: Rule, append_unknown: bool = True) -> Callable[..., Any]:
        if rule.defaults:
            return compile_builder(rule, append_unknown)
        key = (tuple(rule._trace), append_unknown)  # noqa: SLF001
        if key not in known:
            known[key] = compile_builder(rule, append_unknown)
        return known[key]

    Rule._compile_builder = remembered  # type: ignore[method-assign, assignment]  # noqa: SLF001
