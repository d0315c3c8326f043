"""What a registered version needs installed, pinned to what it was evaluated with."""

import ast
import sys
from importlib.metadata import packages_distributions, version
from pathlib import Path

# drafter needs these only to tell people how far it is, or to build what is already built
NOT_AT_SERVING = {"rich"}


def requirements(package: Path) -> list[str]:
    """The third-party distributions that `package` imports, with MLflow, as `name==version`."""
    distributions = packages_distributions()
    modules = third_party_modules(package) | {"mlflow"}
    needed = {distributions[module][0] for module in modules if module in distributions}
    return sorted(f"{name}=={version(name).partition('+')[0]}" for name in needed - NOT_AT_SERVING)


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
