"""Codes as people type them, turned into the one spelling that keys, positions and the catalogue use."""

import re

_BLANKS = re.compile(r"[\s\u00ad\u200b-\u200d\u2060\ufeff]+")
"""Visible or not: spreadsheets leave no-break and zero-width blanks in their cells."""

_ITEM = re.compile(r"[0-9]{3}\.[0-9]{3}\.[0-9]{4}\.[0-9]{2}")
_ITEM_AS_TYPED = re.compile(r"([0-9]{3})[-._/]?([0-9]{3})[-._/]?([0-9]{4})[-._/]?([0-9]{2})")
_FACILITY = re.compile(r"[A-Z0-9][A-Z0-9._-]{1,31}")

_SHOWN_CHARACTERS = 80


def normalise_item(text: str) -> str:
    """The clave as the catalogue writes it: `0100005432 00` and `010-000-5432-00` are `010.000.5432.00`.

    Raises `ValueError`, with a sentence for whoever typed it, when the text is no clave.
    """
    if _ITEM.fullmatch(text):
        return text
    bare = _BLANKS.sub("", text)
    typed = _ITEM_AS_TYPED.fullmatch(bare)
    if typed:
        return ".".join(typed.groups())
    hint = ""
    if re.fullmatch(r"[0-9]{11}|[0-9]{2}\.[0-9]{3}\.[0-9]{4}\.[0-9]{2}", bare):
        hint = "; a spreadsheet may have dropped its leading zero"
    raise ValueError(f"{shown(text)} is no item code; expected 12 digits such as 010.000.5432.00{hint}")


def normalise_facility(text: str) -> str:
    """The facility's code without blanks and in capitals: ` dfims000604` is `DFIMS000604`.

    Raises `ValueError`, with a sentence for whoever typed it, when the text is no code.
    """
    if _FACILITY.fullmatch(text):
        return text
    bare = _BLANKS.sub("", text)
    # Capitals of letters beyond ASCII can be plain ones (ß, ı): another place's code must not come out.
    if bare.isascii() and _FACILITY.fullmatch(bare.upper()):
        return bare.upper()
    raise ValueError(
        f"{shown(text)} is no facility code; expected 2 to 32 letters, digits, dots, dashes or underscores, "
        "such as DFIMS000604"
    )


def shown(text: str) -> str:
    """The text in quotes for a sentence, cut short, with nothing in it that could upset a terminal or a log."""
    cut = text if len(text) <= _SHOWN_CHARACTERS else text[:_SHOWN_CHARACTERS] + "…"
    return '"' + "".join(sign if sign.isprintable() else f"\\u{ord(sign):04x}" for sign in cut) + '"'
