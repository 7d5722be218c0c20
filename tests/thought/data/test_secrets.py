"""Addresses are kept without what lets others in."""

from __future__ import annotations

import pytest

from jupyter_xpt.thought.data.secrets import is_address, is_secret_name, kept, masked

SECRET = "hunter2Canary"


@pytest.mark.parametrize(
    "address",
    [
        f"postgresql+psycopg2://anna:{SECRET}@db.example.org:5432/zoo",
        f"postgresql://anna:{SECRET}/with@slash@db/zoo",
        f"mysql://{SECRET}@db/zoo",
        f"s3://key:{SECRET}@bucket/a.csv",
        f"https://b.s3.amazonaws.com/a.csv?X-Amz-Signature={SECRET}&X-Amz-Credential={SECRET}",
        f"https://x.blob.core.windows.net/c/a.csv?sv=2020&se=2026&sig={SECRET}",
        f"https://storage.googleapis.com/b/a.csv?GoogleAccessId=a&Signature={SECRET}",
        f"https://example.org/a.csv#access_token={SECRET}",
        f"https://example.org/a.csv?token={SECRET}",
        f"jdbc:sqlserver://host:1433;databaseName=zoo;user=anna;password={SECRET}",
        f"Server=db;Database=zoo;Uid=anna;Pwd={SECRET}",
        f"Data Source=db;Initial Catalog=zoo;User ID=anna;Password={{{SECRET};{SECRET}}}",
        f"host=db user=anna password='{SECRET} {SECRET}' dbname=zoo",
        f"DefaultEndpointsProtocol=https;AccountName=zoo;AccountKey={SECRET}==",
        f"mongodb+srv://anna:{SECRET}@cluster.example.org/zoo?retryWrites=true",
        f"https://example.org/ghp_{SECRET}{SECRET}/a.csv",
        f"https://example.org/a.csv?raw=eyJhbGciOi.{SECRET}.abc",
        f"redis://:{SECRET}@cache:6379/0",
        f"snowflake://anna:{SECRET}@account/zoo/public?warehouse=w&role=r",
    ],
)
def test_an_address_loses_its_secrets(address: str) -> None:
    assert is_address(address)
    assert SECRET not in masked(address)


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org/data/animals.csv",
        "https://example.org/user@v1/animals.csv",
        "s3://bucket/2026/animals.parquet",
        "hf://datasets/zoo/animals.parquet",
        "https://example.org/a.csv?versionId=7&format=csv",
        "postgresql://db.example.org:5432/zoo?sslmode=require",
        "sqlite:///data/zoo.db",
        "http://[::1]:8000/a.csv",
    ],
)
def test_an_address_without_secrets_stays_as_it_is(address: str) -> None:
    assert masked(address) == address


@pytest.mark.parametrize("path", ["data/animals.csv", "/data/key=1/a.csv", "C:/data/a.csv", "a:b.csv", "data/*.csv"])
def test_a_path_is_no_address(path: str) -> None:
    assert not is_address(path)


@pytest.mark.parametrize(
    "name",
    [
        *("password", "db_password", "dbPassword", "DB_PASS", "password2", "PGPASSWORD", "passwd", "pwd", "passphrase"),
        *("api_key", "apiKey", "API_KEY_1", "OPENAI_API_KEY", "api-key", "X-API-KEY", "openai.key", "private_key"),
        *("secret", "client_secret", "SECRET_KEY", "aws_access_key_id", "aws_secret_access_key", "credentials"),
        *("token", "auth_token", "HF_TOKEN", "accessToken", "--auth-token", "Authorization", "connection_string"),
    ],
)
def test_a_name_says_secret(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name",
    [
        *("tokenizer", "max_tokens", "pad_token", "eos_token", "tokens", "token_type", "special_tokens", "next_token"),
        *("key", "sort_key", "primary_key", "target_key", "keys", "key_path", "keyboard", "monkey"),
        *("low_pass", "passes", "first_pass", "bypass", "compass", "password_file", "password_length", "secret_name"),
        *("author", "secretary", "PWD", "OLDPWD", "", "_", "lr", "password_is_set"),
    ],
)
def test_a_name_says_no_secret(name: str) -> None:
    assert not is_secret_name(name)


def test_where_secrets_are_usual_every_key_is_one() -> None:
    assert is_secret_name("MAPS_KEY", strict=True)
    assert not is_secret_name("MAPS_KEY")


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("db_password", "hunter2", "***"),
        ("pad_token", "<pad>", "<pad>"),
        ("token", "[MASK]", "[MASK]"),
        ("password", "", ""),
        ("x", "sk-abcdefghijklmnopqrst", "***"),
        ("x", "use ghp_abcdefghijklmnopqrst here", "use *** here"),
        ("url", "redis://:hunter2@cache:6379/0", "redis://***@cache:6379/0"),
        ("url", "https://example.org/v1?units=metric", "https://example.org/v1?units=metric"),
        ("hook", "https://hooks.slack.com/services/T00/B00/abcdefghijk", "https://***"),
        ("x", "-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----\nrest", "***\nrest"),
        ("connect", "Server=db;Uid=anna;Pwd=hunter2", "Server=db;Uid=***;Pwd=***"),
    ],
)
def test_a_named_text_is_kept_without_its_secrets(name: str, value: str, shown: str) -> None:
    assert kept(name, value) == shown
