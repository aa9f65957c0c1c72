"""The SQL of a source: from the cells of its file to values, from values to facts, and what is refused on the way.

Nothing here reads data. The door runs these queries in turn over the table `cell`: `row_number`, and one text column for
each column of the file.

    cell ──► item (one a list item) ──► parsed_item ─┐
      └────► parsed (values and `problems`) ─────────┴──► facts_<n>

`problems` is a set of refusals as bits of a HUGEINT, by their place in `Plan.refusals`: a row with none is accepted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from fangxian.facts import Fact, Text
from fangxian.sources import spelling
from fangxian.sources.cells import MEND, Cell
from fangxian.sources.id_numbers import verified
from fangxian.sources.people import Person
from fangxian.sources.refusal import Reason, Refusal
from fangxian.sources.source import Source, Yields

_TYPES = {"timestamp(6)": "TIMESTAMP", "string": "VARCHAR", "int64": "BIGINT", "float64": "DOUBLE", "date": "DATE", "boolean": "BOOLEAN"}


@dataclass(frozen=True)
class Plan:
    """The queries of one source."""

    source: Source

    @cached_property
    def refusals(self) -> tuple[Refusal, ...]:
        """Every way in which this source's rows are refused, each column's in order; a row's first is its worst."""
        outer = [refusal for cell in self.source.cells() for refusal in cell.refusals(self.alias(cell))]
        inner = [
            refusal
            for each in self.source.lists()
            for refusal in (_not_a_list(each), *(r for cell in self.source.cells_of_each(each) for r in cell.refusals(self.alias(cell))))
        ]
        record = self.source.record
        return (*((_empty_record(*record),) if len(record) == 1 else ()), *outer, *inner)

    @cached_property
    def _aliases(self) -> dict[Cell, str]:
        every = [*self.source.cells(), *(cell for each in self.source.lists() for cell in self.source.cells_of_each(each))]
        return {cell: f"v{place}" for place, cell in enumerate(every)}

    def alias(self, cell: Cell) -> str:
        """Return the name of a cell's value in `parsed`."""
        return self._aliases[cell]

    # -- the queries, in the order in which the door runs them ------------------------------------------------------

    def people(self) -> str | None:
        """Return the query of distinct id numbers, verified (see `id_numbers`); None for a source without people."""
        cells = self.people_cells
        if not cells:
            return None
        pairs = " UNION ".join(
            f"SELECT DISTINCT {cell.document} AS document, {cell.text} AS number FROM cell WHERE {cell.text} IS NOT NULL" for cell in cells
        )
        return verified(pairs)

    def items(self) -> Iterator[tuple[str, str]]:
        """Yield each list column's table and query: one row an item, with the texts of its keys."""
        for place, each in enumerate(self.source.lists()):
            keys = dict.fromkeys(c for cell in self.source.cells_of_each(each) for c in cell.columns() if c.startswith(f"{each}."))
            path = {key: spelling.text('$."' + key.removeprefix(f"{each}.") + '"') for key in keys}
            tidied = ", ".join(f"{spelling.tidied(f'json_extract_string(item, {path[key]})')} AS {spelling.name(key)}" for key in keys)
            said = ", ".join(f"{spelling.said(spelling.name(key))} AS {spelling.name(key)}" for key in keys)
            listed = spelling.name(each)
            items = f"CASE WHEN {spelling.is_list(listed)} THEN CAST(json_extract({listed}, '$[*]') AS JSON[]) END"
            unnested = f"SELECT row_number, unnest({items}) AS item, generate_subscripts({items}, 1) AS place FROM cell"
            yield f"item_{place}", f"SELECT row_number, place, {said} FROM (SELECT row_number, place, {tidied} FROM ({unnested}))"

    def parsed(self) -> str:
        """Return the query of every row's values and problems."""
        values = "".join(f", {cell.value()} AS {self.alias(cell)}" for cell in self.source.cells())
        joins = "".join(
            f" LEFT JOIN person AS {cell.joined} ON {cell.joined}.document = {cell.document} AND {cell.joined}.number = cell.{cell.text}"
            for cell in self.people_cells
        )
        rows = f"SELECT cell.*{values}{self._people_columns()} FROM cell{joins}"
        return f"SELECT * EXCLUDE ({self._dropped()}), {self._problems('')} AS problems FROM ({rows})"

    def parsed_items(self) -> Iterator[tuple[str, str]]:
        """Yield, for each list column, the table and query of every item's values and problems."""
        for place, each in enumerate(self.source.lists()):
            values = "".join(f", {cell.value()} AS {self.alias(cell)}" for cell in self.source.cells_of_each(each))
            rows = f"SELECT *{values} FROM item_{place}"
            yield f"parsed_item_{place}", f"SELECT *, {self._problems(each)} AS problems FROM ({rows})"

    def facts(self, place: int) -> str:
        """Return the query of the facts of the declaration at `place`: the fact's columns, after `row_number`."""
        declared = self.source.facts[place]
        columns = ", ".join(
            f"CAST({self._column(declared, place, name)} AS {_TYPES[c.dtype]}) AS {spelling.name(name)}"
            for name, c in declared.fact_type.columns.items()
        )
        rows = "parsed"
        if declared.each:
            rows += f" JOIN parsed_item_{self.source.lists().index(declared.each)} AS item USING (row_number)"
        present = f" AND {spelling.name(declared.when)} IS NOT NULL" if declared.when else ""
        return f"SELECT row_number, {columns} FROM {rows} WHERE row_number NOT IN (SELECT row_number FROM refused){present}"

    # -- parts ------------------------------------------------------------------------------------------------------

    @cached_property
    def people_cells(self) -> list[Person]:
        """The cells of id numbers, each column once."""
        return list({cell.column: cell for cell in self.source.cells() if isinstance(cell, Person)}.values())

    def _people_columns(self) -> str:
        return "".join(f", {cell.joined}.fault AS {cell.fault}" for cell in self.people_cells)

    def _dropped(self) -> str:
        """Return the columns that are of no use once problems are known, those that identify people first of all."""
        kept = {*self.source.record, *(facts.when for facts in self.source.facts)}
        texts = [column for column in self.source.columns() if column not in kept]
        return ", ".join((*(spelling.name(column) for column in texts), *(cell.fault for cell in self.people_cells)))

    def _problems(self, each: str) -> str:
        """Return the bits of the refusals of the row itself, or of a list's items."""
        bits = [
            f"(CASE WHEN {refusal.when} THEN {1 << bit}::HUGEINT ELSE 0 END)"
            for bit, refusal in enumerate(self.refusals)
            if self._belongs_to(refusal) == each
        ]
        return " + ".join(bits) or "0::HUGEINT"

    def _belongs_to(self, refusal: Refusal) -> str:
        return next((each for each in self.source.lists() if refusal.column.startswith(f"{each}.")), "")

    def record(self) -> str:
        """Return the expression of a row's record number."""
        return _joined([spelling.name(column) for column in self.source.record])

    def _column(self, declared: Yields, place: int, name: str) -> str:
        if name in declared.cells:
            return self.alias(declared.cells[name])
        if name == "fact_id":
            return spelling.record_number(self.source.name, self.record() + _suffix(declared, place))
        if name == "known_at":
            return self.alias(self.source.reported)
        return {"source": spelling.text(self.source.name), "delivery_id": "getvariable('delivery_id')"}.get(name, "NULL")


