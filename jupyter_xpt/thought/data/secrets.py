"""Secrets: what may be one, by the name that it has and by its shape; addresses without their passwords and keys.

The one place for both. Names decide where people give names (``db_password``), shapes where the text itself tells
(a key of a cloud, an address with a password).
"""

from __future__ import annotations

import re
from functools import lru_cache

MASK = "***"
_ADDRESS = re.compile(r"(?s)((?:[\w+.-]+:)*[A-Za-z][\w+.-]*:/{1,3})([^?#]*)(\?[^#]*)?(#.*)?")
_PAIR = re.compile(r"(?s)([^=&;?#\s]{1,200})(\s*=\s*)('(?:[^'\\]|\\.)*'|\"[^\"]*\"|\{[^}]*\}|[^&;\s]*)")
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
    r"\bhf_\w{16,}|\bAIza[\w-]{20,}|\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?|\bglpat-[\w-]{16,}|\bnpm_\w{16,}|"
    r"\b[rs]k_(?:live|test)_\w{10,}|\bpypi-[\w-]{16,}|hooks\.slack\.com/services/[\w/-]{10,}|"
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----(?:.*?-----END [A-Z ]*PRIVATE KEY-----|.*)",
    re.DOTALL,
)
_RANDOM = re.compile(r"[A-Za-z0-9+/_%.~=-]{24,}")

# -- names --------------------------------------------------------------------------------------------------
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
# What follows the word that counts without changing it: API_KEY_1, password_hash.
_TAIL = frozenset({"value", "base64", "b64", "hash", "string", "str", "text", "plain", "id", "json", "pem"})
_ALONE = frozenset(
    {
        *("password", "passwords", "passwd", "passphrase", "passcode", "pwd", "secret", "secrets", "apikey", "apikeys"),
        *("credential", "credentials", "authorization", "jwt", "bearer", "privatekey", "secretkey", "accesskey"),
        *("authtoken", "accesstoken", "apitoken", "connectionstring", "cookie", "otp"),
    }
)
# A key is a secret by the word before it: api_key, but not sort_key.
_KEYS = frozenset(
    {
        *("api", "secret", "access", "private", "encryption", "signing", "account", "auth", "ssh", "gpg", "master"),
        *("license", "storage", "service", "shared", "subscription", "deploy", "rsa", "aes", "hmac", "client", "sas"),
        *("openai", "anthropic", "azure", "aws", "gcp", "google", "stripe", "wandb", "comet", "neptune", "hf"),
        *("huggingface", "cohere", "mistral", "groq", "gemini", "kaggle", "sendgrid", "twilio", "datadog", "sentry"),
    }
)
# Tokens of a text are no secrets: pad_token, stop_token.
_TEXT_TOKENS = frozenset(
    {
        *(
            "pad",
            "bos",
            "eos",
            "unk",
            "sep",
            "cls",
            "mask",
            "stop",
            "start",
            "end",
            "begin",
            "special",
            "image",
            "audio",
        ),
        *("video", "text", "padding", "unknown", "separator", "blank", "prompt", "sos", "go", "oov", "per"),
        *("first", "last", "next", "new", "extra", "additional", "word", "sub", "num", "max", "min", "tool", "think"),
        *("class", "prefix", "suffix", "middle", "line", "query", "target", "source", "lang", "language", "decoder"),
    }
)
# Passes of a filter or over the data.
_PASSES = frozenset({"low", "high", "band", "first", "second", "single", "multi", "one", "two", "forward", "backward"})
_FOLDERS = ("PWD", "OLDPWD")
# Of these what is in them is secret, whatever it is called there.
_HOLDERS = frozenset({"secrets", "credentials", "passwords", "apikeys"})
_PASSWORD = re.compile(r"(?i)(password|passwd|pwd|passphrase|passcode|secret)s?[0-9]*")
# A token of a text, or what only says where the secret is: <pad>, ${DB_PASSWORD}.
_SPECIAL = re.compile(r"[<\[{|].*[>\]}|]|\$\{[^}]*\}|\$\w+|%\(\w+\)s|\s*")
_SIGNED = re.compile(r"(?i)(x-amz-)?(sig|signature|credential|code)")
# Schemes and names have an end: a long text without one must not be tried from each of its letters on.
_USER = re.compile(r"([A-Za-z][\w+.-]{0,40}://)[^/\s:@\"']{0,200}:[^/\s@\"']{1,200}@")
_LOGIN = re.compile(r"[A-Za-z][\w+.-]{0,40}://[^/\s:@\"']{0,200}:[^/\s\"']{0,200}@|[?&#;]([\w-]+)=([^&;#\s\"']+)")


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


