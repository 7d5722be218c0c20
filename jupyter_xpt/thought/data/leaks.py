"""Leaks: lines of a text that look as if they held a password, a key or a token.

By shape alone: nobody is asked, nothing is tried. What a person chose to print or to write stays where it is; it
is only pointed at. Whoever prints a lot waits for no more than some thousand places that are looked at closely: they
are found by the words that stand in them, most lines by none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from jupyter_xpt.thought.data.secrets import is_secret_name

_KIND = (
    rb"(?:pass(?:word|wd|phrase|code)|pwd|secret|token|credentials?|"
    rb"(?:api|access|private|auth)[_-]?key)"
)
# A name that says secret, what binds it, and its value: `"db_password": "…"`, `export API_KEY=…`, `--token=…`.
_NAMED = re.compile(
    rb"(?i)(?:\b|_)(?P<name>" + _KIND + rb"(?:_?(?:id|value|key|base64))?)[\"']?\]?\s*(?:=>|[:=])\s*"
    # What is called, or looked into, is no value.
    rb"(?P<value>[rbuf]{0,2}\"[^\"\n]{6,}\"|[rbuf]{0,2}'[^'\n]{6,}'|[^\s\"'()\[\]{},;$<]{8,}+(?![(\[]))"
)
_AHEAD = re.compile(rb"[\w-]*$")
# Narrower than what is masked: a text that was meant to be seen is flagged for good reason only.
# Of GitHub, GitLab, AWS, Slack, OpenAI, Hugging Face, Google, npm, PyPI, Stripe; and JSON web tokens.
_TOKENS = re.compile(
    rb"\bgh[pousr]_\w{16,}|\bgithub_pat_\w{16,}|\bglpat-[\w-]{16,}|\b(?:AKIA|ASIA)[0-9A-Z]{12,}|\bxox[abprs]-[\w-]{10,}|"
    rb"\bsk-(?:(?:proj|svcacct|ant|or)-[\w-]{12,}|[A-Za-z0-9]{20,})|\bhf_\w{16,}|\bAIza[\w-]{20,}|\bnpm_\w{20,}|\bpypi-[\w-]{20,}|\b[sr]k_(?:live|test)_\w{10,}|"
    rb"\beyJ[\w-]{8,}\.[\w-]{8,}"
)
_NO_SECRET = re.compile(
    rb"(?i)[*x.-]+|<.*>|\$.*|%.*%|your.*|none|null|true|false|str|int|float|bytes|bool|\w*example\w*|changeme|"
    rb"redacted|hidden|masked|optional|[a-z_]\w*(?:\.[a-z_]\w*)+|"
    rb"\w*(?:password|passwd|secret|token|key)\d*|#[0-9a-f]{3,8}|"
    # What stands for something in a text, as in tokenizers.
    rb"\[\w+\]|"
    # Between two texts of a program: "--token=" + given + "…".
    rb"\s*[+,)\]%].*"
)
_BEFORE, _BEHIND = 200, 1_000
_MOST_PLACES = 5_000


@dataclass(frozen=True, slots=True)
class _Rule:
    """A shape, and the words of which it has one; those in lower case stand for either."""

    shape: re.Pattern[bytes]
    words: tuple[bytes, ...]
    any_case: bool = True


_RULES = (
    _Rule(
        _NAMED,
        (b"passw", b"passphrase", b"passcode", b"pwd", b"secret", b"token", b"api_key", b"apikey", b"api-key",
         b"access_key", b"accesskey", b"access-key", b"private_key", b"privatekey", b"auth_key", b"authkey",
         b"credential"),
    ),
    _Rule(
        _TOKENS,
        (b"ghp_", b"gho_", b"ghu_", b"ghs_", b"ghr_", b"github_pat_", b"glpat-", b"AKIA", b"ASIA", b"xox", b"sk-",
         b"hf_", b"AIza", b"npm_", b"pypi-", b"k_live_", b"k_test_", b"eyJ"),
        any_case=False,
    ),
    # A user with a password in an address, a signature in a query, a header, a connection string, a key in a file.
    _Rule(re.compile(rb"[A-Za-z][\w+.-]*://[^\s/:@\"'<>{}$]*:[^\s/@\"'<>{}$*]+@"), (b"@",), any_case=False),
    _Rule(
        re.compile(rb"(?i)[?&](?:x-amz-signature|sig(?:nature)?|access_token|token|api_?key)=[\w%+/.=-]{8,}"),
        (b"sig=", b"signature=", b"token=", b"api_key=", b"apikey="),
    ),
    _Rule(
        re.compile(rb"(?i)\bauthorization[\"']?\s*[:=]\s*[\"']?(?:bearer|basic|token)\s+[\w+/.=-]{8,}"),
        (b"authorization",),
    ),
    _Rule(
        re.compile(rb"(?i)\b(?:account|sharedaccess|shared_access_)_?key\s*=\s*[\w+/=-]{16,}"),
        (b"accountkey", b"account_key", b"sharedaccesskey", b"shared_access_key"),
    ),
    _Rule(re.compile(rb"\bhooks\.slack\.com/services/[\w/-]{10,}"), (b"hooks.slack.com",), any_case=False),
    _Rule(re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY"), (b"-----BEGIN",), any_case=False),
)  # fmt: skip


def leaks(text: str | bytes, most: int = 20) -> tuple[int, ...]:
    r"""The lines that look as if they held a secret, counted from 1; the first ``most`` of them.

    >>> leaks("epoch 1\npassword = 'correct horse'\ntoken = get_token()\nhttps://anna:pw@example.org/")
    (2, 4)
    """
    data = text if isinstance(text, bytes) else text.encode("utf-8", "replace")
    # As a notebook has it, a text in a text.
    data = data.replace(b'\\"', b'"')
    found = sorted(set(_starts(data)))[:most]
    lines, number, at = [], 1, 0
    for start in found:
        number += data.count(b"\n", at, start)
        at = start
        lines.append(number)
    return tuple(lines)


def _starts(data: bytes) -> Iterator[int]:
    """Where the lines begin that look so."""
    lower = data.lower()
    places = 0
    for rule in _RULES:
        within = lower if rule.any_case else data
        for word in rule.words:
            at = within.find(word)
            while at >= 0 and places < _MOST_PLACES:
                places += 1
                start = data.rfind(b"\n", 0, at) + 1
                end = data.find(b"\n", at)
                end = len(data) if end < 0 else end
                if _is_leak(rule.shape, data[max(start, at - _BEFORE) : min(end, at + _BEHIND)]):
                    yield start
                    at = within.find(word, end)
                else:
                    # On a long line it may stand further behind.
                    at = within.find(word, min(end, at + _BEHIND - _BEFORE))


def _is_leak(shape: re.Pattern[bytes], line: bytes) -> bool:
    """Whether a piece of a line has that shape, and what it binds may be a secret."""
    if shape is not _NAMED:
        return shape.search(line) is not None
    return any(_is_secret(match["value"]) and _is_secret_name(line, match) for match in shape.finditer(line))


def _is_secret_name(line: bytes, match: re.Match[bytes]) -> bool:
    """Whether the whole name says so: a password does, what stands for the end of a text does not."""
    start, end = match.span("name")
    ahead = _AHEAD.search(line[max(0, start - 60) : start])
    name = (ahead[0] if ahead is not None else b"") + line[start:end]
    return is_secret_name(name.decode("utf-8", "replace").strip("-_"))


def _is_secret(value: bytes) -> bool:
    """Whether what is bound to such a name may be one: no placeholder, no word of the language, no name."""
    quoted = value[-1:] in (b'"', b"'")
    bare = value.lstrip(b"rbufRBUF").strip(b"\"'") if quoted else value
    if _NO_SECRET.fullmatch(bare) or b"{" in bare:
        return False
    # Without quotes a name of the program stands there as well; secrets have a digit or such a sign in them.
    return quoted or re.search(rb"[0-9!#%&+=?@^~]", bare) is not None