def fact_numbers(source: Source, cells: Mapping[str, str]) -> Iterator[tuple[type[Fact], str]]:
    """Yield the type and number of each fact that a row gives but for those of its lists; `cells` are the record's columns."""
    record = _joined([cells[column] for column in source.record])
    for place, declared in enumerate(source.facts):
        if not declared.each:
            yield declared.fact_type, spelling.record_number(source.name, record + _suffix(declared, place))


def _joined(record: Sequence[str]) -> str:
    return record[0] if len(record) == 1 else f"concat_ws('/', {', '.join(record)})"


def _suffix(declared: Yields, place: int) -> str:
    """Return what tells the facts of one row apart: nothing for the first, `#2` for the second; lists count on."""
    if declared.each:
        return f" || '#' || (place + {place})"
    return f" || '#{place + 1}'" if place else ""


def facts_schema(fact_type: type[Fact]) -> dict[str, str]:
    """Return the Ibis schema of a query of facts: the type's columns, nullable as they come, after `row_number`."""
    return {"row_number": "int64", **{c.name: c.dtype for c in fact_type.columns.values()}}


def _not_a_list(each: str) -> Refusal:
    listed = spelling.name(each)
    return Refusal(
        column=each,
        reason=Reason.UNREADABLE,
        when=f"{listed} IS NOT NULL AND NOT ({spelling.is_list(listed)})",
        remedy=Text(f"须为 JSON 数组。{MEND.zh}", f"Write a JSON list. {MEND.en}"),
    )


def _empty_record(column: str) -> Refusal:
    return Refusal(
        column=column,
        reason=Reason.MISSING,
        when=f"{spelling.name(column)} IS NULL",
        remedy=Text(f"编号“{column}”为必填项，事实以此命名。", f"{column} must be filled in: it names the fact."),
    )
