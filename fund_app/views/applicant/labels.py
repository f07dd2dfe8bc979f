"""The few neutral words an applicant reads about their case."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

from flask_babel import lazy_gettext as _l

from fund_app.adapters.files import LARGEST_FILE
from workflows.labels import PublicLabel

LABELS = MappingProxyType(
    {
        PublicLabel.RECEIVED: _l("Received"),
        PublicLabel.BEING_CHECKED: _l("Being checked"),
        PublicLabel.NEED_FROM_YOU: _l("We need something from you"),
        PublicLabel.BEING_DECIDED: _l("Being decided"),
        PublicLabel.DECISION_READY: _l("Decision ready"),
        PublicLabel.PAYMENT_UNDER_WAY: _l("Payment under way"),
        PublicLabel.CLOSED: _l("Closed"),
    }
)

EXPLAINED = MappingProxyType(
    {
        PublicLabel.RECEIVED: _l("What you wrote has arrived. A person will read it."),
        PublicLabel.BEING_CHECKED: _l("A person is looking into it, carefully and quietly."),
        PublicLabel.NEED_FROM_YOU: _l("Time stands still for us until you answer; no hurry."),
        PublicLabel.BEING_DECIDED: _l("People who do not know who you are decide on it."),
        PublicLabel.DECISION_READY: _l("There is something for you to read below."),
        PublicLabel.PAYMENT_UNDER_WAY: _l("Two people take care that it reaches you safely."),
        PublicLabel.CLOSED: _l("Nothing more is needed from you."),
    }
)

CHANNELS = MappingProxyType(
    {
        "direct_to_supplier": _l(
            "The fund pays the bill directly: the lawyer, the clinic, the shop"
        ),
        "partner_payout": _l("Through an organisation near you that we trust"),
        "voucher": _l("A voucher"),
        "cash_agent": _l("Cash at a pick-up point"),
        "bank_transfer": _l("Transfer to a bank account"),
    }
)

FILE_REFUSALS: MappingProxyType[str, Any] = MappingProxyType(
    {
        "empty": _l("This file is empty. Please choose it once more."),
        "too_large": _l(
            "This file is larger than %(size)s MB. A smaller picture or fewer pages will do.",
            size=LARGEST_FILE // 2**20,
        ),
        "unknown_kind": _l(
            "We can take pictures (JPEG, PNG, WebP, GIF), PDF files and, where this fund can clean "
            "them, office documents. A photograph or a screenshot of the page works as well."
        ),
        "damaged": _l(
            "This file cannot be opened, or its end is missing. Please save it once more and try "
            "again."
        ),
        "too_many_pixels": _l(
            "This picture is too large to be opened safely. A screenshot of it will do."
        ),
        "too_many_pages": _l(
            "This PDF has more pages than we can look through at once. Please send the pages that "
            "matter, or several files."
        ),
        "too_heavy": _l(
            "Opening this file takes more work than is safe. A simpler one will do: fewer pages, a "
            "smaller picture, or a photograph of the page."
        ),
        "locked": _l(
            "This file is locked with a password. Please save it without one: print it to a new "
            "PDF, or photograph the pages."
        ),
        "archive": _l(
            "This is a folder packed into one file. Please add the files in it one by one."
        ),
        "bomb": _l(
            "This file unpacks to far more than a document holds, so it was not opened. A "
            "photograph or a new PDF of it will do."
        ),
        "program_inside": _l(
            "There is a program or another file inside this document. Please save it as PDF: File, "
            "then Save as or Export, then PDF."
        ),
        "reaches_out": _l(
            "This document fetches something from elsewhere when it is opened, which would tell "
            "where we are. Please save it as PDF: File, then Save as or Export, then PDF."
        ),
        "old_office": _l(
            "This is a document of an old kind that we cannot clean. Please save it as PDF: File, "
            "then Save as or Export, then PDF. Or copy its text into a message."
        ),
        "no_cleaner": _l(
            "Word and similar files carry names and earlier versions that we cannot take out here. "
            "Please save it as PDF: File, then Save as or Export, then PDF. Or copy its text into "
            "a message."
        ),
        "busy": _l(
            "Many files are being looked at just now. Nothing is lost; please try again in a "
            "minute."
        ),
    }
)
