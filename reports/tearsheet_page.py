"""The tearsheet's HTML: one file, no script, nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from .tearsheet_tables import Row

STYLE = """
*{box-sizing:border-box}
body{margin:0;background:#fff;color:#222;font:14px/1.45 "DejaVu Sans",Arial,sans-serif}
main{max-width:1240px;margin:0 auto;padding:20px}
h1{font-size:24px;margin:0 0 4px}
h2{font-size:16px;margin:28px 0 8px}
p{margin:4px 0}
.quiet{color:#666;font-size:12.5px}
.synthetic{background:#8a1c1c;color:#fff;padding:12px 20px;font-weight:700;text-align:center}
.grid{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:0 36px}
figure{margin:0;min-width:0}
svg{display:block;width:100%;height:auto}
.wide{grid-column:1/-1;overflow-x:auto}
.wide svg{max-width:900px;margin:0 auto}
.scroll{overflow-x:auto}
.tables{columns:2;column-gap:36px}
.tables section{break-inside:avoid}
.tables h2{margin-top:0;padding-top:28px}
table{border-collapse:collapse;width:100%}
th,td{padding:5px 8px;text-align:right;border-bottom:1px solid #e4e4e4;font-variant-numeric:tabular-nums}
th{background:#f2f2f2}
th:first-child,td:first-child{text-align:left}
.headline td:nth-child(2){font-weight:700}
footer{margin-top:32px;border-top:1px solid #ccc;padding-top:10px}
@media (max-width:820px){
main{padding:12px}
.grid{grid-template-columns:minmax(0,1fr)}
.tables{columns:1}
.wide svg{min-width:600px}
th,td{padding:4px 5px;font-size:12.5px}
}
@media print{figure,table{break-inside:avoid}}
"""

TEMPLATE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{{ page.title }}</title>
<style>{{ style }}</style>
</head>
<body>
{%- if page.synthetic %}
<div class="synthetic" role="note">SYNTHETIC DATA: no number on this page is a market result</div>
{%- endif %}
<main>
<header>
<h1>{{ page.title }}</h1>
<p class="quiet">{{ page.period }}</p>
{%- for note in page.notes %}
<p class="note">{{ note }}</p>
{%- endfor %}
</header>
{%- for table in page.tables[:1] %}
{{ show(table, "headline") }}
{%- endfor %}
<section class="grid">
{%- for chart in page.charts %}
<figure class="{{ 'wide' if chart.wide else 'chart' }}">
<h2>{{ chart.title }}</h2>
{{ chart.svg }}
</figure>
{%- endfor %}
</section>
<div class="tables">
{%- for table in page.tables[1:] %}
{{ show(table, "more") }}
{%- endfor %}
</div>
<footer class="quiet">
{%- for line in page.definitions %}
<p>{{ line }}</p>
{%- endfor %}
</footer>
</main>
</body>
</html>
"""

TABLE = """{% macro show(table, kind) -%}
<section>
<h2>{{ table.title }}</h2>
<div class="scroll">
<table class="{{ kind }}">
<thead><tr>{% for name in table.columns %}<th scope="col">{{ name }}</th>{% endfor %}</tr></thead>
<tbody>
{%- for row in table.rows %}
<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>
{%- endfor %}
</tbody>
</table>
</div>
</section>
{%- endmacro %}"""


@dataclass(frozen=True)
class Chart:
    """An inline SVG under its title; a wide one takes both columns."""

    title: str
    svg: Markup
    wide: bool = False


@dataclass(frozen=True)
class Table:
    """Rows of text under their column names."""

    title: str
    columns: Row
    rows: Sequence[Row]


@dataclass(frozen=True)
class Page:
    """Everything the template prints; the first table is the headline."""

    title: str
    period: str
    notes: tuple[str, ...]
    synthetic: bool
    tables: tuple[Table, ...]
    charts: tuple[Chart, ...]
    definitions: tuple[str, ...]


def html(page: Page) -> str:
    """The whole page as one string; all text is escaped."""
    environment = Environment(autoescape=True, undefined=StrictUndefined)
    template = environment.from_string(TABLE + TEMPLATE)
    return template.render(page=page, style=Markup(STYLE))  # noqa: S704 - our own constant
