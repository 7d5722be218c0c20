"""Accessibility, checked by axe-core in the page."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

AXE = Path(__file__).parent.parent.parent / "node_modules" / "axe-core" / "axe.min.js"
# The rules of WCAG 2.2 A and AA, and those of good practice that speak of parts of a page.
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
# About whole pages, which are JupyterLab's.
NOT_OURS = ("region", "landmark-one-main", "page-has-heading-one", "heading-order")
# A row is told in words where it shows signs and columns; its name begins with what is seen first, number and note.
MEANT = ("label-content-name-mismatch",)
RUN = """([selector, tags, off]) => {
    const rules = Object.fromEntries(off.map(name => [name, {enabled: false}]));
    const said = node => (node.any[0] ?? node.all[0] ?? node.none[0])?.message ?? '';
    return axe.run(selector, {runOnly: tags, rules}).then(found => found.violations.flatMap(one =>
        one.nodes.map(node => `${one.id}: ${one.help}: ${node.html.slice(0, 200)} ${said(node)}`)));
}"""


def violations(page: Page, selector: str) -> list[str]:
    """What is wrong with a part of the page, a line for each element."""
    if not page.evaluate("() => 'axe' in globalThis"):
        # Evaluated, not added as an element: JupyterLab's module loader must not be offered to it.
        code = AXE.read_text(encoding="utf-8")
        page.evaluate(f"() => {{ const define = undefined, module = undefined, exports = undefined; {code} }}")
    # The body of JupyterLab's page has no height and hides what sticks out: axe takes everything for hidden.
    page.evaluate("() => { document.body.style.height = '100vh'; }")
    return list(page.evaluate(RUN, [selector, list(TAGS), [*NOT_OURS, *MEANT]]))
