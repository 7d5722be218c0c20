"""Files that are no workbooks, or that want to be more."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

import pytest

from jupyter_xpt.edges.sheet.package import lost, parts_of
from jupyter_xpt.edges.sheet.workbook import written
from jupyter_xpt.ground.errors import ConflictError
from tests.builders import facts
from tests.workbooks import book, loaded, packed, parts, sheets, values

ACCURACY = [0.9, 0.91, 0.92]
GOOD = book(facts(1, ACCURACY))
SHEET = "xl/worksheets/sheet1.xml"


def changed(part: str, old: bytes, new: bytes) -> bytes:
    """The good workbook with something else in one part."""
    content = parts(GOOD)
    assert old in content[part]
    return packed({**content, part: content[part].replace(old, new, 1)})


def bomb() -> bytes:
    """A file that says truly that it unpacks to very much."""
    return packed({**parts(GOOD), "xl/theme/theme1.xml": b" " * (300 << 20)})


def liar() -> bytes:
    """A file whose part unpacks to more than it says."""
    data = b" " * 1_000_000
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    squeezed = packer.compress(data) + packer.flush()
    name = b"xl/workbook.xml"
    sizes = (zlib.crc32(data), len(squeezed), 10)
    local = struct.pack("<4sHHHHHIIIHH", b"PK\3\4", 20, 0, 8, 0, 0, *sizes, len(name), 0) + name + squeezed
    central = (
        struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\1\2", 20, 20, 0, 8, 0, 0, *sizes, len(name), 0, 0, 0, 0, 0, 0) + name
    )
    end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 1, 1, len(central), len(local), 0)
    return local + central + end


def locked() -> bytes:
    """A file whose parts are encrypted one by one."""
    data = bytearray(GOOD)
    at = data.index(b"PK\x01\x02")
    while at >= 0:
        data[at + 8] |= 1
        at = data.find(b"PK\x01\x02", at + 4)
    return bytes(data)


MERGED = b'</sheetData><mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>'
HOSTILE = {
    "an empty file": (b"", "damaged or no workbook"),
    "a text": (b"experiment,parent\n", "damaged or no workbook"),
    "half of one": (GOOD[: len(GOOD) // 2], "damaged or no workbook"),
    "another archive": (packed({"a.txt": b"a"}), "damaged or no workbook"),
    "a password": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "password"),
    "encrypted parts": (locked(), "damaged or no workbook"),
    "a bomb": (bomb(), "larger unpacked"),
    "a liar": (liar(), "damaged or no workbook"),
    "very many parts": (packed({**parts(GOOD), **{f"xl/theme/{n}.xml": b"" for n in range(6000)}}), "larger unpacked"),
    "very many cells": (
        packed({**parts(GOOD), SHEET: b"<worksheet>" + b"<c/>" * 10_000_001 + b"</worksheet>"}),
        "larger unpacked",
    ),
    "an entity": (
        changed(SHEET, b"<worksheet ", b'<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><worksheet '),
        "document type",
    ),
    "all cells merged": (changed(SHEET, b"</sheetData>", MERGED), "more than a million cells"),
    "no sheets": (changed("xl/workbook.xml", b"<sheets>", b"<sheets2>"), "damaged or no workbook"),
    "broken cells": (changed(SHEET, b"</sheetData>", b"</sheet>"), "damaged or no workbook"),
    "a cell that is none": (changed(SHEET, b'r="A1"', b'r="A0"'), "has lost its columns"),
    "a style that is none": (changed(SHEET, b's="1"', b's="999999"'), "damaged or no workbook"),
    "no types": (
        packed({k: v for k, v in parts(GOOD).items() if k != "[Content_Types].xml"}),
        "damaged or no workbook",
    ),
    "deep nesting": (changed(SHEET, b"</sheetData>", b"</sheetData>" + b"<a>" * 200_000), "damaged or no workbook"),
}


@pytest.mark.parametrize(("data", "said"), HOSTILE.values(), ids=HOSTILE.keys())
def test_what_is_no_workbook_is_refused_in_one_line(data: bytes, said: str) -> None:
    with pytest.raises(ConflictError, match=said) as refused:
        written(sheets(facts(1, ACCURACY)), data, "cats.xlsx")
    assert str(refused.value).startswith(("cats.xlsx ", "cats.xlsx: "))
    assert "\n" not in str(refused.value)


def test_a_cell_at_the_far_end_costs_nothing() -> None:
    far = changed(SHEET, b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>')
    workbook = loaded(written(sheets(facts(1, ACCURACY), facts(2, ACCURACY)), far, "cats.xlsx").data)
    assert workbook["Experiments"]["XFD1048576"].value == 1
    assert workbook["Experiments"]["A3"].value == 2


def test_links_to_other_workbooks_stay_and_are_not_followed() -> None:
    content = parts(GOOD)
    link = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships/externalLink"
    content["xl/externalLinks/externalLink1.xml"] = (
        b'<externalLink xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        b'<externalBook xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" r:id="rId1"/>'
        b"</externalLink>"
    )
    content["xl/externalLinks/_rels/externalLink1.xml.rels"] = (
        b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
        b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/externalLinkPath" '
        b'Target="http://other.invalid/x.xlsx" TargetMode="External"/></Relationships>'
    )
    content["xl/_rels/workbook.xml.rels"] = content["xl/_rels/workbook.xml.rels"].replace(
        b"</Relationships>",
        b'<Relationship Id="rId99" Type="%s" Target="externalLinks/externalLink1.xml"/></Relationships>' % link,
    )
    content["xl/workbook.xml"] = content["xl/workbook.xml"].replace(
        b"<definedNames>",
        b'<externalReferences><externalReference xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/'
        b'relationships" r:id="rId99"/></externalReferences><definedNames>',
    )
    content["[Content_Types].xml"] = content["[Content_Types].xml"].replace(
        b"</Types>",
        b'<Override PartName="/xl/externalLinks/externalLink1.xml" ContentType="application/vnd.openxmlformats-'
        b'officedocument.spreadsheetml.externalLink+xml"/></Types>',
    )
    again = parts(written(sheets(facts(1, ACCURACY)), packed(content), "cats.xlsx").data)
    assert b"other.invalid" in b"".join(part for name, part in again.items() if "externalLink" in name)


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ("xl/vbaProject.bin", "macros"),
        ("xl/pivotTables/pivotTable1.xml", "a pivot table"),
        ("xl/slicers/slicer1.xml", "slicers"),
        ("xl/threadedComments/threadedComment1.xml", "comments with replies"),
        ("xl/ctrlProps/ctrlProp1.xml", "form controls"),
        ("xl/metadata.xml", "formulas that spill"),
        ("xl/future/thing.xml", "xl/future/thing.xml"),
    ],
)
def test_what_would_be_lost_is_named(part: str, said: str) -> None:
    assert lost(parts_of(packed({**parts(GOOD), part: b"<a/>"}), "cats.xlsx")) == (said,)
    with pytest.raises(ConflictError, match=f"cats.xlsx holds what would be lost: {said}; give another name"):
        written(sheets(facts(1, ACCURACY)), packed({**parts(GOOD), part: b"<a/>"}), "cats.xlsx")


def test_labels_and_custom_xml_are_carried_over() -> None:
    content = parts(GOOD)
    office = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    end = b"</Relationships>"
    label = (
        b'<Relationship Id="l" Type="http://schemas.microsoft.com/office/2020/02/relationships/classificationlabels" '
    )
    content["_rels/.rels"] = content["_rels/.rels"].replace(end, label + b'Target="docMetadata/LabelInfo.xml"/>' + end)
    content["docMetadata/LabelInfo.xml"] = b"<clbl:labelList/>"
    custom = b'<Relationship Id="c" Type="%s/customXml" Target="../customXml/item1.xml"/>' % office
    content["xl/_rels/workbook.xml.rels"] = content["xl/_rels/workbook.xml.rels"].replace(end, custom + end)
    content["customXml/item1.xml"] = b"<item/>"
    content["customXml/_rels/item1.xml.rels"] = (
        b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
        b'Type="%s/customXmlProps" Target="itemProps1.xml"/></Relationships>' % office
    )
    content["customXml/itemProps1.xml"] = b"<props/>"
    types = b'<Override PartName="/customXml/itemProps1.xml" ContentType="application/props+xml"/></Types>'
    content["[Content_Types].xml"] = content["[Content_Types].xml"].replace(b"</Types>", types)
    once = written(sheets(facts(1, ACCURACY)), packed(content), "cats.xlsx").data
    again = parts(written(sheets(facts(1, ACCURACY)), once, "cats.xlsx").data)
    for part in ("docMetadata/LabelInfo.xml", "customXml/item1.xml", "customXml/itemProps1.xml"):
        assert again[part] == content[part]
    assert again["_rels/.rels"].count(b"docMetadata/LabelInfo.xml") == 1
    assert again["xl/_rels/workbook.xml.rels"].count(b"customXml/item1.xml") == 1
    assert again["[Content_Types].xml"].count(b"itemProps1.xml") == 1
    assert values(loaded(once)["Experiments"], "#") == [1]


def test_sparklines_are_named() -> None:
    spark = b'</sheetData><extLst><ext uri="{05C60535-1F16-4fd2-B633-F4F36F0B64E0}"/></extLst>'
    assert lost(parts_of(changed(SHEET, b"</sheetData>", spark), "cats.xlsx")) == ("sparklines",)


def test_a_workbook_of_ours_loses_nothing() -> None:
    assert lost(parts_of(GOOD, "cats.xlsx")) == ()
    assert values(loaded(GOOD)["Experiments"], "#") == [1]


def test_a_damaged_byte_anywhere_is_refused_or_harmless() -> None:
    for at in range(0, len(GOOD), max(1, len(GOOD) // 150)):
        data = bytearray(GOOD)
        data[at] ^= 0xFF
        try:
            again = written(sheets(facts(1, ACCURACY)), bytes(data), "cats.xlsx").data
        except ConflictError as refused:
            assert "\n" not in str(refused)
        else:
            assert zipfile.ZipFile(io.BytesIO(again)).testzip() is None
