"""A promise over every refusal that a page or the interface can show: it says in Chinese and in English why, or stands here."""

import ast
from collections.abc import Iterator

from tests.guards.project import SOURCE, modules

SHOWN_BY = ("work", "services", "exchange", "web")
"""The packages that pages and the interface ask; what the ones below refuse is a fault, which both tell in general words."""

OF_NO_LANGUAGE = ("FangxianError", "UnavailableError")
"""What says its part in English alone."""

BILINGUAL = ("RefusedError", "Forbidden")
"""The errors whose words are a Text; others of theirs inherit it, and tests/guards/test_languages.py reads every Text."""

FOR_OPERATORS = {
    "services/streets.py": "a list that whoever runs the system gives on the command line",
    "exchange/agreement.py": "agreements are made with `fangxian exchange`",
    "work/publishing.py publish": "an hourly chore",
    "work/searches.py _next_turn": "`fangxian find --send`",
    "work/source_agreements.py": "agreements are made with `fangxian agreement`",
    "work/permissions.py Principal.__post_init__": "an account that the provider's settings spoil",
    "work/renewal.py renew_at_set_up": "`fangxian policy renew`",
    "services/oidc.py Oidc.__post_init__": "`fangxian serve` does not start",
    "services/sign_in.py DemoSignIn.__post_init__": "the demonstration does not start",
    "services/parcel_workbooks.py": "workbooks are written and read with `fangxian parcel`",
    "web/libraries.py": "the server does not start",
    "web/server.py": "the server does not start",
    "web/figures/page.py": "the page of the province does not start",
    "web/running/kinds.py": "the server does not start",
    "web/running/processes.py": "the server does not start",
    "web/gate/sent.py": "what a gate's program sent; the page says `gate.unreadable`",
    "web/gate/reading.py": "the store's absence and this are told alike: the page says `problem.unavailable`",
}
"""What is said in English alone, by file or by function, and to whom."""


def raised(tree: ast.AST, within: str = "") -> Iterator[tuple[str, str, int]]:
    """Yield function, error and line of every error that is made, and of every class of errors."""
    for node in ast.iter_child_nodes(tree):
        inner = f"{within}.{node.name}".strip(".") if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) else within
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in OF_NO_LANGUAGE:
            yield within, node.func.id, node.lineno
        if isinstance(node, ast.ClassDef) and any(getattr(base, "id", "") in OF_NO_LANGUAGE for base in node.bases):
            yield within, f"class {node.name}", node.lineno
        yield from raised(node, inner)


def found() -> Iterator[tuple[str, str, str, int]]:
    for path, tree in modules():
        name = path.relative_to(SOURCE).as_posix()
        if name.startswith(tuple(f"{package}/" for package in SHOWN_BY)):
            yield from ((name, *each) for each in raised(tree))


def test_every_refusal_that_a_page_can_show_is_said_in_both_languages():
    spoken = {f"class {name}" for name in BILINGUAL}
    left = [
        f"{name}, line {line}: {error} in {function or 'the module'} is said in English alone: raise RefusedError with a Text"
        for name, function, error, line in found()
        if error not in spoken and not FOR_OPERATORS.keys() & {name, f"{name} {function}"}
    ]
    assert left == []


def test_whatever_stands_here_is_still_raised():
    places = {place for name, function, _, _ in found() for place in (name, f"{name} {function}")}
    assert places >= FOR_OPERATORS.keys()
