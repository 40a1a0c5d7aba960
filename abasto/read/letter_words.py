"""The words of `abasto dead-letters`, in Spanish and English; `abasto.read.words` takes them in."""

ES: dict[str, str] = {}

EN: dict[str, str] = {}
