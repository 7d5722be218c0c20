"""Package: a workbook's file, a zip archive of parts, looked at before anything is made of it.

A stranger's file may be a bomb: what it unpacks to, and how many cells its ranges span, has a bound. What openpyxl
would leave out when it writes the workbook again is named, so that nothing of a person's is lost in silence.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator

from jupyter_xpt.ground.errors import ConflictError

MAX_FILE_BYTES = 32 << 20
_MAX_UNPACKED = 256 << 20
_MAX_TAGS = 10_000_000
_MAX_PARTS = 5_000
_MAX_CELLS = 1_000_000
_ENCRYPTED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_WORKBOOK = "xl/workbook.xml"
# What openpyxl writes again as it was, or what is made anew by whoever opens the file.
_KEPT = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|docProps/(?:app|core|custom)\.xml|docProps/thumbnail\.\w+"
    r"|xl/(?:_rels/)?workbook\.xml(?:\.rels)?|xl/(?:styles|sharedStrings|calcChain)\.xml|xl/theme/[^/]+"
    r"|xl/theme/_rels/[^/]+|xl/worksheets/(?:_rels/)?[^/]+\.xml(?:\.rels)?|xl/comments/?[^/]*\.xml"
    r"|xl/(?:tables|printerSettings|externalLinks)/.+"
    # These are carried over as they are.
    r"|xl/(?:drawings|charts|media|embeddings|diagrams|chartex)/.+|customXml/.+|docMetadata/.+"
)
_NAMES = (
    ("xl/vbaProject", "macros"),
    ("xl/pivot", "a pivot table"),
    ("xl/chartsheets/", "a chart that is a sheet of its own"),
    ("xl/metadata", "formulas that spill"),
    ("xl/ctrlProps/", "form controls"),
    ("xl/activeX/", "form controls"),
    ("xl/slicer", "slicers"),
    ("xl/timeline", "timelines"),
    ("xl/threadedComments/", "comments with replies"),
    ("xl/persons/", "comments with replies"),
    ("xl/connections", "connections to other data"),
    ("xl/queryTables/", "connections to other data"),
    ("xl/model/", "a data model"),
    ("_xmlsignatures/", "a signature"),
)
_EXTENSIONS = (
    (b"{05C60535-1F16-4FD2-B633-F4F36F0B64E0}", "sparklines"),
    (b"{78C0D931-6437-407D-A8EE-F0AAD7539E65}", "conditional formats of a newer kind"),
    (b"{CCE6A557-97BC-4B89-ADB6-D9C93CAAB3DF}", "checks of input of a newer kind"),
    (b"{A8765BA9-456A-4DAB-B4F3-ACF838C121DE}", "slicers"),
    (b"{3A4CF648-6AED-40F4-86FF-DC5316D8AED3}", "slicers"),
)
_ELEMENTS = (
    (b"<legacyDrawingHF", "pictures in headers"),
    (b"<picture", "pictures behind the cells"),
    (b"<oleObject", "embedded objects"),
    (b"<controls", "form controls"),
    (b"<protectedRange", "ranges with a password"),
    (b"<customSheetView", "views of a sheet"),
)
_RANGES = re.compile(rb"""<(?:\w+:)?(?:mergeCell|hyperlink|table)\b[^>]*?\bref\s*=\s*["']([^"']{1,60})["']""")
_RANGE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7}):\$?([A-Z]{1,3})\$?([0-9]{1,7})")
_DOCTYPE = tuple("<!DOCTYPE".encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be"))


def parts_of(data: bytes, name: str) -> dict[str, bytes]:
    """The parts of a workbook's file, by name.

    Parameters
    ----------
    data
        The file's bytes.
    name
        The file's name, for what is said.

    Raises
    ------
    ConflictError
        When it is no workbook, is damaged or protected with a password, or would be too large unpacked.
    """
    if data.startswith(_ENCRYPTED):
        raise ConflictError(f"{name} is protected with a password, or of an old format: save it as plain .xlsx first")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            found = archive.infolist()
            if len(found) > _MAX_PARTS or sum(one.file_size for one in found) > _MAX_UNPACKED:
                raise ConflictError(f"{name} is larger unpacked than any workbook of ours: give another name")
            parts = {one.filename: archive.read(one) for one in found if not one.is_dir()}
    except (zipfile.BadZipFile, zipfile.LargeZipFile, OSError, EOFError, ValueError, RuntimeError, NotImplementedError):
        raise damaged(name) from None
    # What zlib and other unpackers raise has no common class.
    except Exception as problem:
        if isinstance(problem, ConflictError):
            raise
        raise damaged(name) from None
    if _WORKBOOK not in parts:
        raise damaged(name)
    _check_bounds(parts, name)
    return parts


def damaged(name: str) -> ConflictError:
    """The refusal of a file that cannot be read."""
    return ConflictError(f"{name} is damaged or no workbook: move it away, or give another name")


def _check_bounds(parts: dict[str, bytes], name: str) -> None:
    """Refuses what would expand to very much when it is read."""
    cells = tags = 0
    for part, content in parts.items():
        if not part.endswith((".xml", ".rels", ".vml")):
            continue
        if any(mark in content for mark in _DOCTYPE):
            raise ConflictError(f"{name} holds a document type, which no workbook needs: give another name")
        tags += content.count(b"<")
        if tags > _MAX_TAGS:
            raise ConflictError(f"{name} is larger unpacked than any workbook of ours: give another name")
        cells += sum(_area(found[1].decode("ascii", "replace")) for found in _RANGES.finditer(content))
    if cells > _MAX_CELLS:
        raise ConflictError(f"{name} has ranges of more than a million cells: give another name")


def _area(reference: str) -> int:
    """How many cells a range spans; 1 for what is none."""
    match = _RANGE.fullmatch(reference)
    if match is None:
        return 1
    left, top, right, bottom = match.groups()
    return (abs(_index(right) - _index(left)) + 1) * (abs(int(bottom) - int(top)) + 1)


def _index(letters: str) -> int:
    """The number of a column, from 1."""
    index = 0
    for letter in letters:
        index = 26 * index + ord(letter) - ord("A") + 1
    return index


def lost(parts: dict[str, bytes]) -> tuple[str, ...]:
    """What a workbook holds that would be lost if it were written again, in words."""
    return tuple(dict.fromkeys(_lost(parts)))


def _lost(parts: dict[str, bytes]) -> Iterator[str]:
    """One word for each part that would be lost."""
    for part, content in parts.items():
        if _KEPT.fullmatch(part) is None:
            yield next((said for begin, said in _NAMES if part.startswith(begin)), part[:60])
        elif part.startswith("xl/worksheets/"):
            yield from (said for element, said in _ELEMENTS if element in content)
            upper = content.upper() if b"extLst" in content else b""
            yield from (said for uri, said in _EXTENSIONS if uri in upper)
        elif part.endswith(".vml") and re.search(rb'ObjectType="(?!Note")', content):
            yield "form controls"
