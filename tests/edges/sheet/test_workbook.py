"""Workbooks, new and in place of what a person made of them."""

from __future__ import annotations

import io
import math
from itertools import pairwise

import pytest
from hypothesis import given, settings, strategies as st
from openpyxl import load_workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.chart import LineChart, Reference
from openpyxl.comments import Comment
from openpyxl.drawing.image import Image
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.table import Table
from PIL import Image as Picture

from jupyter_xpt.edges.sheet.looks import COLOURS
from jupyter_xpt.edges.sheet.workbook import written
from jupyter_xpt.ground.errors import ConflictError
from jupyter_xpt.ground.facts import ExperimentFacts
from jupyter_xpt.ground.names import ExperimentName
from jupyter_xpt.thought.data.wording import Listed
from jupyter_xpt.thought.reading.cell import text
from jupyter_xpt.thought.reading.sheet import Beside
from tests.builders import experiment_record, facts, run_facts
from tests.formulas import PAYLOADS
from tests.workbooks import book, cell, edited, formulas, loaded, parts, sheets, titles, values

LOW, HIGH = [0.90, 0.91, 0.905, 0.895, 0.9], [0.93, 0.935, 0.925, 0.93, 0.94]
MINE = PatternFill("solid", start_color="FFD0BFFF", end_color="FFD0BFFF")
FIRST, SECOND, THIRD = (
    facts(1, LOW, note="baseline", parameters={"trees": 100}),
    facts(2, HIGH, parent=1, note="more trees", parameters={"trees": 300}),
    facts(3, LOW, parent=2, note="fewer again", parameters={"trees": 50}),
)


# -- a new one ----------------------------------------------------------------------------------------------


def test_a_new_workbook_is_ready_to_be_read():
    workbook = loaded(book(FIRST, SECOND))
    assert workbook.sheetnames == ["Experiments", "Repeats"]
    sheet = workbook["Experiments"]
    assert titles(sheet)[:11] == [
        *("#", "series", "parent", "note", "tags", "status", "verdict", "trees", "accuracy ↑"),
        *("accuracy SEM", "accuracy n"),
    ]
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("E2", "A1:S3")
    assert sheet.column_dimensions["B"].hidden
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.page_setup.fitToWidth == 1
    assert sheet.print_title_rows == "$1:$1"
    assert cell(sheet, "note", 2).alignment.wrap_text
    verdict = cell(sheet, "verdict", 3)
    assert (verdict.value, verdict.fill.start_color.rgb[2:]) == ("▲ improved", COLOURS["improved"][0])
    mean = cell(sheet, "accuracy ↑", 3)
    assert (mean.value, mean.number_format) == (pytest.approx(0.932), "0.000")
    assert values(workbook["Repeats"], "accuracy") == [*LOW, *HIGH]


def test_numbers_stand_at_the_right_and_texts_at_the_left():
    first, second = facts(1, LOW, parameters={"depth": "deep"}), facts(2, LOW, parameters={"depth": 3})
    sheet = loaded(book(first, second))["Experiments"]
    assert [cell(sheet, "depth", row).alignment.horizontal for row in (2, 3)] == ["left", "right"]


def test_a_new_workbook_tells_nothing_of_whoever_made_it():
    properties = loaded(book(FIRST)).properties
    assert (properties.creator, properties.lastModifiedBy, properties.title) == ("jupyter_xpt", None, "Experiments")


def test_colours_read_without_colour():
    def brightness(code: str) -> float:
        red, green, blue = (int(code[at : at + 2], 16) / 255 for at in (0, 2, 4))
        linear = [one / 12.92 if one <= 0.03928 else ((one + 0.055) / 1.055) ** 2.4 for one in (red, green, blue)]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for fill, ink in COLOURS.values():
        assert (brightness(fill) + 0.05) / (brightness(ink) + 0.05) > 7
    greys = [brightness(COLOURS[verdict][0]) for verdict in ("worse", "improved", "not sure")]
    assert all(two - one > 0.08 for one, two in pairwise(greys))


def test_links_lead_to_notebooks_beside_the_file_alone():
    link = "a%20%23%25b_001.ipynb"
    data = written(sheets(FIRST, beside={ExperimentName("cats", 1): Beside(link=link)})).data
    assert cell(loaded(data)["Experiments"], "#", 2).hyperlink.target == link
    assert b'TargetMode="External"' in parts(data)["xl/worksheets/_rels/sheet1.xml.rels"]


# -- inert --------------------------------------------------------------------------------------------------