@lru_cache(maxsize=4096)
def is_secret_name(name: str, *, strict: bool = False) -> bool:
    """Whether what has this name may be a secret.

    Parameters
    ----------
    name
        A variable's, option's or key's name, in any way of writing it.
    strict
        Whether every key, token and pass counts: where names are few and secrets usual, as in the environment.

    >>> [is_secret_name(name) for name in ("db_password", "apiKey", "max_tokens", "tokenizer", "sort_key")]
    [True, True, False, False, False]
    """
    if name in _FOLDERS:
        return False
    words = [word.lower() for word in _WORDS.findall(name)]
    if words[-2:] == ["connection", "string"]:
        return True
    while len(words) > 1 and (words[-1] in _TAIL or words[-1].isdigit()):
        words.pop()
    last, before = (words[-1] if words else ""), words[-2] if len(words) > 1 else ""
    if last in _ALONE or last.endswith(("password", "passwd")) or (strict and last == "pat"):
        return True
    if last in ("key", "keys"):
        return before in _KEYS or (strict and last == "key")
    if last == "token":
        return before not in _TEXT_TOKENS
    return last == "pass" and before not in _PASSES and (strict or bool(before))


def is_password_name(name: str) -> bool:
    """Whether a name says password: then a number is a secret too."""
    words = _WORDS.findall(name)
    return bool(words) and name not in _FOLDERS and _PASSWORD.search(words[-1]) is not None


def holds_secrets(name: str) -> bool:
    """Whether all that is in a section of this name may be a secret."""
    return name.lower().replace("_", "").replace("-", "") in _HOLDERS


def kept(name: str, value: str, *, strict: bool = False) -> str:
    """A named text as it may be kept: `MASK` where the name says secret, secrets of a known shape in it masked.

    >>> kept("db_password", "hunter2"), kept("pad_token", "<pad>"), kept("url", "redis://:hunter2@cache:6379/0")
    ('***', '<pad>', 'redis://***@cache:6379/0')
    """
    if is_secret_name(name, strict=strict) and not _SPECIAL.fullmatch(value):
        return MASK
    return without_secrets(value)


def without_secrets(value: str) -> str:
    """A text without secrets of a known shape: tokens, private keys, addresses with passwords.

    Unlike `masked` it leaves what is only unknown as it is.
    """
    if _shows_login(value) or _CONNECTION.search(value):
        return masked(value)
    return _TOKEN.sub(MASK, value)


def _shows_login(value: str) -> bool:
    """Whether an address holds a password, a key or a signature."""
    if "://" not in value or not is_address(value):
        return False
    for match in _LOGIN.finditer(value):
        name, given = match.groups()
        if name is None or (_HARMLESS.fullmatch(name) is None and (is_query_secret(name) or _RANDOM.fullmatch(given))):
            return True
    return False


def is_query_secret(name: str) -> bool:
    """Whether a query's parameter may be a secret."""
    return (
        is_secret_name(name, strict=True)
        or re.fullmatch(r"(?i)(x-amz-)?(sig|signature|credential|code)", name) is not None
    )


def found_by_shape(text: str) -> list[re.Match[str]]:
    """The tokens, private keys and logins of addresses that stand anywhere in a text."""
    return sorted((*_TOKEN.finditer(text), *_USER.finditer(text)), key=lambda match: match.start())


def without_shapes(text: str) -> str:
    """A long text without tokens, private keys and logins of addresses."""
    return _TOKEN.sub(MASK, _USER.sub(rf"\1{MASK}@", text))
