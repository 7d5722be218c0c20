"""Carried: parts of a person's workbook that go over as they are into the one written anew.

These are charts, pictures and shapes, of which openpyxl reads a part and writes that in its own way, so that they
would come back changed; and what shared folders and companies put into every file, labels and custom XML, which it
does not know.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterable, Mapping
from xml.sax.saxutils import quoteattr

_DRAWING = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/drawing"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_ID = "rIdXpt"
# Kinds of relations, by how they end.
_OTHERS = ("/classificationlabels", "/customXml")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>")
_TYPE_OF = re.compile(rb"<(?:\w+:)?(?:Override|Default)\b[^>]*>")
# What may follow a drawing in a sheet.
_AFTER = re.compile(
    rb"<(?:legacyDrawing|legacyDrawingHF|picture|oleObjects|controls|webPublishItems|tableParts|extLst)\b"
)


def drawings_of(parts: Mapping[str, bytes]) -> dict[str, str]:
    """The part that holds each sheet's drawing, by the sheet's part."""
    found = {}
    for part in parts:
        if re.fullmatch(r"xl/worksheets/[^/]+\.xml", part):
            targets = [target for kind, target in _relations(parts, part) if kind == _DRAWING]
            if targets and targets[0] in parts:
                found[part] = targets[0]
    return found


def others_of(parts: Mapping[str, bytes]) -> list[tuple[str, str, str]]:
    """What else is carried over: the part that leads there (empty for the whole file), the kind, the part."""
    owners = ("", "xl/workbook.xml")
    found = ((owner, kind, part) for owner in owners for kind, part in _relations(parts, owner))
    return [one for one in found if one[1].endswith(_OTHERS) and one[2] in parts]


def carried(parts: Mapping[str, bytes], data: bytes, sheets: Mapping[str, str]) -> bytes:
    """The new file with drawings, labels and custom XML of the old one.

    Parameters
    ----------
    parts
        The old file's parts.
    data
        The new file's bytes.
    sheets
        For each sheet of the new file that had a drawing: the drawing's part in the old one.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        made = {name: archive.read(name) for name in archive.namelist()}
    others = others_of(parts)
    if not sheets and not others:
        return data
    for sheet, drawing in sheets.items():
        _relate(made, sheet, _DRAWING, drawing, _ID)
        made[sheet] = _with_drawing(made[sheet])
    for place, (owner, kind, part) in enumerate(others):
        _relate(made, owner, kind, part, f"{_ID}{place}")
    wanted = _reachable(parts, [*sheets.values(), *(part for _, _, part in others)])
    made.update({part: parts[part] for part in wanted if part not in made})
    made["[Content_Types].xml"] = _with_types(made["[Content_Types].xml"], parts["[Content_Types].xml"], wanted)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in made.items():
            archive.writestr(name, content)
    return out.getvalue()


def _relate(made: dict[str, bytes], owner: str, kind: str, part: str, called: str) -> None:
    """Says in the new file that a part leads to another."""
    relations = _relations_part(owner)
    target = f'<Relationship Id="{called}" Type={quoteattr(kind)} Target={quoteattr("/" + part)}/>'.encode()
    empty = f'<Relationships xmlns="{_PACKAGE}"></Relationships>'.encode()
    # An empty element may be written without an end.
    known = re.sub(rb"(<Relationships\b[^>]*)/>", rb"\1></Relationships>", made.get(relations, empty))
    made[relations] = known.replace(b"</Relationships>", target + b"</Relationships>")


def _with_drawing(sheet: bytes) -> bytes:
    """A sheet with its drawing, in the place that the format wants it."""
    element = f'<drawing xmlns:r="{_OFFICE}" r:id="{_ID}"/>'.encode()
    after = _AFTER.search(sheet)
    at = after.start() if after else sheet.rindex(b"</worksheet>")
    return sheet[:at] + element + sheet[at:]


def _reachable(parts: Mapping[str, bytes], begin: Iterable[str]) -> list[str]:
    """All parts that drawings lead to, and the lists of where they lead."""
    waiting = [*begin]
    found: dict[str, None] = {}
    while waiting:
        part = waiting.pop()
        if part in found or part not in parts or part.startswith(("xl/worksheets/", "xl/workbook")):
            continue
        found[part] = None
        relations = _relations_part(part)
        if relations in parts:
            found[relations] = None
            waiting += [target for _, target in _relations(parts, part)]
    return [*found]


def _relations_part(part: str) -> str:
    """The part that says where a part leads."""
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def _relations(parts: Mapping[str, bytes], part: str) -> list[tuple[str, str]]:
    """Where a part leads inside the file: kinds, and parts."""
    found = []
    for element in _RELATION.findall(parts.get(_relations_part(part), b"")):
        target = _attribute(element, "Target")
        if _attribute(element, "TargetMode") != "External":
            path = posixpath.normpath(posixpath.join("/", posixpath.dirname(part), target))
            found.append((_attribute(element, "Type"), path.lstrip("/")))
    return found


def _with_types(new: bytes, old: bytes, wanted: list[str]) -> bytes:
    """The new file's list of types with those of the parts that are carried over."""
    known = {_type_key(one) for one in _TYPE_OF.findall(new)}
    endings = {posixpath.splitext(part)[1].lstrip(".").lower() for part in wanted}
    added = b""
    for one in _TYPE_OF.findall(old):
        key = _type_key(one)
        if key in known or not (key[0] in endings or key[1].lstrip("/") in wanted):
            continue
        kind = "Override" if key[1] else "Default"
        named = f"PartName={quoteattr(key[1])}" if key[1] else f"Extension={quoteattr(key[0])}"
        element = f"<{kind} {named} ContentType={quoteattr(_attribute(one, 'ContentType'))}/>".encode()
        # Defaults and overrides may stand in any order.
        added += element
    return new.replace(b"</Types>", added + b"</Types>")


def _type_key(element: bytes) -> tuple[str, str]:
    """What an entry of the list of types is about: an ending, or a part."""
    return _attribute(element, "Extension").lower(), _attribute(element, "PartName")


def _attribute(element: bytes, name: str) -> str:
    """An attribute's value, empty without one."""
    found = re.search(rf"""\b{name}\s*=\s*(?:"([^"]*)"|'([^']*)')""".encode(), element)
    return (found[1] or found[2] or b"").decode("utf-8", "replace") if found else ""
