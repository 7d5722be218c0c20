"""Secrets: addresses and connection strings without their passwords, keys and signatures."""

from __future__ import annotations

import re

MASK = "***"
_ADDRESS = re.compile(r"(?s)((?:[\w+.-]+:)*[A-Za-z][\w+.-]*:/{1,3})([^?#]*)(\?[^#]*)?(#.*)?")
_PAIR = re.compile(r"(?s)([^=&;?#\s]+)(\s*=\s*)('(?:[^'\\]|\\.)*'|\"[^\"]*\"|\{[^}]*\}|[^&;\s]*)")
# What a query may show: what names the data, not who may read it.
_HARMLESS = re.compile(
    r"(?i)(version(_?id)?|generation|format|table|schema|database(name)?|db|dbname|driver|sheet|gid|id|page|limit|offset|"
    r"sort|order(_?by)?|year|month|date|from|to|since|until|lang|type|region|warehouse|role|charset|ssl_?mode|"
    r"timeout|download|raw|ref|revision|rev|branch|split|subset|config|name|q|query|dataset|file(name)?|path|"
    r"host|hostaddr|port|server|data source|initial catalog|encrypt|trustservercertificate|application_?name)"
)
_CONNECTION = re.compile(r"(?i)\b(password|passwd|pwd|user ?id|uid|secret|token|accountkey|sharedaccess\w*)\s*=")
# Tokens that tell what they are: GitHub's, AWS's, Slack's, OpenAI's, Hugging Face's, Google's, JWT, and long hex.
_TOKEN = re.compile(
    r"gh[pousr]_\w{16,}|github_pat_\w{16,}|\b(?:AKIA|ASIA)[0-9A-Z]{12,}|xox[abprs]-[\w-]{10,}|\bsk-[\w-]{16,}|"
    r"\bhf_\w{16,}|\bAIza[\w-]{20,}|\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?|\bglpat-[\w-]{16,}"
)
_RANDOM = re.compile(r"[A-Za-z0-9+/_%.~=-]{24,}")


def is_address(given: str) -> bool:
    """Whether a text is an address or a connection string rather than the name of a file.

    >>> is_address("s3://bucket/animals.csv"), is_address("data/animals.csv"), is_address("C:/data/animals.csv")
    (True, False, False)
    """
    return bool(re.match(r"(?:[\w+.-]+:)*[A-Za-z][\w+.-]+://", given)) or (
        bool(_CONNECTION.search(given)) and ("/" not in given.partition("=")[0])
    )


def masked(given: str) -> str:
    """An address or connection string as it may be kept: without user, password, keys, signatures and tokens.

    >>> masked("postgresql://anna:s3cret@db.example.org:5432/zoo?sslmode=require")
    'postgresql://***@db.example.org:5432/zoo?sslmode=require'
    >>> masked("https://b.s3.amazonaws.com/a.csv?versionId=7&X-Amz-Signature=0f3a")
    'https://b.s3.amazonaws.com/a.csv?versionId=7&X-Amz-Signature=***'
    >>> masked("Server=db;Database=zoo;Uid=anna;Pwd=s3cret")
    'Server=db;Database=zoo;Uid=***;Pwd=***'
    """
    match = _ADDRESS.fullmatch(given)
    if match is None:
        return _TOKEN.sub(MASK, _pairs(given))
    lead, rest, query, fragment = match.groups()
    authority = rest.partition("/")[0]
    # An unescaped slash in a password ends the authority too early: then all up to the last @ may be part of it.
    suspect = "@" in authority or not re.fullmatch(r"(\[[^\]]*\]|[^:]*)(:\d*)?", authority)
    _, at, host = rest.rpartition("@") if suspect else ("", "", rest)
    kept = f"{lead}{MASK}@{host}" if at else f"{lead}{MASK}" if suspect else lead + rest
    # JDBC and the like put parameters behind semicolons.
    place, semicolon, parameters = kept.partition(";")
    kept = place + semicolon + _pairs(parameters)
    return _TOKEN.sub(MASK, kept + _query(query or "") + _query(fragment or ""))


def _query(part: str) -> str:
    """A query or a fragment with its mark, each value that may be a secret masked."""
    if not part[1:]:
        return part
    return part[0] + "&".join(_part(one) for one in part[1:].split("&"))


def _part(one: str) -> str:
    """One ``name=value`` of a query; a bare text stays unless it looks random."""
    if "=" in one:
        return _pairs(one)
    return MASK if _RANDOM.fullmatch(one) else one


def _pairs(part: str) -> str:
    """``name=value`` pairs with all values masked but those of harmless names that do not look random."""
    return _PAIR.sub(_pair, part)


def _pair(match: re.Match[str]) -> str:
    """One pair, its value masked unless it is harmless."""
    name, equals, value = match.groups()
    harmless = _HARMLESS.fullmatch(name.strip()) or name.lower() in ("source", "catalog")
    shown = value if not value or (harmless and not _RANDOM.fullmatch(value)) else MASK
    return f"{name}{equals}{shown}"
