"""Chains as GraphML: a node a case and an edge a candidate, for Gephi, Cytoscape, igraph and networkx."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from io import BytesIO
from typing import Any, Final

import networkx as nx

from fangxian.trace.chain.chaining import Chains

CASE: Final = ("person_id", "status", "found_at", "onset_on", "basis", "generation", "tree", "component", "unknown_share")
EDGE: Final = ("share", "days", "setting", "nearness", "minutes", "attack_percent", "origin", "grounds")


def graphml(chains: Chains) -> bytes:
    """Return the chains as a directed graph: nodes are the numbers of cases, edges lead from infector to infected.

    An edge of the likeliest forest has `likeliest` true. What is not known is left out: GraphML has no word for it.
    """
    graph: nx.DiGraph[str] = nx.DiGraph(scheme=chains.scheme.name, tracing=chains.trace_scheme.name, known_at=chains.known_at.isoformat())
    for case in chains.cases.iter_rows(named=True):
        graph.add_node(str(case["number"]), **_known(case, CASE))
    likeliest = set(chains.links().select("infector_number", "number").iter_rows())
    for edge in chains.candidates.iter_rows(named=True):
        ends = edge["infector_number"], edge["number"]
        graph.add_edge(str(ends[0]), str(ends[1]), likeliest=ends in likeliest, **_known(edge, EDGE))
    written = BytesIO()
    nx.write_graphml_xml(graph, written)
    return written.getvalue()


def _known(row: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    told = {name: row[name] for name in names if row[name] is not None}
    return {name: value.isoformat() if isinstance(value, date | datetime) else value for name, value in told.items()}
