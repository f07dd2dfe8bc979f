"""The form of the silence word, which looks the same whether there is one or not."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import PasswordField
from wtforms.validators import Length

from forms.fields import tidy
from forms.messages import TOO_LONG, ActForm

LONGEST = 60


class SilenceForm(ActForm):
    """One word; empty takes it back."""

    word = PasswordField(_l("Your silence word"), [Length(max=LONGEST, message=TOO_LONG)], [tidy])
