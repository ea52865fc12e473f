"""The rules of the house that a machine can check by reading the files. DESIGN and docs/decisions say why."""

from __future__ import annotations

import ast
import hashlib
import re
import subprocess
import tomllib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LMS = ROOT / "lms"
RULES = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
FOUNDATIONS = {package.removeprefix("lms.") for package in RULES["foundations"]}
BANNED_MODULES = {"util", "utils", "helpers", "common", "misc", "base"}
ABBREVIATIONS = {
    *("arr", "attr", "btn", "cb", "cfg", "cnt", "conf", "dct", "desc", "dt", "el", "elem", "fn", "func", "idx"),
    *("lst", "mgr", "msg", "num", "obj", "org", "pwd", "qs", "req", "res", "resp", "tmp", "usr", "val"),
}
IRREGULAR_PASTS = {
    *("Begun", "Chosen", "Drawn", "Forgotten", "Found", "Given", "Held", "Hidden", "Kept", "Left", "Lost", "Made"),
    *("Met", "Put", "Read", "Said", "Seen", "Sent", "Set", "Shown", "Sworn", "Taken", "Told", "Withdrawn", "Written"),
}
# Built here so that this file does not contain what it forbids.
REGISTRY_HOSTS = [
    ("pypi" + ".org").encode(),
    ("python" + "hosted").encode(),
    ("registry." + "npmjs").encode(),
    ("registry." + "yarnpkg").encode(),
    ("debian" + ".org/debian").encode(),
    ("deb." + "debian").encode(),
]
UNFINISHED = re.compile("|".join([r"\bTO" + r"DO\b", r"\bFIX" + r"ME\b", r"\bNotImplemented" + r"Error\b"]))
CODE = {".py", ".js", ".css", ".html", ".sh", ".toml", ".yaml", ".yml"}


