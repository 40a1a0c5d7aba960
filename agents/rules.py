"""The rules a worker judges by, from the file that its settings name."""

from streams.faults import WrongSetting
from streams.settings import PREFIX, Settings
from supply.rules import Rules
from supply.rules_file import WrongRules, rules_from


def rules_of(settings: Settings) -> Rules:
    """The rules of the settings' file, the default ones without it.

    Raises:
        WrongSetting: the file cannot be read, or what is wrong in it.
    """
    file = settings.rules_file
    if file is None:
        return Rules()
    try:
        return rules_from(file.read_text(encoding="utf-8"))
    except (WrongRules, UnicodeDecodeError) as wrong:
        raise WrongSetting(f"{PREFIX}RULES_FILE={file}: {wrong}") from None
    except OSError as wrong:
        raise WrongSetting(f"{PREFIX}RULES_FILE={file} cannot be read: {wrong.strerror}") from None
