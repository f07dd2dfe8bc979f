"""What codes of safe contact are called on pages: channels, rules, results, what breaks a plan."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

CHANNELS = {
    "portal": _l("Only here, on the return page"),
    "signal": _l("Signal"),
    "matrix": _l("Matrix"),
    "email": _l("Encrypted e-mail"),
    "phone": _l("Telephone"),
    "partner": _l("Through a partner organisation"),
}

NEVER = {
    "no_calls": _l("Never call"),
    "no_voicemail": _l("Never leave a voice message"),
    "no_name": _l("Never use their name"),
    "no_files": _l("Never send files"),
}
"""What a person has forbidden, as a rule for whoever reaches out to them."""

MEANS = {
    "call": _l("A call"),
    "voicemail": _l("A voice message was left"),
    "name": _l("The name was used"),
    "files": _l("Files were sent"),
}

RESULTS = {
    "reached": _l("The person was reached"),
    "not_reached": _l("Nobody answered"),
    "wrong_person": _l("Somebody else answered"),
}

BROKEN = {
    "other_channel": _l("The person has chosen another way to be reached."),
    "no_calls": _l("The person has asked never to be called."),
    "no_voicemail": _l("The person has asked never to leave a voice message."),
    "no_name": _l("The person has asked never to use their name."),
    "no_files": _l("The person has asked never to send files."),
    "outside_hours": _l("It is outside of the hours the person has named."),
}
"""What a contact would break, in sentences."""

CAME_BY = {
    "web": _l("From the person, on the web"),
    "phone": _l("From the person, by telephone"),
    "proxy": _l("From somebody who asked for them, by telephone"),
}
