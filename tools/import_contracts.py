"""The import rules of DESIGN §5 that import-linter does not bring along, as contract types for pyproject.toml.

A feature is any package with modules of its own that is not a foundation (`foundations` in [tool.importlinter]):
lms.courses, lms.activities.quiz, and every package added later. Nothing is listed by hand.
"""

from __future__ import annotations

import sys
from abc import abstractmethod
from collections.abc import Iterator
from typing import cast

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class DirectImports(Contract):
    """A rule on which module may import which: a subclass yields the imports that break it, with the reason."""

    @abstractmethod
    def violations(self, graph: ImportGraph) -> Iterator[tuple[str, str, str]]:
        """(importer, imported, why not)."""

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: FBT001 - import-linter's signature
        """Collect the violations, each with the lines where it stands."""
        found = [
            f"{importer} -> {imported}{_lines(graph, importer, imported)}: {reason}"
            for importer, imported, reason in sorted(self.violations(graph))
        ]
        return ContractCheck(kept=not found, metadata={"found": found})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """One line a violation."""
        for line in cast("list[str]", check.metadata["found"]):
            output.print_error(f"- {line}", bold=False)

    @property
    def foundations(self) -> list[str]:
        """The packages below features, where the rules between features do not apply."""
        return cast("list[str]", self.session_options["foundations"])

    def feature_of(self, module: str, graph: ImportGraph) -> str | None:
        """The feature that a module belongs to, if any: the package that it stands in."""
        if graph.is_module_squashed(module):  # outside the project
            return None
        package = module if graph.find_children(module) else module.rpartition(".")[0]
        if "." not in package or any(_within(package, foundation) for foundation in self.foundations):
            return None
        children = graph.find_children(package)
        shelf = all(graph.find_children(child) for child in children)  # holds packages only, like lms.activities
        return None if shelf else package


class OnlyApi(DirectImports):
    """A feature imports nothing of another feature but its `api`."""

    def violations(self, graph: ImportGraph) -> Iterator[tuple[str, str, str]]:
        """Imports from one feature into another that miss its door."""
        for importer, imported in _imports(graph):
            here, there = self.feature_of(importer, graph), self.feature_of(imported, graph)
            if here and there and here != there and imported != f"{there}.api":
                yield importer, imported, f"only {there}.api is open to others"


class FeatureLayers(DirectImports):
    """Inside each feature, a module imports only what stands in a lower layer; `*` stands for the unnamed modules."""

    layers = fields.ListField(subfield=fields.StringField())

    def violations(self, graph: ImportGraph) -> Iterator[tuple[str, str, str]]:
        """Imports that go up, or sideways between two roles."""
        height = {
            role.strip(): height
            for height, layer in enumerate(reversed(cast("list[str]", self.layers)))
            for role in layer.split("|")
        }
        for importer, imported in _imports(graph):
            feature = self.feature_of(importer, graph)
            if feature is None or feature != self.feature_of(imported, graph) or feature in {importer, imported}:
                continue
            upper, lower = (
                role if role in height else "*" for role in (_role(importer, feature), _role(imported, feature))
            )
            if height[upper] < height[lower]:
                yield importer, imported, "imports go down, from plugin to permissions"
            elif height[upper] == height[lower] and upper != lower:
                yield importer, imported, "these two stand side by side and do not know each other"


class BusinessWithout(DirectImports):
    """The modules of features, but those at their edges, import none of these packages: not even through others."""

    edges = fields.SetField(subfield=fields.StringField())
    forbidden = fields.SetField(subfield=fields.StringField())

    def violations(self, graph: ImportGraph) -> Iterator[tuple[str, str, str]]:
        """The shortest way from each business module to a forbidden package."""
        forbidden = sorted(cast("set[str]", self.forbidden) & graph.modules)
        for module in sorted(graph.modules):
            feature = self.feature_of(module, graph)
            if feature is None or feature == module or _role(module, feature) in cast("set[str]", self.edges):
                continue
            for package in forbidden:
                way = graph.find_shortest_chain(importer=module, imported=package)
                if way:
                    yield way[0], way[1], f"leads to {package}" + (f" ({' -> '.join(way)})" if len(way) > 2 else "")


class ImportsOnly(DirectImports):
    """A package imports itself, the standard library and these packages."""

    source = fields.StringField()
    allowed = fields.SetField(subfield=fields.StringField())

    def violations(self, graph: ImportGraph) -> Iterator[tuple[str, str, str]]:
        """Imports of anything else."""
        source = cast("str", self.source)
        allowed = {*cast("set[str]", self.allowed), *sys.stdlib_module_names}
        for importer, imported in _imports(graph):
            if not _within(importer, source) or _within(imported, source):
                continue
            if imported.partition(".")[0] not in allowed:
                yield importer, imported, f"{source} imports only {', '.join(sorted(cast('set[str]', self.allowed)))}"


class ImportedOnlyBy(DirectImports):
    """A package is imported by these modules alone."""

    imported = fields.StringField()
    importers = fields.SetField(subfield=fields.StringField())

    def violations(self, graph: ImportGraph) -> Iterator[tuple[str, str, str]]:
        """Imports by anyone else."""
        package, importers = cast("str", self.imported), cast("set[str]", self.importers)
        if package in graph.modules:
            for importer in graph.find_modules_that_directly_import(package) - importers:
                yield importer, package, f"only {' and '.join(sorted(importers))} may"


def _imports(graph: ImportGraph) -> Iterator[tuple[str, str]]:
    for importer in graph.modules:
        for imported in graph.find_modules_directly_imported_by(importer):
            yield importer, imported


def _within(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def _role(module: str, feature: str) -> str:
    """The name of a module inside its feature; where pages are many, `views_people` is a part of `views`, as of `rest`."""
    name = module.removeprefix(f"{feature}.")
    return next((role for role in ("views", "rest") if name.startswith(f"{role}_")), name)


def _lines(graph: ImportGraph, importer: str, imported: str) -> str:
    details = graph.get_import_details(importer=importer, imported=imported)
    lines = sorted({detail["line_number"] for detail in details})
    return f" (l.{', '.join(map(str, lines))})" if lines else ""
