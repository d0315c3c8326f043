"""What a registered version needs installed, pinned to what it was evaluated with."""

import ast
import sys
from importlib.metadata import packages_distributions, version
from pathlib import Path


def requirements(package: Path) -> list[str]:
    """The third-party distributions that `package` imports, with MLflow, as `name==version`."""
    modules = third_party_modules(package) | {"mlflow"}
    brought_by = packages_distributions()
    names = {_distribution(module, brought_by.get(module, [])) for module in modules} - {None}
    # the local part of a version ("+cpu") names a build that no index has
    return sorted(f"{name}=={version(str(name)).partition('+')[0]}" for name in names)


def _distribution(module: str, brought_by: list[str]) -> str | None:
    """Who brings `module`; where several do (mlflow and mlflow-skinny), the one named like it."""
    return module if module in brought_by else next(iter(brought_by), None)


def third_party_modules(package: Path) -> set[str]:
    """Top-level names of all imports in `package`, inside functions too."""
    found: set[str] = set()
    for file in package.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.partition(".")[0])
    return found - sys.stdlib_module_names - {package.name}
