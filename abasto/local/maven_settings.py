"""Where this machine wants Maven artifacts fetched from.

Nothing here names a repository: the public one is jgo's own default, a mirror is the machine's setting.
"""

from pathlib import Path
from xml.etree import ElementTree

from jgo.config import GlobalSettings
from jgo.constants import MAVEN_CENTRAL_URL


def remote_repositories(settings: Path | None = None) -> dict[str, str] | None:
    """Repositories by name, in the order to ask them.

    A mirror of the public repository in Maven's user settings replaces it, as it does for Maven; repositories
    of jgo's own configuration follow. None when the mirror cannot be used without Maven itself, because its
    address is put together from variables.
    """
    central = _central_mirror(settings or Path.home() / ".m2" / "settings.xml") or MAVEN_CENTRAL_URL
    if "${" in central:
        return None
    return {"central": central.rstrip("/")} | GlobalSettings.load().repositories


def local_repositories() -> list[Path]:
    """What Maven already keeps on this machine; it is read and never written."""
    return [GlobalSettings.load().repo_cache]


def _central_mirror(settings: Path) -> str | None:
    try:
        root = ElementTree.parse(settings).getroot()  # noqa: S314 - the user's own file, trusted as Maven trusts it
    except (OSError, ElementTree.ParseError):
        return None
    for mirror in root.iter():
        if _name(mirror) == "mirror":
            fields = {_name(field): (field.text or "").strip() for field in mirror}
            if _stands_for_central(fields.get("mirrorOf", "")) and fields.get("url"):
                return fields["url"]
    return None


def _stands_for_central(mirror_of: str) -> bool:
    patterns = {pattern.strip() for pattern in mirror_of.split(",")}
    return "!central" not in patterns and not patterns.isdisjoint({"central", "*", "external:*"})


def _name(element: ElementTree.Element) -> str:
    """The tag without its namespace, which settings files carry or not."""
    return element.tag.rpartition("}")[2]
