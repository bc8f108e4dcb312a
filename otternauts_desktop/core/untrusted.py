"""Text from servers, containers and files, made safe to show."""

from otternauts_desktop.core.words import tr

_PICTURES = {code: chr(0x2400 + code) for code in range(0x20) if code not in (0x09, 0x0A)}
_PICTURES[0x7F] = "\u2421"
_PICTURES.update(dict.fromkeys(range(128, 160), "�"))
# Bidirectional controls can make a line read differently from what it says (CVE-2021-42574).
_PICTURES.update(dict.fromkeys((*range(8234, 8239), *range(8294, 8298)), "�"))


def shown(untrusted: str | bytes, *, limit: int = 65_536) -> str:
    """`untrusted` as text in which control characters are visible symbols.

    Line breaks and tabs stay. Bytes that are not UTF-8 become U+FFFD. Text past `limit`
    characters is cut, and says so.
    """
    if isinstance(untrusted, bytes):
        untrusted = untrusted.decode("utf-8", errors="replace")
    cut = len(untrusted) - limit
    if cut > 0:
        untrusted = f"{untrusted[:limit]}… " + tr("[{count} more characters cut]", count=cut)
    return untrusted.replace("\r\n", "\n").translate(_PICTURES)
