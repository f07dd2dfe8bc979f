"""Why a case is erased before its time, or kept longer, in words."""

from __future__ import annotations

from types import MappingProxyType

from flask_babel import lazy_gettext as _l

ERASED_FOR = MappingProxyType(
    {
        "asked": _l("The person has asked for it by another way"),
        "wrong_person": _l("Somebody else wrote it in their name"),
        "danger": _l("Keeping it is a danger"),
    }
)

KEPT_FOR = MappingProxyType(
    {
        "court": _l("a court has asked for it"),
        "audit": _l("an audit is under way"),
        "fraud": _l("a suspicion of fraud is looked into"),
        "danger": _l("destroying it now would be a danger to somebody"),
    }
)
