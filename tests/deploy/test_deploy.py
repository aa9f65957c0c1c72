"""What is deployed names only what exists: options, variables, paths and values. Helm itself is not needed for it, and not run."""

import re
from functools import cache
from pathlib import Path

import pytest
import typer
import yaml

from fangxian.cli.app import build
from fangxian.cli.staff import VARIABLES
from tests.guards.project import ROOT

DEPLOY = ROOT / "deploy"
CHART = DEPLOY / "helm" / "fangxian"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
TEMPLATES = sorted((CHART / "templates").glob("*.yaml"))
VALUES = yaml.safe_load((CHART / "values.yaml").read_text("utf-8"))
PLACE = re.compile(r"\{\{ (\.[\w.]+) \}\}")


def value_of(name: str) -> str:
    """Return what stands in the place of a name; KeyError where there is nothing."""
    if name == ".Release.Name":
        return "town"
    found = VALUES
    for part in name.removeprefix(".Values.").split("."):
        found = found[part]
    return str(found)


def rendered(template: Path, *, everything: bool = True) -> list[dict]:
    """Return the documents of a template, in the few words of Helm's language that ours use: values, and `if` around a whole file."""
    text = template.read_text("utf-8")
    if opened := re.match(r"\{\{- if (\.[\w.]+) \}\}\n", text):
        assert text.endswith("{{- end }}\n")
        if not everything and value_of(opened[1]) == "False":
            return []
        text = text[opened.end() :].removesuffix("{{- end }}\n")
    text = PLACE.sub(lambda found: value_of(found[1]), text)
    assert "{{" not in text, "the templates use more of Helm's language than this test knows"
    return [each for each in yaml.safe_load_all(text) if each]


def manifests() -> list[dict]:
    return [each for template in TEMPLATES for each in rendered(template)]


def pods() -> list[dict]:
    return [each["spec"]["template"]["spec"] for each in manifests() if "template" in each.get("spec", {})]


def ours() -> list[tuple[str, list[str], dict[str, str]]]:
    """Return the name, arguments and variables of every container that runs our program, of both ways to deploy."""
    found = [
        (f"compose {name}", [str(word) for word in each["command"]], {k: str(v) for k, v in each.get("environment", {}).items()})
        for name, each in COMPOSE["services"].items()
        if each["image"] == "fangxian"
    ]
    for pod in pods():
        for container in pod["containers"]:
            if container["image"].startswith("fangxian:"):
                found.append((f"helm {container['name']}", container["args"], {e["name"]: e["value"] for e in container.get("env", [])}))
    return found


@cache
def command_line():
    return typer.main.get_command(build())


def every_variable(command) -> set[str]:
    """Return the variables that any command under this one reads."""
    found = {parameter.envvar for parameter in command.params if parameter.envvar}
    return found.union(*(every_variable(each) for each in getattr(command, "commands", {}).values()))


def command_of(words: list[str]):
    """Return the command that a line of words names, and its options."""
    found, rest = command_line(), list(words)
    while hasattr(found, "commands"):
        found = found.commands[rest.pop(0)]
    return found, rest


@pytest.mark.parametrize(("name", "words", "variables"), ours(), ids=lambda each: each if isinstance(each, str) else "")
def test_every_option_and_every_variable_exists(name, words, variables):
    command, rest = command_of(words)
    known = {option: parameter for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    given = [word for word in rest if word.startswith("--")]
    assert [word for word in given if word not in known] == []
    assert {variable for variable in variables if variable.startswith("FANGXIAN_")} <= every_variable(command_line()) | VARIABLES
    needed = {parameter.name for parameter in command.params if parameter.required}
    had = {known[word].name for word in given} | {parameter.name for parameter in command.params if parameter.envvar in variables}
    assert needed - had == set()


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.stem)
def test_a_template_is_yaml_and_every_value_it_names_exists(template):
    assert rendered(template)
    assert all({"apiVersion", "kind", "metadata"} <= each.keys() for each in rendered(template))


def test_every_value_of_the_chart_is_used():
    text = "".join(template.read_text("utf-8") for template in TEMPLATES)
    leaves = [f".Values.{top}.{name}" for top, each in VALUES.items() if isinstance(each, dict) for name in each]
    leaves += [f".Values.{top}" for top, each in VALUES.items() if not isinstance(each, dict)]
    assert [leaf for leaf in leaves if not re.search(re.escape(leaf) + r"\b", text)] == []


def test_an_external_database_is_the_default():
    assert rendered(CHART / "templates" / "postgresql.yaml", everything=False) == []


def test_what_a_container_mounts_is_declared_and_what_it_reads_is_mounted():
    for pod in pods():
        declared = {volume["name"] for volume in pod["volumes"]} | {"vault", "data"}
        for container in pod["containers"]:
            mounts = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
            assert mounts.keys() <= declared
            words = [*container["args"], *(each["value"] for each in container.get("env", []))]
            paths = [word.removeprefix("@").removeprefix("unix:") for word in words if re.match(r"@?(unix:)?/", word)]
            assert [path for path in paths if not any(path.startswith(mount) for mount in mounts.values())] == []


def test_what_a_service_of_compose_reads_is_mounted():
    volumes, secrets = COMPOSE["volumes"], COMPOSE["secrets"]
    for name, service in COMPOSE["services"].items():
        mounts = [mount.split(":")[1] for mount in service.get("volumes", ())]
        assert {mount.split(":")[0] for mount in service.get("volumes", ())} <= volumes.keys()
        assert set(service.get("secrets", ())) <= secrets.keys()
        mounts += [f"/run/secrets/{secret}" for secret in service.get("secrets", ())]
        words = [str(word) for word in service["command"]]
        paths = [word for word in words if word.startswith("/")]
        assert [path for path in paths if not any(path.startswith(mount) for mount in mounts)] == [], name


def test_nobody_is_root_and_no_image_names_a_registry():
    dockerfile = (DEPLOY / "Dockerfile").read_text("utf-8")
    images = re.findall(r"^FROM (\S+)", dockerfile, re.MULTILINE)
    images += [each["image"] for each in COMPOSE["services"].values()] + [c["image"] for pod in pods() for c in pod["containers"]]
    assert [image for image in images if "." in image.split("/")[0].split(":")[0]] == []
    assert re.search(r"^USER [1-9]\d+$", dockerfile, re.MULTILINE)
    assert all(pod["securityContext"]["runAsNonRoot"] for pod in pods() if any("fangxian:" in c["image"] for c in pod["containers"]))


def test_the_image_installs_what_is_locked_and_holds_no_secret():
    dockerfile = (DEPLOY / "Dockerfile").read_text("utf-8")
    assert "--require-hashes -r requirements/demo.txt" in dockerfile
    for file in re.findall(r"requirements/[\w.]+\.txt", dockerfile):
        assert (ROOT / file).exists()
    held = [
        f"{path.relative_to(ROOT)}: {found[0]}"
        for path in DEPLOY.rglob("*")
        if path.is_file()
        and (found := re.search(r"(?i)(password|passphrase|token|secret)\s*[=:]\s*[\"']?[A-Za-z0-9+/]{12,}", path.read_text("utf-8")))
    ]
    assert held == []
