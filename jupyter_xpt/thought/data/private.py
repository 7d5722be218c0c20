"""Private: files that hold secrets by their name."""

from __future__ import annotations

import re

# Names are compared in lower case.
_NAMES = re.compile(
    r"\.env|\.env\..+|.+\.env|\.envrc|"
    r".+\.(?:pem|key|p12|pfx|jks|keystore|kdbx?|ppk|token|gpg|asc|ovpn)|"
    r"id_(?:rsa|dsa|ecdsa|ed25519)(?:_sk)?(?:[._-].*)?|"
    r"[._]netrc|\.npmrc|\.yarnrc\.yml|\.pypirc|pip\.(?:conf|ini)|\.pgpass|pgpass\.conf|\.my\.cnf|"
    r"\.git-credentials|\.htpasswd|\.dockercfg|\.vault-token|\.boto|\.s3cfg|\.condarc|"
    r"(?:.*[._-])?(?:credentials?|secrets?)(?:[._-].*)?\.(?:json|ya?ml|toml|ini|cfg|conf|csv|txt|env|xml)|credentials|secrets|"
    r"client_secret.*\.json|service[-_]?account.*\.json|token\.json|kaggle\.json"
)
_PLACES = re.compile(r"(?:.*/)?(?:\.docker/config\.json|\.kube/config|\.aws/config|\.ssh/.+|\.gnupg/.+)")
# What shows how such a file is to look, and the public half of a key.
_HARMLESS = re.compile(r".+\.(?:example|sample|template|dist|pub)|.+\.(?:example|sample|template)\.\w+")


def is_private(path: str) -> bool:
    """Whether a file may hold passwords, keys or tokens, as far as its name tells.

    >>> is_private(".env"), is_private("keys/id_rsa"), is_private("a/credentials.json"), is_private("model.py")
    (True, True, True, False)
    >>> is_private(".env.example"), is_private("id_rsa.pub"), is_private("tokens.py")
    (False, False, False)
    """
    path = path.lower()
    name = path.rpartition("/")[2]
    if _HARMLESS.fullmatch(name):
        return False
    return bool(_NAMES.fullmatch(name) or _PLACES.fullmatch(path))
