"""Remote: where a repository comes from, without what lets people in."""

from __future__ import annotations

import re
from collections.abc import Sequence


def without_credentials(url: str) -> str:
    """The address of a remote without user, password and query.

    An ssh user is no secret and stays; an ssh password goes.

    >>> without_credentials("https://user:token@example.org/a.git")
    'https://example.org/a.git'
    >>> without_credentials("git@example.org:a.git")
    'git@example.org:a.git'
    """
    match = re.match(r"(?s)((?:[\w+.-]+::)?([A-Za-z][\w+.-]*)://)([^/?#]*)([^?#]*)", url)
    if match is None:
        # Without a scheme it is a path or ssh's host:path; a helper's address (name::…) may hold anything.
        return f"{url.partition('::')[0]}::(hidden)" if re.match(r"[\w+.-]+::", url) else url
    lead, scheme, authority, path = match.groups()
    user, at, host = authority.rpartition("@")
    if not re.fullmatch(r"(\[[0-9A-Fa-f:.%]+\]|[^:@\s]*)(:\d*)?", host):
        # An unescaped slash in a password ends the authority too early.
        return f"{lead}(hidden)"
    kept = f"{user.partition(':')[0]}{at}" if "ssh" in scheme.lower() else ""
    return f"{lead}{kept}{host}{path}"


def remote_of(settings: Sequence[tuple[str, str]], branch: str | None) -> str | None:
    """The address of the branch's remote, else of ``origin``, else of the only one; without credentials."""
    named = [(name.removeprefix("remote.").removesuffix(".url"), value) for name, value in settings
             if name.startswith("remote.") and name.endswith(".url")]  # fmt: skip
    # A remote may have several addresses, of which the first is fetched from.
    addresses = dict(reversed(named))
    upstream = dict(settings).get(f"branch.{branch}.remote", "")
    only = next(iter(addresses.values())) if len(addresses) == 1 else None
    url = addresses.get(upstream) or addresses.get("origin") or only
    return without_credentials(url)[:2_000] if url else None
