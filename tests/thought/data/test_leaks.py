"""Lines that look as if they held a secret, and the many that only look like those."""

from __future__ import annotations

import pytest

from jupyter_xpt.thought.data.leaks import leaks
from jupyter_xpt.thought.data.private import is_private


@pytest.mark.parametrize(
    "line",
    [
        "password = 'correct horse'",
        'DB_PASSWORD="hunter2"',
        "  password: hunter2-hunter2",
        '"api_key": "0123456789",',
        '  "source": ["token = \\"abcdef\\"\\n"]',
        "export AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCY",
        "python train.py --token=abc123def456",
        "client_secret: 9f8e7d6c5b",
        "conn = connect(passwd='p w d!!')",
        "os.environ['HF_TOKEN'] = 'secret-thing'",
        "my-service.auth-token: abc123def",
        "openai.api_key = 'abcdef'",
        "ghp_" + "a" * 36,
        "using AKIAIOSFODNN7XAMPLE1",
        "key is sk-proj-abcdefghijklmnop",
        "hf_abcdefghijklmnopqrstuv",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.x",
        "https://anna:pw@example.org/a.git",
        "postgresql+psycopg://anna:pw@db/zoo",
        "GET https://b.example.org/a?X-Amz-Signature=0f3a0f3a0f3a&x=1",
        "https://a.blob.core.windows.net/c?sv=1&sig=abcd%2Bef%3D",
        "Authorization: Bearer abcdefgh12345678",
        "AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1==;EndpointSuffix",
        "-----BEGIN OPENSSH PRIVATE KEY-----",
        "https://hooks.slack.com/services/T01234567/B01234567",
        "2026-11-23 12:34:12.123 | the password: hunter22",
        "x" * 5_000 + " password='correct horse' " + "x" * 5_000,
    ],
)
def test_it_looks_like_a_secret(line: str) -> None:
    assert leaks(f"first\n{line}\nlast") == (2,)
    assert leaks(f"é\n{line}".encode()) == (2,)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "epoch 3: loss 0.123",
        "token = get_token()",
        "tokens: 123456789012",
        "max_tokens=40960000",
        "tokenizer = AutoTokenizer.from_pretrained('bert-base-uncased')",
        "password = getpass.getpass()",
        "password: str = Field(...)",
        "password = None",
        "password = os.environ['PASSWORD']",
        "password='***'",
        "api_key = settings.api_key",
        "api_key = '<your key here>'",
        "api_key = your_api_key_here",
        "api_key: ${API_KEY}",
        "secret = '{}'.format(x)",
        "https://example.org/@scope/a?version=1.2.3",
        "git@example.org:a/b.git",
        "mail anna@example.org: at 12:30",
        "http://localhost:8888/lab?token=***",
        "ssh://git@example.org:22/a.git",
        "https://***@example.org/a",
        "task-list-of-things-to-do-at-home",
        "the key of the matter: patience",
        "def check_password(given, expected):",
        "passed 12345678 of 12345679 tests",
        "class PasswordForm(Form):",
        "tokenizer.mask_token = '[MASK]'",
        '<a class="sk-estimator-doc-link fitted"><label class="sk-toggleable__label-arrow">',
        'eos_token="<|endoftext|>", pad_token="the pad", stop_token: "###END"',
        'sys.argv += ["--token=" + os.environ["TRAIN_TOKEN"]]',
    ],
)
def test_it_is_no_secret(line: str) -> None:
    assert leaks(line) == ()


def test_lines_are_counted_in_order_and_no_more_than_asked() -> None:
    text = "\n".join(["https://a:b@c.org/", "fine", "password='hunter2'"] * 10)
    assert leaks(text, most=4) == (1, 3, 4, 6)


def test_whoever_prints_a_lot_is_not_looked_at_for_ever() -> None:
    assert leaks("token\n" * 200_000) == ()
    assert leaks("token" * 200_000) == ()
    assert leaks("token\n" * 100 + "token='abcdefgh'\n" + "token\n" * 200_000) == (101,)


@pytest.mark.parametrize(
    ("name", "private"),
    [
        *(
            (name, True)
            for name in (".env", "a/.env.production", "prod.env", ".envrc", "x.pem", "server.KEY", "id_rsa")
        ),
        *((name, True) for name in ("id_ed25519", "id_rsa.old", ".netrc", "_netrc", ".npmrc", ".pypirc", "pip.conf")),
        *((name, True) for name in ("credentials", "credentials.json", "gcp-credentials.json", "my_secrets.yaml")),
        *((name, True) for name in (".streamlit/secrets.toml", "client_secret_123.json", "service-account.json")),
        *(
            (name, True)
            for name in ("kaggle.json", ".docker/config.json", ".ssh/config", ".pgpass", ".git-credentials")
        ),
        *(
            (name, False)
            for name in ("model.py", "secrets.py", "tokens.txt", "credentials.md", "keyboard.csv", "env.py")
        ),
        *((name, False) for name in (".env.example", "id_rsa.pub", "secrets.example.yaml", "config.json", "key", "")),
        *((name, False) for name in ("environment.yml", "monkey.csv", "donkey.key.py")),
    ],
)
def test_files_that_hold_secrets_are_known_by_their_names(name: str, private: bool) -> None:
    assert is_private(name) is private