def hostile(payload):
    """Two experiments with that text wherever a text can be."""
    made = []
    for number in (1, 2):
        run = run_facts(
            {payload: [0.1, 0.2, 0.3]},
            primary=payload,
            goals={payload: "max"},
            failed=[2],
            error=payload,
            started=payload,
        )
        record = experiment_record(
            number,
            series=payload,
            note=payload,
            tags=(payload,),
            parameters={payload: f"{payload}{number}", "depth": payload * number},
        )
        made.append(ExperimentFacts(record.name, record, (run,), (payload,)))
    git = {"commit": payload, "branch": payload, "dirty": True}
    data = (Listed(payload, "in", payload, payload),)
    return sheets(*made, beside={one.name: Beside(data, git, "") for one in made})


def test_there_are_enough_payloads():
    assert len(PAYLOADS) == len(set(PAYLOADS))
    assert len(PAYLOADS) >= 60


@pytest.mark.parametrize("payload", PAYLOADS, ids=lambda one: ascii(one[:20]))
def test_no_text_is_a_formula(payload):
    fresh = written(hostile(payload)).data
    again = written(hostile(payload), fresh, "cats.xlsx").data
    for data in (fresh, again):
        assert formulas(data) == []
        content = parts(data)
        assert b'TargetMode="External"' not in b"".join(content.values())
        for sheet in load_workbook(io.BytesIO(data)).worksheets:
            for row in sheet.iter_rows():
                for one in row:
                    assert one.data_type in ("s", "n", "d", "b"), (one.coordinate, one.value)
                    if isinstance(one.value, str):
                        assert len(one.value.encode("utf-16-le")) // 2 <= 32_767 + 10 * one.value.count("_x005F_")
                        assert one.quotePrefix or not one.value.startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))
    rows = load_workbook(io.BytesIO(again))["Experiments"].max_row
    assert rows == 3


def test_a_long_text_is_cut_with_a_mark():
    sheet = loaded(book(facts(1, LOW, note="x" * 40_000)))["Experiments"]
    said = cell(sheet, "note", 2).value
    assert len(said) == 32_767
    assert said.endswith("x …")


def test_what_is_not_finite_is_seen():
    run = run_facts({"accuracy": [0.5, "NaN", "Infinity", "-Infinity"]})
    parameters = {"a": math.nan, "b": math.inf, "c": 2**60}
    first = ExperimentFacts(facts(1).name, experiment_record(1, parameters=parameters), (run,))
    workbook = loaded(book(first, facts(2, LOW, parameters=dict.fromkeys("abc", 1))))
    assert values(workbook["Repeats"], "accuracy")[:4] == [0.5, "NaN", "inf", "-inf"]
    found = [cell(workbook["Experiments"], name, 2) for name in "abc"]
    assert [one.value for one in found] == ["NaN", "inf", str(2**60)]
    assert cell(workbook["Experiments"], "a", 3).value == 1


names = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)


@settings(max_examples=60)
@given(
    note=names,
    parameters=st.dictionaries(names, st.one_of(st.integers(), st.floats(), st.booleans(), names), max_size=4),
)
def test_what_is_written_reads_back(note, parameters):
    first, second = facts(1, LOW, note=note, parameters=parameters), facts(2, LOW, parameters={"other": 1})
    data = book(first, second, existing=book(first))
    sheet = loaded(data)["Experiments"]
    assert (cell(sheet, "note", 2).value or "").replace("_x005F_", "_") == text(note).replace("_x005F_", "_")
    assert formulas(data) == []
    assert sheet.max_row == 3
    assert len({one for one in titles(sheet) if one}) == len(titles(sheet))


# -- a person's own -----------------------------------------------------------------------------------------


def make_own(workbook):
    """What a person does: columns, colours, a formula, a comment, widths, a sheet."""
    sheet = workbook["Experiments"]
    end = sheet.max_column
    sheet.cell(1, end + 1, "opinion").font = Font(bold=True)
    sheet.cell(1, end + 2, "double")
    for row in (2, 3):
        sheet.cell(row, end + 1, f"thought {row}").fill = MINE
        sheet.cell(row, end + 2, f"=I{row}*2")
    cell(sheet, "note", 3).fill = MINE
    cell(sheet, "verdict", 3).fill = MINE
    cell(sheet, "note", 3).comment = Comment("look here", "me")
    cell(sheet, "accuracy ↑", 2).number_format = "0.0 %"
    sheet.column_dimensions["D"].width = 77
    sheet.column_dimensions["F"].hidden = True
    sheet.row_dimensions[3].hidden = True
    sheet.freeze_panes = "A2"
    sheet.conditional_formatting.add("I2:I99", CellIsRule(operator="greaterThan", formula=["0.9"], fill=MINE))
    sheet.add_data_validation(DataValidation("list", formula1='"keep,drop"', sqref="T2:T99"))
    workbook.create_sheet("Mine", 0)["A1"] = "=SUM(Experiments!I2:I3)"


