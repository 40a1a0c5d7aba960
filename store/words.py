"""Text as people search it: without case, accents or doubled blanks, alike in every database."""

import unicodedata


def folded(*texts: str) -> str:
    """The texts in one line, lower case, accents taken off: `Oncología` and `ONCOLOGIA` are the same."""
    decomposed = unicodedata.normalize("NFKD", " ".join(texts).casefold())
    return " ".join("".join(sign for sign in decomposed if not unicodedata.combining(sign)).split())


def column_text(text: str) -> str:
    """Text for a column: PostgreSQL keeps every character but NUL."""
    return text.replace("\x00", "\N{REPLACEMENT CHARACTER}")