def files() -> list[Path]:
    """What git has, or would take."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
    return [ROOT / name for name in listed if name and (ROOT / name).is_file()]


def modules(*, migrations: bool = False) -> list[Path]:
    """The Python modules of the platform."""
    return sorted(path for path in LMS.rglob("*.py") if migrations or "migrations" not in path.parts)


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def features() -> list[Path]:
    """The folders of the features: packages with modules of their own, the foundations left out."""
    return sorted(
        {
            path.parent
            for path in modules()
            if path.parent != LMS and path.name != "__init__.py" and path.relative_to(LMS).parts[0] not in FOUNDATIONS
        }
    )


def role(name: str) -> list[Path]:
    """The modules of that role in every feature that has it."""
    return [folder / f"{name}.py" for folder in features() if (folder / f"{name}.py").exists()]


def functions(path: Path) -> Iterator[ast.FunctionDef]:
    """The public functions of a module, without those inside classes."""
    for node in tree(path).body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield node


def classes(path: Path) -> Iterator[ast.ClassDef]:
    for node in tree(path).body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield node


def at(path: Path, node: ast.AST | None = None) -> str:
    """Where it is, as an editor opens it."""
    return f"{path.relative_to(ROOT)}" + (f":{node.lineno}" if node is not None and hasattr(node, "lineno") else "")


def no(findings: Iterator[str] | list[str]) -> None:
    """Nothing was found; otherwise each finding on its own line."""
    listed = list(findings)
    assert not listed, "\n  ".join(["", *listed])


# ------------------------------------------------------------------------------------------------------------ modules


def test_no_module_is_longer_than_400_lines() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in modules()}
    no(f"{at(path)} has {lines} lines" for path, lines in lengths.items() if lines > 400)


def test_no_module_is_a_drawer_for_everything() -> None:
    no(at(path) for path in modules() if BANNED_MODULES & set(path.relative_to(LMS).with_suffix("").parts))


def test_every_folder_with_modules_is_a_package() -> None:
    """Or else import-linter does not see it."""
    folders = {path.parent for path in modules(migrations=True)}
    no(f"{at(folder)} has no __init__.py" for folder in sorted(folders) if not (folder / "__init__.py").exists())


def test_init_holds_one_docstring_and_no_code() -> None:
    for path in modules(migrations=True):
        if path.name == "__init__.py":
            body = tree(path).body
            assert len(body) == 1, at(path)
            assert ast.get_docstring(tree(path)), at(path)


def test_a_feature_has_no_sub_folders_but_templates_static_and_translations() -> None:
    allowed = {"templates", "static", "translations", "__pycache__"}
    no(
        at(child)
        for folder in features()
        for child in sorted(folder.iterdir())
        if child.is_dir() and child.name not in allowed
    )


def test_every_feature_says_what_it_adds_in_plugin() -> None:
    no(f"{at(folder)} has no plugin.py" for folder in features() if not (folder / "plugin.py").exists())


def test_nothing_is_imported_inside_a_function() -> None:
    no(
        at(path, inner)
        for path in modules()
        for outer in ast.walk(tree(path))
        if isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for inner in ast.walk(outer)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    )


def test_nobody_imports_a_star() -> None:
    no(
        at(path, node)
        for path in modules(migrations=True)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom) and any(name.name == "*" for name in node.names)
    )


def test_sql_as_text_stands_in_three_places_only() -> None:
    allowed = {LMS / "kernel" / name for name in ("database.py", "sqlite.py", "search.py")}
    no(
        at(path, node)
        for path in modules()
        if path not in allowed
        for node in ast.walk(tree(path))
        if _is_sql_text(node)
    )


def _is_sql_text(node: ast.AST) -> bool:
    """`from sqlalchemy import text`, `sqlalchemy.text`, `connection.exec_driver_sql`."""
    if isinstance(node, ast.ImportFrom):
        from_sqlalchemy = (node.module or "").split(".")[0] == "sqlalchemy"
        return from_sqlalchemy and any(name.name == "text" for name in node.names)
    if isinstance(node, ast.Attribute):
        of_sqlalchemy = isinstance(node.value, ast.Name) and node.value.id in {"sa", "sqlalchemy"}
        return node.attr == "exec_driver_sql" or (node.attr == "text" and of_sqlalchemy)
    return False


# -------------------------------------------------------------------------------------------------------------- names


def test_tables_are_named_after_their_feature() -> None:
    for path in [*modules()]:
        folder = path.parent if path.parent != LMS else path
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Assign) and any(
                isinstance(t, ast.Name) and t.id == "__tablename__" for t in node.targets
            ):
                assert isinstance(node.value, ast.Constant), at(path, node)
                assert re.fullmatch(rf"{folder.name}_[a-z0-9_]+", str(node.value.value)), (
                    f"{at(path, node)} {node.value.value}"
                )


def test_rights_are_feature_object_action() -> None:
    for path in role("permissions"):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Right":
                names = [*node.args[:1], *(keyword.value for keyword in node.keywords if keyword.arg == "name")]
                assert isinstance(names[0], ast.Constant), at(path, node)
                assert re.fullmatch(rf"{path.parent.name}:[a-z_]+:[a-z_]+", str(names[0].value)), at(path, node)


def test_operations_say_what_they_do() -> None:
    vague = re.compile(r"(do|process|handle|manage|perform|run|execute|make_it)_")
    no(
        f"{at(path, node)} {node.name}"
        for path in role("operations")
        for node in functions(path)
        if vague.match(node.name)
    )


def test_queries_are_nouns() -> None:
    verb = re.compile(r"(get|find|fetch|list|load|read|query|select|retrieve)(_|$)")
    no(f"{at(path, node)} {node.name}" for path in role("queries") for node in functions(path) if verb.match(node.name))


def test_predicates_read_as_questions() -> None:
    question = re.compile(r"(can|is|are|has|have|may|must|was|does)_")
    no(
        f"{at(path, node)} {node.name}"
        for name in ("operations", "queries", "permissions", "folds", "api")
        for path in role(name)
        for node in functions(path)
        if isinstance(node.returns, ast.Name) and node.returns.id == "bool" and not question.match(node.name)
    )


def test_arguments_after_the_subject_are_named() -> None:
    no(
        f"{at(path, node)} {node.name}"
        for name in ("operations", "queries", "api")
        for path in role(name)
        for node in functions(path)
        if len(node.args.posonlyargs) + len(node.args.args) > 2
    )


def test_events_are_in_the_past() -> None:
    for path in role("events"):
        for node in classes(path):
            last = re.findall(r"[A-Z][a-z]*", node.name)[-1]
            assert last.endswith("ed") or last in IRREGULAR_PASTS, f"{at(path, node)} {node.name}"


def test_exceptions_name_the_fact() -> None:
    no(
        f"{at(path, node)} {node.name}"
        for path in modules()
        for node in classes(path)
        if node.name.endswith(("Error", "Exception"))
    )


def test_templates_carry_their_feature_in_their_name() -> None:
    no(
        at(template)
        for folder in features()
        for template in sorted((folder / "templates").rglob("*"))
        if template.is_file() and template.relative_to(folder / "templates").parts[0] != folder.name
    )


def test_words_are_written_out() -> None:
    no(
        f"{at(path, node)} {name}"
        for path in modules()
        for node in ast.walk(tree(path))
        for name in _names(node)
        if ABBREVIATIONS & set(name.lower().strip("_").split("_"))
    )


def _names(node: ast.AST) -> list[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.arg):
        return [node.arg]
    return [node.id] if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) else []


def test_a_view_fits_in_ten_lines() -> None:
    for path in role("views"):
        for node in functions(path):
            if any("route" in ast.dump(decorator) for decorator in node.decorator_list):
                body = node.body[1:] if ast.get_docstring(node) else node.body
                lines = (body[-1].end_lineno or 0) - body[0].lineno + 1
                assert lines <= 10, f"{at(path, node)} {node.name} has {lines} lines"


# -------------------------------------------------------------------------------------------------------------- files


def test_no_file_names_a_registry() -> None:
    no(at(path) for path in files() if any(host in path.read_bytes() for host in REGISTRY_HOSTS))


def test_nothing_is_left_unfinished() -> None:
    no(
        f"{at(path)}:{number}"
        for path in files()
        if path.suffix in CODE and "vendor" not in path.parts
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if UNFINISHED.search(line)
    )


def test_every_decision_has_its_own_number() -> None:
    names = [path.name for path in sorted((ROOT / "docs" / "decisions").glob("*.md")) if path.name != "README.md"]
    assert all(re.fullmatch(r"\d{4}-[a-z0-9-]+\.md", name) for name in names), names
    no([number for number, times in Counter(name[:4] for name in names).items() if times > 1])


@pytest.mark.parametrize("path", sorted((ROOT / "requirements").glob("*.txt")), ids=lambda path: path.name)
def test_locked_lists_pin_every_package_with_its_hashes(path: Path) -> None:
    text = path.read_text(encoding="utf-8").replace("\\\n", " ")
    for line in text.splitlines():
        assert re.match(r"[a-z0-9._-]+==\S+ .*--hash=sha256:", line), line
    assert "://" not in text


def test_locked_lists_agree_with_each_other() -> None:
    versions: dict[str, set[str]] = {}
    for name in ("run", "test", "check"):
        text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
        pins: dict[str, set[str]] = {}
        for package, version in re.findall(r"^([a-z0-9._-]+)==([^\s;]+)", text, re.MULTILINE):
            pins.setdefault(package, set()).add(version)
        for package, pinned in pins.items():
            assert versions.setdefault(package, pinned) == pinned, package


def test_vendored_files_are_those_that_their_readme_says() -> None:
    for readme in [path for path in files() if path.name == "README.md" and path.parent.name == "vendor"]:
        said = dict(
            re.findall(r"^\| `([^`]+)` .*`([0-9a-f]{64})` \|$", readme.read_text(encoding="utf-8"), re.MULTILINE)
        )
        scripts = [path for path in readme.parent.iterdir() if path.suffix in {".js", ".css", ".woff2", ".ttf"}]
        assert {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in scripts} == said, at(readme)