def test_what_a_person_added_stays():
    mine = edited(book(FIRST, SECOND), make_own)
    workbook = loaded(book(FIRST, SECOND, THIRD, existing=mine))
    assert workbook.sheetnames == ["Mine", "Experiments", "Repeats"]
    assert workbook["Mine"]["A1"].value == "=SUM(Experiments!I2:I3)"
    sheet = workbook["Experiments"]
    assert values(sheet, "opinion") == ["thought 2", "thought 3", None]
    assert values(sheet, "double")[:2] == ["=I2*2", "=I3*2"]
    assert cell(sheet, "opinion", 1).font.bold
    assert cell(sheet, "opinion", 2).fill.start_color.rgb == cell(sheet, "note", 3).fill.start_color.rgb == "FFD0BFFF"
    assert cell(sheet, "verdict", 3).fill.start_color.rgb[2:] == COLOURS["improved"][0]
    assert cell(sheet, "note", 3).comment.text == "look here"
    assert cell(sheet, "accuracy ↑", 2).number_format == "0.0 %"
    assert (sheet.column_dimensions["D"].width, sheet.freeze_panes) == (77, "A2")
    assert sheet.column_dimensions["F"].hidden
    assert sheet.row_dimensions[3].hidden
    assert len(sheet.conditional_formatting) == 1
    assert sheet.data_validations.dataValidation[0].formula1 == '"keep,drop"'
    assert sheet.auto_filter.ref == "A1:S4"
    assert values(sheet, "#") == [1, 2, 3]


def test_rows_are_found_again_however_they_are_sorted():
    def turn_round(workbook):
        sheet = workbook["Experiments"]
        first, second = ([one.value for one in sheet[row]] for row in (2, 3))
        for place, (one, other) in enumerate(zip(second, first, strict=True), 1):
            sheet.cell(2, place).value, sheet.cell(3, place).value = one, other

    changed = facts(1, HIGH, note="better now", parameters={"trees": 100})
    sheet = loaded(book(changed, SECOND, THIRD, existing=edited(book(FIRST, SECOND), turn_round)))["Experiments"]
    assert values(sheet, "#") == [2, 1, 3]
    assert values(sheet, "note") == ["more trees", "better now", "fewer again"]


def test_columns_are_found_again_where_they_were_moved_and_renamed():
    def move(workbook):
        # As spreadsheet programs do it: the hidden names go along.
        sheet = workbook["Experiments"]
        for row in (1, 2, 3):
            note, tags = sheet.cell(row, 4).value, sheet.cell(row, 5).value
            sheet.cell(row, 4).value, sheet.cell(row, 5).value = tags, note
        sheet["E1"] = "idea"
        for name in sheet.defined_names.values():
            swapped = {"'Experiments'!$D$1": "'Experiments'!$E$1", "'Experiments'!$E$1": "'Experiments'!$D$1"}
            name.attr_text = swapped.get(name.attr_text, name.attr_text)
        sheet.title = "Lab book"

    moved = edited(book(FIRST, SECOND), move)
    workbook = loaded(book(FIRST, SECOND, THIRD, existing=moved))
    assert workbook.sheetnames == ["Lab book", "Repeats"]
    sheet = workbook["Lab book"]
    assert titles(sheet)[3:5] == ["tags", "idea"]
    assert values(sheet, "idea") == ["baseline", "more trees", "fewer again"]
    assert titles(sheet) == titles(loaded(moved)["Lab book"])


def test_columns_are_found_by_their_titles_where_the_names_are_gone():
    def shuffle(workbook):
        sheet = workbook["Experiments"]
        sheet.defined_names.clear()
        workbook["Repeats"].defined_names.clear()
        sheet.insert_rows(1, 2)
        sheet["A1"] = "My experiments"
        sheet.auto_filter.ref = None

    sheet = loaded(book(FIRST, SECOND, THIRD, existing=edited(book(FIRST, SECOND), shuffle)))["Experiments"]
    assert sheet["A1"].value == "My experiments"
    assert values(sheet, "note", head=3) == ["baseline", "more trees", "fewer again"]
    assert sheet.auto_filter.ref is None


