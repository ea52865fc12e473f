"""Write docs/settings.md from the docstrings of `lms/settings.py`: `python -m tools.settings_page`."""

from __future__ import annotations

import ast
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).parent.parent


def page() -> str:
    """The page, as it should be."""
    source = ast.parse((ROOT / "lms" / "settings.py").read_text())
    body = next(node for node in source.body if isinstance(node, ast.ClassDef) and node.name == "Settings").body
    lines = [
        "# Settings",
        "",
        "All of them are environment variables. Written by `python -m tools.settings_page` from `lms/settings.py`.",
        "",
        "| variable | default | what it does |",
        "|---|---|---|",
    ]
    for node, said in pairwise(body):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and isinstance(said, ast.Expr):
            default = ast.unparse(node.value) if node.value else ""
            text = str(ast.literal_eval(said.value)).replace("|", "\\|")
            lines.append(f"| `LMS_{node.target.id.upper()}` | `{default}` | {text} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    (ROOT / "docs" / "settings.md").write_text(page())
