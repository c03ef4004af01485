"""A contract for import-linter that its own kinds cannot say: modules that import *only* what is listed.

What decides must stay free of clocks, sockets and frameworks. A list of what is forbidden would forget the next one.
"""

import sys

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output
from importlinter.domain.helpers import module_expressions_to_modules
from importlinter.domain.imports import ModuleExpression


class OnlyContract(Contract):
    """`modules`, with all below them, import the standard library, each other, and what `allowed` names."""

    modules = fields.ListField(subfield=fields.ModuleExpressionField())
    allowed = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Every import of a pure module that is not allowed, as (importer, imported)."""
        expressions: list[ModuleExpression] = self.modules  # type: ignore[assignment]  # fields are descriptors
        allowed: list[str] = self.allowed  # type: ignore[assignment]
        roots = {module.name for module in module_expressions_to_modules(graph, expressions)}
        pure = roots.union(*(graph.find_descendants(root) for root in roots))
        free = {*pure, *allowed, *sys.stdlib_module_names}
        bad = [
            (importer, imported)
            for importer in sorted(pure)
            for imported in sorted(graph.find_modules_directly_imported_by(importer))
            if not any(imported == name or imported.startswith(f"{name}.") for name in free)
        ]
        return ContractCheck(kept=not bad, metadata={"bad": bad})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """One line for each."""
        for importer, imported in check.metadata["bad"]:
            output.print_error(f"{importer} may not import {imported}")