def test_a_goal_that_turned_round_is_no_new_column():
    record = experiment_record(1)
    up, down = (
        ExperimentFacts(record.name, record, (run_facts({"accuracy": LOW}, goals={"accuracy": goal}),))
        for goal in ("max", "min")
    )
    first = book(up)
    assert len(titles(loaded(book(down, existing=first))["Experiments"])) == len(titles(loaded(first)["Experiments"]))


def test_a_column_that_was_deleted_stays_away():
    def delete(workbook):
        sheet = workbook["Experiments"]
        for name in sheet.defined_names.values():
            if name.attr_text == "'Experiments'!$E$1":
                name.attr_text = "'Experiments'!#REF!"
        for row in (1, 2, 3):
            sheet.cell(row, 5).value = None

    sheet = loaded(book(FIRST, SECOND, existing=edited(book(FIRST, SECOND), delete)))["Experiments"]
    assert "tags" not in titles(sheet)


def test_new_metrics_and_parameters_come_after_a_persons_columns():
    mine = edited(book(FIRST, SECOND), make_own)
    more = ExperimentFacts(
        facts(3).name,
        experiment_record(3, 2, parameters={"trees": 300, "depth": 7}),
        (run_facts({"accuracy": HIGH, "f1": LOW}),),
    )
    sheet = loaded(book(FIRST, SECOND, more, existing=mine))["Experiments"]
    assert titles(sheet)[-6:] == ["opinion", "double", "depth", "f1 ↑", "f1 SEM", "f1 n"]
    assert cell(sheet, "depth", 4).value == 7


def test_a_deleted_experiment_keeps_its_row():
    mine = edited(book(FIRST, SECOND, THIRD), make_own)
    found = written(sheets(FIRST, THIRD), mine, "cats.xlsx")
    assert (found.new, found.deleted) == (0, 1)
    sheet = loaded(found.data)["Experiments"]
    assert values(sheet, "status") == ["finished", "deleted", "finished"]
    assert values(sheet, "note") == ["baseline", "more trees", "fewer again"]
    back = loaded(book(FIRST, SECOND, THIRD, existing=found.data))["Experiments"]
    assert values(back, "status") == ["finished"] * 3


def test_rows_of_another_series_stay_as_they_are():
    dogs = facts(1, LOW, series="dogs", note="a dog")
    both = book(FIRST, dogs)
    assert not loaded(both)["Experiments"].column_dimensions["B"].hidden
    found = written(sheets(SECOND), both, "cats.xlsx", "cats")
    assert (found.new, found.deleted) == (1, 1)
    sheet = loaded(found.data)["Experiments"]
    assert list(zip(values(sheet, "series"), values(sheet, "#"), values(sheet, "status"), strict=True)) == [
        ("cats", 1, "deleted"),
        ("dogs", 1, "finished"),
        ("cats", 2, "finished"),
    ]


def test_the_series_comes_in_sight_with_the_second_one():
    sheet = loaded(book(FIRST, facts(1, LOW, series="dogs"), existing=book(FIRST)))["Experiments"]
    assert not sheet.column_dimensions["B"].hidden


def test_the_series_comes_in_sight_also_where_its_width_is_shared():
    def group(workbook):
        entry = workbook["Experiments"].column_dimensions["A"]
        del workbook["Experiments"].column_dimensions["B"]
        entry.min, entry.max, entry.hidden = 1, 3, True

    data = book(FIRST, facts(1, LOW, series="dogs"), existing=edited(book(FIRST), group))
    found = loaded(data)["Experiments"].column_dimensions
    assert [(found[letter].min, found[letter].max, found[letter].hidden) for letter in "ABC"] == [
        (1, 1, True),
        (2, 2, False),
        (3, 3, True),
    ]


def test_what_stands_below_our_rows_is_not_written_over():
    def sum_up(workbook):
        workbook["Experiments"]["I4"] = "=AVERAGE(I2:I3)"

    sheet = loaded(book(FIRST, SECOND, THIRD, existing=edited(book(FIRST, SECOND), sum_up)))["Experiments"]
    assert values(sheet, "#") == [1, 2, None, 3]
    assert sheet["I4"].value == "=AVERAGE(I2:I3)"


def test_colours_inside_a_text_stay_while_the_text_does():
    rich = CellRichText("base", TextBlock(InlineFont(b=True), "line"))

    def colour(workbook):
        cell(workbook["Experiments"], "note", 2).value = rich

    mine = edited(book(FIRST), colour)
    kept = load_workbook(io.BytesIO(book(FIRST, existing=mine)), rich_text=True)["Experiments"]
    assert isinstance(cell(kept, "note", 2).value, CellRichText)
    other = book(facts(1, LOW, note="another"), existing=mine)
    assert cell(loaded(other)["Experiments"], "note", 2).value == "another"


