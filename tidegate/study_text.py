"""A study as text: every parameter with what it means, and what two studies do differently."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import tomlkit
from pydantic import BaseModel
from tomlkit.items import Item, Table

from .study import Study, as_mapping


def as_toml(study: Study) -> str:
    """The whole study, defaults included, as a file that `Study.load` reads back as the same study.

    A parameter that is not set stands there as a comment.
    """
    document = tomlkit.document()
    _write(document, study)
    return tomlkit.dumps(document)


def _write(table: tomlkit.TOMLDocument | Table, config: BaseModel) -> None:
    """Plain values first, then tables: what follows a table's heading belongs to it."""
    fields = type(config).model_fields
    nested = {name for name in fields if isinstance(getattr(config, name), BaseModel)}
    for name, field in fields.items():
        if name in nested:
            continue
        value = getattr(config, name)
        if value is None:
            table.add(tomlkit.comment(f"{name} =  ({field.description})"))
        else:
            table.add(name, _item(value, field.description or ""))
    for name in [name for name in fields if name in nested]:
        inner = tomlkit.table()
        _write(inner, getattr(config, name))
        table.add(name, inner)


def _item(value: Any, description: str) -> Item:
    plain = dict(value) if isinstance(value, dict) else list(value) if isinstance(value, tuple) else value
    if isinstance(plain, dict):
        item: Item = tomlkit.inline_table()
        item.update(plain)  # type: ignore[attr-defined]
    else:
        item = tomlkit.item(plain)
    return item.comment(description) if description else item


def differences(left: Study, right: Study) -> dict[str, tuple[Any, Any]]:
    """Parameters with other values in the two studies, by dotted key; None where one lacks the key."""
    return mapping_differences(as_mapping(left), as_mapping(right))


def mapping_differences(left: Mapping[str, Any], right: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """`differences` of studies as plain data, of whatever version they are."""
    ours, theirs = _flat(dict(left)), _flat(dict(right))
    keys = dict.fromkeys([*ours, *theirs])
    return {key: (ours.get(key), theirs.get(key)) for key in keys if ours.get(key) != theirs.get(key)}


def _flat(tree: Any, path: str = "") -> dict[str, Any]:
    if not isinstance(tree, dict):
        return {path: tree}
    answer: dict[str, Any] = {}
    for name, value in tree.items():
        answer |= _flat(value, f"{path}.{name}" if path else name)
    return answer
