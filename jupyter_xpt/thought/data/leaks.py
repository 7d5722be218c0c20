"""Leaks: lines of a text that look as if they held a password, a key or a token.

By shape alone: nobody is asked, nothing is tried. What a person chose to print or to write stays where it is; it
is only pointed at.
"""

from __future__ import annotations

import re

_KIND = (
    r"(?:pass(?:word|wd|phrase|code)|pwd|secret|token|api_?key|apikey|access_?key|private_?key|auth_?key|credentials?)"
)
# A name that says secret, what binds it, and its value: `"db_password": "…"`, `export API_KEY=…`, `--token=…`.
_NAMED = re.compile(
    rf"(?i)(?:\b|_){_KIND}(?:_?(?:id|value|key|base64))?[\"']?\]?\s*(?:=>|[:=])\s*"
    r"(?P<value>[rbuf]{0,2}\"[^\"\n]{6,}\"|[rbuf]{0,2}'[^'\n]{6,}'|[^\s\"'()\[\]{},;$<]{8,})"
)
_SHAPES = re.compile(
    # Tokens that tell what they are: of GitHub, GitLab, AWS, Slack, OpenAI, Hugging Face, Google, npm, PyPI, Stripe.
    r"\bgh[pousr]_\w{16,}|\bgithub_pat_\w{16,}|\bglpat-[\w-]{16,}|\b(?:AKIA|ASIA)[0-9A-Z]{12,}|\bxox[abprs]-[\w-]{10,}|"
    r"\bsk-[\w-]{16,}|\bhf_\w{16,}|\bAIza[\w-]{20,}|\bnpm_\w{20,}|\bpypi-[\w-]{20,}|\b[sr]k_(?:live|test)_\w{10,}|"
    r"\beyJ[\w-]{8,}\.[\w-]{8,}|"
    # Keys, users with passwords in addresses, signatures in queries, and headers.
    r"-----BEGIN [A-Z ]*PRIVATE KEY|[A-Za-z][\w+.-]*://[^\s/:@\"'<>{}$]*:[^\s/@\"'<>{}$*]+@|"
    r"[?&](?:[Xx]-[Aa]mz-[Ss]ignature|[Ss]ig(?:nature)?|access_token|token|api_?key)=[\w%+/.=-]{8,}|"
    r"(?i:\bauthorization[\"']?\s*[:=]\s*[\"']?(?:bearer|basic|token)\s+[\w+/.=-]{8,})|"
    r"(?i:\b(?:account|shared)_?(?:access_?)?key\s*=\s*[\w+/=-]{16,})"
)
# Most lines hold none of these: they are told apart quickly.
_HINT = re.compile(
    r"(?i)pass|pwd|secret|token|key|credential|gh[pousr]_|github_pat|glpat|AKIA|ASIA|xox|sk-|hf_|AIza|npm_|pypi-|"
    r"[sr]k_live|[sr]k_test|eyJ|://|sig|authorization"
)
_NO_SECRET = re.compile(
    r"(?i)[*x.•-]+|<.*>|\$.*|%.*%|your.*|none|null|true|false|str|int|float|bytes|bool|\w*example\w*|changeme|redacted|"
    r"[a-z_]+(?:\.[a-z_]+)+|hidden|masked|optional"
)


def leaks(text: str, most: int = 20) -> tuple[int, ...]:
    r"""The lines that look as if they held a secret, counted from 1; ``most`` of them.

    >>> leaks("epoch 1\npassword = 'correct horse'\ntoken = get_token()\nhttps://anna:pw@example.org/")
    (2, 4)
    """
    found: list[int] = []
    # As a notebook has it, a text in a text.
    text = text.replace('\\"', '"')
    if _HINT.search(text) is None:
        return ()
    for number, line in enumerate(text.split("\n"), 1):
        # A line of a megabyte is no place where somebody would see it either.
        if _HINT.search(line) is not None and _has_secret(line[:20_000]):
            found.append(number)
            if len(found) == most:
                break
    return tuple(found)


def _has_secret(line: str) -> bool:
    """Whether one line looks so."""
    return _SHAPES.search(line) is not None or any(_is_secret(match["value"]) for match in _NAMED.finditer(line))


def _is_secret(value: str) -> bool:
    """Whether what is bound to such a name may be one: no placeholder, no word of the language, no name."""
    quoted = value[-1] in "\"'"
    bare = value.strip("rbuf").strip("\"'") if quoted else value
    if _NO_SECRET.fullmatch(bare) or "{" in bare:
        return False
    # Without quotes a name of the program stands there as well; secrets have a digit or such a sign in them.
    return quoted or re.search(r"[0-9!#%&+=?@^~]", bare) is not None