def test_a_strangers_workbook_gets_our_sheets_beside_its_own():
    def strange(workbook):
        for sheet in list(workbook.worksheets):
            workbook.remove(sheet)
        sheet = workbook.create_sheet("Experiments")
        sheet["A1"], sheet["A2"] = "physics", 42
        workbook.create_sheet("Budget")["A1"] = "=1+1"

    workbook = loaded(book(FIRST, existing=edited(book(FIRST), strange)))
    assert workbook.sheetnames == ["Experiments", "Budget", "Experiments1", "Repeats"]
    assert (workbook["Experiments"]["A2"].value, workbook["Budget"]["A1"].value) == (42, "=1+1")
    again = loaded(
        book(FIRST, SECOND, existing=edited(book(FIRST, existing=edited(book(FIRST), strange)), lambda _: 0))
    )
    assert again.sheetnames == workbook.sheetnames
    assert values(again["Experiments1"], "#") == [1, 2]


def test_columns_that_share_an_entry_of_widths_are_parted():
    def group(workbook):
        sheet = workbook["Experiments"]
        entry = sheet.column_dimensions["T"]
        entry.min, entry.max, entry.width = 20, 1024, 9

    more = ExperimentFacts(facts(2).name, experiment_record(2, 1), (run_facts({"accuracy": HIGH, "f1": LOW}),))
    data = book(FIRST, more, existing=edited(book(FIRST, SECOND), group))
    entries = sorted((one.min, one.max) for one in loaded(data)["Experiments"].column_dimensions.values())
    assert all(high < low for (_, high), (low, _) in pairwise(entries))
    assert entries[-1][1] == 1024


def test_a_persons_table_grows_and_merged_cells_are_left_alone():
    def rule(workbook):
        sheet = workbook["Experiments"]
        sheet.auto_filter.ref = None
        sheet.add_table(Table(displayName="Mine", ref="A1:D3"))
        sheet.merge_cells("F2:F3")

    sheet = loaded(book(FIRST, SECOND, existing=edited(book(FIRST, SECOND), rule)))["Experiments"]
    assert sheet.tables["Mine"].ref == "A1:D3"
    grown = loaded(book(FIRST, SECOND, THIRD, existing=edited(book(FIRST, SECOND), rule)))["Experiments"]
    assert (grown.tables["Mine"].ref, grown.tables["Mine"].autoFilter.ref) == ("A1:D4", "A1:D4")
    assert [str(one) for one in sheet.merged_cells.ranges] == ["F2:F3"]


def test_charts_and_pictures_are_carried_over_as_they_are():
    def draw(workbook):
        sheet = workbook["Experiments"]
        chart = LineChart()
        chart.add_data(Reference(sheet, min_col=9, min_row=1, max_row=3), titles_from_data=True)
        sheet.add_chart(chart, "B20")
        picture = io.BytesIO()
        Picture.new("RGB", (4, 4), "red").save(picture, "PNG")
        own = workbook.create_sheet("Mine")
        own.add_image(Image(picture), "A1")
        cell(sheet, "note", 2).comment = Comment("a comment has a drawing too", "me")

    mine = edited(book(FIRST, SECOND), draw)
    once = book(FIRST, SECOND, THIRD, existing=mine)
    twice = book(FIRST, SECOND, existing=once)
    before = parts(mine)
    for data in (once, twice):
        after = parts(data)
        for part in ("xl/charts/chart1.xml", "xl/media/image1.png"):
            assert after[part] == before[part]
        workbook = loaded(data)
        assert [len(one._charts) for one in workbook.worksheets] == [1, 0, 0]
        assert [len(one._images) for one in workbook.worksheets] == [0, 0, 1]
        assert cell(workbook["Experiments"], "note", 2).comment.text == "a comment has a drawing too"


def test_what_tells_rows_apart_must_be_there():
    def rename(workbook):
        sheet = workbook["Experiments"]
        for name in list(sheet.defined_names):
            if not name.startswith("_xpt_sheet"):
                del sheet.defined_names[name]
        sheet["A1"] = "nr"

    with pytest.raises(ConflictError, match="has lost its columns '#' and 'series'"):
        book(FIRST, existing=edited(book(FIRST), rename))


def test_a_workbook_again_is_the_same():
    once = book(FIRST, SECOND)
    first, again = (loaded(one)["Experiments"] for one in (once, book(FIRST, SECOND, existing=once)))
    assert [[one.value for one in row] for row in first] == [[one.value for one in row] for row in again]
    assert [[one.number_format for one in row] for row in first] == [
        [one.number_format for one in row] for row in again
    ]
