"""How Sphinx builds the site: the pages of docs/, those at the top of the repository, and the Python reference.

Pages keep their paths, so that a link leads to the same page on the site and in the repository.
"""

from __future__ import annotations

import inspect
import pydoc
import re
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

import watcher_core
import watcher_dagster

logger = logging.getLogger(__name__)

project = "Watcher for Dagster"
version = release = watcher_core.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinxcontrib.mermaid"]
root_doc = "docs/index"
include_patterns = ["*.md", "docs/**.md"]
exclude_patterns = [".*", "build", "dist"]

html_theme = "furo"
html_title = f"Watcher for Dagster {version}"
html_show_copyright = False
html_copy_source = False
html_extra_path = ["site"]

myst_fence_as_directive = ["mermaid"]
myst_heading_anchors = 3

# An unknown name or a link that leads nowhere is a warning; `make lint` takes warnings as errors.
nitpicky = True

EXPORTED = {
    name: f"{package.__name__}.{name}" for package in (watcher_core, watcher_dagster) for name in package.__all__
}
CLASSES = [
    member
    for package in (watcher_core, watcher_dagster)
    for name in package.__all__
    if inspect.isclass(member := getattr(package, name))
]
# Members that come from these are left out: Pydantic, enums and Dagster have their own manuals.
FOREIGN = {base.__name__ for each in CLASSES for base in each.__mro__ if not base.__module__.startswith("watcher_")}

autodoc_default_options = {"members": True, "undoc-members": True, "inherited-members": ",".join(sorted(FOREIGN))}
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 100
napoleon_numpy_docstring = False

NAME = re.compile(rf"({'|'.join(EXPORTED)})((?:\.\w+)*)(?:\(\))?")
CODE = re.compile(r"(?<!`)`([^`]+)`(?!`)(?=(\w?))")
SECTION = re.compile(r"^(\w+):$")
ATTRIBUTE = re.compile(r"^ {4}(\w+(?:, \w+)*): ")

_meanings: dict[str, list[str]] = {}


def read_docstring(app: Sphinx, what: str, name: str, member: Any, options: Any, lines: list[str]) -> None:
    """Bring a docstring from our style to what Napoleon and reStructuredText expect.

    Code stands in single backticks; what is returned has no type in front; what a class says of its attributes goes to
    the attributes, which autodoc describes one by one.
    """
    text = CODE.sub(lambda match: f"``{match[1]}``" + ("\\ " if match[2] else ""), "\n".join(lines))
    lines[:] = text.split("\n")
    for number, line in enumerate(lines[:-1]):
        if line in ("Returns:", "Yields:"):
            lines[number + 1] = f"    : {lines[number + 1].strip()}"
    if what in ("class", "exception"):
        lines[:] = _without_attributes(lines, name, member)
    elif what in ("attribute", "property"):
        lines[:] = lines if any(lines) else [*_meanings.get(name, []), ""]
        lines[0] = f": {lines[0]}"


def _without_attributes(lines: list[str], name: str, member: type) -> list[str]:
    described = {key for base in member.__mro__ for key in (*vars(base), *vars(base).get("__annotations__", ()))}
    kept: list[str] = []
    section, meaning = "", kept
    for line in lines:
        if match := SECTION.match(line):
            section, meaning = match[1], kept
        elif section == "Attributes" and (match := ATTRIBUTE.match(line)):
            names = match[1].split(", ")
            meaning = kept
            if described.issuperset(names):
                meaning = []
                _meanings.update({f"{name}.{attribute}": meaning for attribute in names})
                line = line[match.end() :]
        elif section == "Attributes" and meaning is not kept:
            line = line.strip()
        meaning.append(line)
    if "Attributes:" in kept and not any(kept[kept.index("Attributes:") + 1 :]):
        kept = kept[: kept.index("Attributes:")]
    return kept


def skip_member(app: Sphinx, what: str, name: str, member: Any, skip: bool, options: Any) -> bool | None:
    """Leave out what Pydantic adds to each of its classes."""
    return True if name.startswith("model_") else None


def link_names(app: Sphinx, document: nodes.document) -> None:
    """Make code such as `Watcher.track` a link, on every page: a name that the reference has not is a warning."""
    for literal in list(document.findall(nodes.literal)):
        match = NAME.fullmatch(literal.astext())
        if match and not isinstance(literal.parent, nodes.title | nodes.reference | addnodes.pending_xref):
            target = EXPORTED[match[1]] + match[2]
            options = {"refdomain": "py", "reftype": "obj", "reftarget": target, "refexplicit": True, "refwarn": True}
            literal.replace_self(addnodes.pending_xref("", literal.deepcopy(), refdoc=app.env.docname, **options))


def allow_foreign_names(
    app: Sphinx, env: BuildEnvironment, node: addnodes.pending_xref, content: nodes.TextElement
) -> nodes.TextElement | None:
    """Accept types in signatures, which mypy checks, and names that other packages have."""
    target = node.get("reftarget", "")
    if node.get("refdomain") != "py" or target.startswith("watcher_"):
        return content if _in_signature(node) else None
    return content if _in_signature(node) or pydoc.locate(target) is not None else None


def _in_signature(node: nodes.Node) -> bool:
    while node.parent is not None:
        node = node.parent
        if isinstance(node, addnodes.desc_signature):
            return True
    return False


def check_complete(app: Sphinx, env: BuildEnvironment) -> None:
    """Warn of each public name, and each public method of `Watcher`, that the reference does not have."""
    described = env.domains.python_domain.objects
    methods = [f"watcher_core.Watcher.{name}" for name in dir(watcher_core.Watcher) if not name.startswith("_")]
    for name in [*EXPORTED.values(), *methods]:
        if name not in described:
            logger.warning("%s is public, and not in the reference", name)


def setup(app: Sphinx) -> None:
    app.connect("autodoc-process-docstring", read_docstring, priority=400)  # before Napoleon
    app.connect("autodoc-skip-member", skip_member)
    app.connect("doctree-read", link_names)
    app.connect("missing-reference", allow_foreign_names)
    app.connect("env-check-consistency", check_complete)
