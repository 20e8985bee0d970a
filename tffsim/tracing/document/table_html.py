"""A table as HTML: sorted by a click on the name of a column, and whole without scripts and styles.

Notebooks that are not trusted, and pages that were made safe, lose scripts, styles and all but a few tags. So the table
consists of plain rows and cells only, and what sorts it stands in attributes: what is left can be read.
"""

import html

from tffsim.tracing.document.table_text import Rows, is_text, shown_rows

_FIRST, _LAST = 40, 10
_NOT_AMOUNTS = ("start", "end")
"""Columns with a unit that are no amounts, so a bar would mean nothing."""
_BAR = "background:linear-gradient(90deg,rgba(86,180,233,.35) {share:.0f}%,transparent 0)"

# Numbers begin with the largest, texts with A. The row of dots, which is not sorted, goes to the end.
_SORT = """
var c=event.target.closest('td'),r=c.parentNode,k=c.cellIndex,b=r.parentNode,
v=function(x){x=x.cells[k];return x.hasAttribute('data-v')?+x.getAttribute('data-v'):x.textContent},
w=[].slice.call(b.rows,1),n=w.filter(function(x){return !x.hasAttribute('data-gap')}),
o=c.getAttribute('aria-sort'),up=o=='none'?typeof v(n[0])=='string':o=='descending';
n.sort(function(x,y){x=v(x);y=v(y);return x!==x?1:y!==y?-1:(x>y?1:x<y?-1:0)*(up?1:-1)});
n.concat(w.filter(function(x){return n.indexOf(x)<0})).forEach(function(x){b.appendChild(x)});
[].forEach.call(r.cells,function(x){x.setAttribute('aria-sort','none');x.lastChild.textContent=''});
c.setAttribute('aria-sort',up?'ascending':'descending');c.lastChild.textContent=up?' ▲':' ▼'
"""
_PRESS = "if(event.key=='Enter'||event.key==' '){event.preventDefault();event.target.click()}"


def table_html(table: Rows) -> str:
    """Returns the first and the last rows of a table as HTML that needs nothing else; all text is escaped."""
    names, numbers, rows, note = shown_rows(table, _FIRST, _LAST)
    cells = [_Column(table, name, [row[k] for row in rows], numbers).cells() for k, name in enumerate(names)]
    lines = ["<tr>" + "".join(line) + "</tr>" for line in zip(*cells, strict=True)]
    if len(numbers) < len(table):
        lines.insert(_FIRST, f'<tr data-gap=""><td colspan="{len(names)}" style="text-align:center">…</td></tr>')
    scripts = f'onclick="{_attribute(_SORT)}" onkeydown="{_attribute(_PRESS)}"' if rows else ""
    head = "".join(map(_head, names, [is_text(table, name) for name in names]))
    return (
        f'<div style="overflow-x:auto"><table style="font-variant-numeric:tabular-nums"><tr {scripts}>{head}</tr>'
        f"{''.join(lines)}</table></div><div>{html.escape(note)}</div>"
    )


class _Column:
    """The cells of a column."""

    def __init__(self, table: Rows, name: str, shown: list[str], numbers: list[int]) -> None:
        self._shown = shown
        self._is_text = is_text(table, name)
        self._values = [] if self._is_text else table[name][numbers].tolist()
        has_bars = bool(table.units.get(name)) and name not in _NOT_AMOUNTS
        self._most = float(table[name].max(initial=0)) if has_bars else 0.0

    def cells(self) -> list[str]:
        """Returns the cells of the rows that are shown."""
        if self._is_text:
            return [f'<td style="text-align:left">{_literal(text)}</td>' for text in self._shown]
        return [
            f'<td data-v="{float(value)!r}"{self._bar(value)}>{_number(text)}</td>'
            for text, value in zip(self._shown, self._values, strict=True)
        ]

    def _bar(self, value: float) -> str:
        share = 100 * value / self._most if self._most > 0 else 0
        return f' style="{_BAR.format(share=share)}"' if share >= 1 else ""


def _head(name: str, is_left: bool) -> str:
    align = "left" if is_left else "right"
    return (
        f'<td role="columnheader" tabindex="0" aria-sort="none" style="text-align:{align};font-weight:bold;'
        f'cursor:pointer" title="sort by {html.escape(name)}">{html.escape(name)}<span></span></td>'
    )


def _literal(text: str) -> str:
    """Returns a text as HTML that keeps the blanks with which it begins."""
    words = text.lstrip(" ")
    return "&nbsp;" * (len(text) - len(words)) + html.escape(words)


def _number(text: str) -> str:
    """Returns a number as HTML that has its unit on the same line."""
    return html.escape(text).replace(" ", "&nbsp;")


def _attribute(script: str) -> str:
    return html.escape("".join(script.strip().splitlines()))
