"""The likeliest forest: each case's likeliest source, or an unknown one, so that nobody comes before whoever infected them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

import networkx as nx
import polars as pl

_UNKNOWN: Final = ""
"""What stands for the unknown source among infectors: no person_id is empty."""

SETTLED_DIGITS: Final = 9
"""Digits of a share that count: the last ones depend on the order in which an engine adds up, and one request has one answer."""

_LEAST: Final = 1e-12
"""The share of a source that is all but ruled out: a circle of links by hand must break somewhere."""


def likeliest_forest(members: pl.DataFrame, candidates: pl.DataFrame) -> pl.DataFrame:
    """Return the forest whose links are together the likeliest, one row a case.

    Shape: person_id, infector_person_id (null where the source is most likely unknown), share (of that source), unknown_share.
    `members` has person_id, `candidates` infector_person_id, person_id and share. Where the likeliest sources of some cases make a
    circle, the best tree among all who are joined to it is found by Edmonds' algorithm (J Res Natl Bur Stand 1967;71B:233).
    """
    linked = candidates.filter(pl.col("share") > 0).select("infector_person_id", "person_id", "share")
    unknown = _unknown_shares(members, linked)
    chosen = _likeliest_of_each(unknown, linked)
    circled = _in_circles(chosen)
    if circled:
        joined = pl.DataFrame(list(_around(circled, linked)), schema={"person_id": pl.String}, orient="row")
        mended = _edmonds(unknown.join(joined, on="person_id", how="semi"), linked.join(joined, on="person_id", how="semi"))
        chosen = pl.concat([chosen.join(mended, on="person_id", how="anti"), mended])
    told = chosen.join(unknown, on="person_id").with_columns(
        infector_person_id=pl.when(pl.col("infector_person_id") != _UNKNOWN).then("infector_person_id")
    )
    return told.select("person_id", "infector_person_id", "share", "unknown_share").sort("person_id")


def with_generations(forest: pl.DataFrame) -> pl.DataFrame:
    """Return a forest with each case's `generation` (0 for the first of a tree) and `root_person_id` (that first one)."""
    generation = forest.filter(pl.col("infector_person_id").is_null()).select("person_id", root_person_id="person_id", generation=pl.lit(0))
    done = [generation]
    links = forest.select("person_id", "infector_person_id")
    while not generation.is_empty():
        above = generation.rename({"person_id": "infector_person_id"})
        below = links.join(above, on="infector_person_id").with_columns(pl.col("generation") + 1)
        generation = below.select("person_id", "root_person_id", "generation")
        done.append(generation)
    return forest.join(pl.concat(done), on="person_id").sort("person_id")


def components(members: pl.DataFrame, candidates: pl.DataFrame) -> pl.DataFrame:
    """Return the connected components by every candidate with a share: person_id, component_person_id (the least person_id of each)."""
    graph: nx.Graph[str] = nx.Graph()
    graph.add_nodes_from(members["person_id"])
    graph.add_edges_from(candidates.filter(pl.col("share") > 0).select("infector_person_id", "person_id").iter_rows())
    found = [(person, min(each)) for each in nx.connected_components(graph) for person in each]
    return pl.DataFrame(found, schema={"person_id": pl.String, "component_person_id": pl.String}, orient="row").sort("person_id")


def _unknown_shares(members: pl.DataFrame, linked: pl.DataFrame) -> pl.DataFrame:
    known = linked.group_by("person_id").agg(pl.col("share").sum().alias("known_share"))
    told = members.select("person_id").join(known, on="person_id", how="left")
    return told.select("person_id", unknown_share=(1 - pl.col("known_share").fill_null(0.0)).clip(0.0, 1.0).round(SETTLED_DIGITS))


def _likeliest_of_each(unknown: pl.DataFrame, linked: pl.DataFrame) -> pl.DataFrame:
    """Return the likeliest source of each: person_id, infector_person_id, share. Of equals a known one, and the least person_id, stands."""
    alone = unknown.select(pl.lit(_UNKNOWN).alias("infector_person_id"), "person_id", pl.col("unknown_share").alias("share"))
    both = pl.concat([linked.with_columns(is_known=True), alone.with_columns(is_known=False)])
    ordered = both.sort(["person_id", "share", "is_known", "infector_person_id"], descending=[False, True, True, False])
    return ordered.unique("person_id", keep="first", maintain_order=True).select("person_id", "infector_person_id", "share")


def _in_circles(chosen: pl.DataFrame) -> list[str]:
    """Return everybody who comes back to themselves along the chosen sources: whoever is left when all others are taken away."""
    left = chosen.filter(pl.col("infector_person_id") != _UNKNOWN).select("person_id", "infector_person_id")
    before = -1
    while left.height != before:
        before = left.height
        people = left.select("person_id")
        left = left.join(people, left_on="infector_person_id", right_on="person_id", how="semi")
        left = left.join(left.select("infector_person_id").unique(), left_on="person_id", right_on="infector_person_id", how="semi")
    return left["person_id"].to_list()


def _around(circled: list[str], linked: pl.DataFrame) -> Iterator[tuple[str]]:
    """Yield everybody who is joined to a circle by some candidate."""
    graph: nx.Graph[str] = nx.Graph()
    graph.add_edges_from(linked.select("infector_person_id", "person_id").iter_rows())
    within = set(circled)
    for each in nx.connected_components(graph):
        if each & within:
            yield from ((person,) for person in sorted(each))


def _edmonds(unknown: pl.DataFrame, linked: pl.DataFrame) -> pl.DataFrame:
    """Return the tree under the unknown source whose links are together the likeliest: the shape of `_likeliest_of_each`."""
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_edges_from((_UNKNOWN, person, {"cost": -math.log(max(share, _LEAST))}) for person, share in unknown.iter_rows())
    for infector, person, share in linked.sort("person_id", "infector_person_id").iter_rows():
        graph.add_edge(infector, person, cost=-math.log(max(share, _LEAST)))
    tree = nx.minimum_spanning_arborescence(graph, attr="cost")
    found = [(person, infector) for infector, person in tree.edges]
    shape = {"person_id": pl.String, "infector_person_id": pl.String}
    shares = pl.concat(
        [linked, unknown.select(pl.lit(_UNKNOWN).alias("infector_person_id"), "person_id", pl.col("unknown_share").alias("share"))]
    )
    chosen = pl.DataFrame(found, schema=shape, orient="row").join(shares, on=["person_id", "infector_person_id"])
    return chosen.select("person_id", "infector_person_id", "share")
