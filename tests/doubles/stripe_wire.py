"""How the payment provider's double speaks: forms in, errors out, signatures on webhooks."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any
from urllib.parse import parse_qsl

Json = dict[str, Any]


class ApiError(Exception):
    """An answer other than 200, in the provider's own shape."""

    def __init__(self, status: int, kind: str, message: str, **more: str) -> None:
        """Keep the HTTP status and the error object."""
        super().__init__(message)
        self.status = status
        self.error: Json = {"type": kind, "message": message, **more}


def invalid(message: str, **more: str) -> ApiError:
    """Return the error for a request that cannot be right."""
    return ApiError(400, "invalid_request_error", message, **more)


def missing(identifier: str) -> ApiError:
    """Return the error for an object nobody has."""
    return ApiError(
        404, "invalid_request_error", f"No such object: '{identifier}'", code="resource_missing"
    )


def read_form(text: str) -> Json:
    """Turn `a[b][0]=c` pairs into nested dictionaries and lists."""
    tree: Json = {}
    for key, value in parse_qsl(text, keep_blank_values=True):
        head, *rest = key.replace("]", "").split("[")
        node, path = tree, [head, *rest]
        for part in path[:-1]:
            node = node.setdefault(part, {})
        node[path[-1]] = value
    return {name: _listed(value) for name, value in tree.items()}


def _listed(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    parts = {name: _listed(child) for name, child in value.items()}
    if parts and all(name.isdigit() or name == "" for name in parts):
        return [parts[name] for name in sorted(parts, key=lambda name: int(name or 0))]
    return parts


def whole(params: Json, name: str) -> int:
    """Read a whole positive number of minor units, or refuse as the provider does."""
    text = str(params.get(name, ""))
    if not text.isascii() or not text.isdigit() or int(text) == 0:
        raise invalid(f"Invalid integer: {text}", param=name, code="parameter_invalid_integer")
    return int(text)


def allow_only(params: Json, *names: str) -> None:
    """Refuse parameters the provider's current API does not know."""
    unknown = sorted(set(params) - set(names))
    if unknown:
        raise invalid(
            f"Received unknown parameter: {unknown[0]}", param=unknown[0], code="parameter_unknown"
        )


def sign(body: bytes, secret: str, timestamp: int) -> str:
    """Return the signature header of a webhook: `t=...,v1=...`."""
    digest = hmac.new(secret.encode(), b"%d.%s" % (timestamp, body), hashlib.sha256).hexdigest()
    return f"t={timestamp},v1={digest}"
