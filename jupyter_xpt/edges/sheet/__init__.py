"""The spreadsheet: a workbook that people open, and have made their own."""
