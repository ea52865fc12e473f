"""Content files: read strictly, all problems said together; export then import, and import then export, change nothing."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import inspect, select

from lms.app import FEATURES
from lms.contract.types import ContentRefused
from lms.courses.api import import_content, publish_course
from lms.courses.exporting import course_files, write_folder
from lms.courses.folders import read_activity, read_folder, write_activity
from lms.courses.formatting import formatted_course
from lms.courses.models import ActivityRow, Course, CourseFile, CourseVersion, ModuleRow, NamedValue
from lms.courses.publishing import course_named, draft_of, latest_published
from lms.courses.reading import read_course
from lms.kernel.files import FileRow
from lms.kernel.registry import load_registry
from lms.kernel.rights import Forbidden
from lms.kernel.yaml_files import Unreadable, read_yaml, write_yaml
from tests.factories.content import FIXTURE, publish_fixture

SHIPPED = Path(__file__).parents[3] / "content" / "courses" / "entreprendre"
LESSON = "premiers-pas/01-bonjour.md"
QUIZ = "mon-prix/01-questions.yaml"


@pytest.fixture
def folder(tmp_path: Any) -> Any:
    """A copy of the fixture course, to be broken."""
    return Path(shutil.copytree(FIXTURE, tmp_path / "course"))


@pytest.fixture(scope="session")
def types() -> Any:
    """The activity types that there are."""
    return load_registry(FEATURES).activity_types


@pytest.fixture
def refused(types: Any, folder: Any) -> Any:
    """`refused()`: the problems of the folder, as one text."""

    def read() -> Any:
        with pytest.raises(ContentRefused) as wrong:
            read_course(types, folder)
        return "\n".join(wrong.value.problems)

    return read


def change(folder: Any, name: Any, before: Any, after: Any) -> None:
    path = folder / name
    text = path.read_text()
    assert before in text, name
    path.write_text(text.replace(before, after, 1))


def rows(
    session: Any,
    model: Any,
    *,
    without: Any = ("id", "organisation_id", "version_id", "module_id", "course_id", "file_id"),
) -> Any:
    columns = [one.key for one in inspect(model).column_attrs if one.key not in without and not one.key.endswith("_at")]
    return [tuple(getattr(row, name) for name in columns) for row in session.scalars(select(model).order_by(model.id))]


def everything(session: Any) -> Any:
    files = session.execute(
        select(CourseFile.path, FileRow.sha256).join(FileRow, FileRow.id == CourseFile.file_id).order_by(CourseFile.id)
    )
    tables = [rows(session, model) for model in (Course, CourseVersion, ModuleRow, ActivityRow, NamedValue)]
    return [*tables, [tuple(row) for row in files]]


# ------------------------------------------------------------------------------------------------------------ identity


@pytest.mark.parametrize("source", [FIXTURE, SHIPPED], ids=["fixture", "shipped"])
def test_import_then_export_changes_no_file(
    engine_name: Any, acting: Any, platform: Any, tmp_path: Any, source: Any
) -> None:
    ctx = acting("manager")
    import_content(ctx, source, data_dir=platform.settings.data_dir)
    course = ctx.session.scalar(select(Course))
    write_folder(tmp_path / "out", course_files(ctx, draft_of(ctx, course.id), data_dir=platform.settings.data_dir))
    assert read_folder(tmp_path / "out") == read_folder(source)


@pytest.mark.parametrize("source", [FIXTURE, SHIPPED], ids=["fixture", "shipped"])
def test_export_then_import_changes_no_row(
    engine_name: Any, acting: Any, platform: Any, tmp_path: Any, source: Any
) -> None:
    ctx = acting("manager")
    data_dir = platform.settings.data_dir
    import_content(ctx, source, data_dir=data_dir)
    before = everything(ctx.session)
    course = ctx.session.scalar(select(Course))
    write_folder(tmp_path / "out", course_files(ctx, draft_of(ctx, course.id), data_dir=data_dir))
    import_content(ctx, tmp_path / "out", data_dir=data_dir)
    assert everything(ctx.session) == before
    assert len(before[3]) > 3


def test_canonical_files_stay_as_they_are(types: Any) -> None:
    assert formatted_course(types, FIXTURE) == {}
    assert formatted_course(types, SHIPPED) == {}


def test_format_puts_fields_in_order(types: Any, folder: Any) -> None:
    path = folder / "premiers-pas/02-atelier.yaml"
    path.write_text(
        "".join(sorted(path.read_text().splitlines(keepends=True)[:5]))
        + "".join(path.read_text().splitlines(keepends=True)[5:])
    )
    changed = formatted_course(types, folder)
    assert {name: source.decode() for name, source in changed.items()} == {
        "premiers-pas/02-atelier.yaml": (FIXTURE / "premiers-pas/02-atelier.yaml").read_text()
    }


def test_format_makes_missing_keys_and_the_import_asks_for_them(types: Any, folder: Any, refused: Any) -> None:
    for name in (QUIZ, "course.yaml"):
        value = read_yaml((folder / name).read_text())
        (folder / name).write_text(
            write_yaml(_without_keys(value)).replace("coverage:", "#coverage:")
            if name == QUIZ
            else write_yaml(_bare(value))
        )
    assert refused().count("lms content format") == 2
    for name, source in formatted_course(types, folder).items():
        (folder / name).write_bytes(source)
    assert formatted_course(types, folder) == {}
    assert len({activity.head.key for activity in read_course(types, folder).activities}) == 4


def _without_keys(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_keys(inner) for name, inner in value.items() if name != "key"}
    return [_without_keys(inner) for inner in value] if isinstance(value, list) else value


def _bare(head: Any) -> Any:
    return {name: value for name, value in head.items() if name not in ("key", "coverage")}


def test_a_draft_is_replaced_and_a_published_version_never_touched(
    engine_name: Any, acting: Any, platform: Any, world: Any, folder: Any
) -> None:
    publish_fixture(platform, world)
    with platform.reading(world.organisation) as ctx:
        published = everything(ctx.session)
    change(folder, LESSON, "minutes: 15", "minutes: 25")
    for _again in range(2):
        with platform.writing(world.organisation, world.members["manager"]) as ctx:
            import_content(ctx, folder, data_dir=platform.settings.data_dir)
    ctx = acting("manager")
    course = ctx.session.scalar(select(Course))
    draft, version = draft_of(ctx, course.id), latest_published(ctx, course.id)
    assert (draft.number, version.number) == (2, 1)
    minutes = dict(
        ctx.session.execute(
            select(ActivityRow.version_id, ActivityRow.minutes).where(ActivityRow.slug == "01-bonjour")
        ).all()
    )
    assert minutes == {version.id: 15, draft.id: 25}
    import_content(ctx, FIXTURE, data_dir=platform.settings.data_dir)
    assert everything(ctx.session)[3][: len(published[3])] == published[3]


def test_a_broken_folder_writes_nothing(engine_name: Any, acting: Any, platform: Any, folder: Any) -> None:
    ctx = acting("manager")
    change(folder, LESSON, "type: lesson", "type: film")
    with pytest.raises(ContentRefused):
        import_content(ctx, folder, data_dir=platform.settings.data_dir)
    assert everything(ctx.session) == [[], [], [], [], [], []]


def test_a_coach_imports_nothing(engine_name: Any, acting: Any, platform: Any) -> None:
    ctx = acting("coach")
    with pytest.raises(Forbidden):
        import_content(ctx, FIXTURE, data_dir=platform.settings.data_dir)


def test_the_name_and_the_keys_of_another_course_are_refused(
    engine_name: Any, acting: Any, platform: Any, folder: Any
) -> None:
    ctx = acting("manager")
    import_content(ctx, FIXTURE, data_dir=platform.settings.data_dir)
    head = read_yaml((FIXTURE / "course.yaml").read_text())
    change(folder, "course.yaml", head["key"], "zzzzzzzzzz")
    with pytest.raises(ContentRefused, match="changez « slug »"):
        import_content(ctx, folder, data_dir=platform.settings.data_dir)
    change(folder, "course.yaml", "slug: essai", "slug: autre")
    with pytest.raises(ContentRefused, match="déjà celle d'une activité de « Un petit parcours »"):
        import_content(ctx, folder, data_dir=platform.settings.data_dir)


def test_another_organisation_may_take_the_same_files(engine_name: Any, acting: Any, platform: Any, world: Any) -> None:
    publish_fixture(platform, world)
    publish_fixture(platform, world, who="other_manager")
    ctx = acting("other_manager")
    assert course_named(ctx, "essai") is not None
    assert len(ctx.session.scalars(select(Course)).all()) == 1


def test_a_folder_that_is_not_of_this_course_is_left_alone(
    engine_name: Any, acting: Any, platform: Any, tmp_path: Any
) -> None:
    ctx = acting("manager")
    import_content(ctx, FIXTURE, data_dir=platform.settings.data_dir)
    course = ctx.session.scalar(select(Course))
    files = course_files(ctx, draft_of(ctx, course.id), data_dir=platform.settings.data_dir)
    (tmp_path / "precious.txt").write_text("x")
    with pytest.raises(ContentRefused, match="n'est pas vide"):
        write_folder(tmp_path, files)
    assert [path.name for path in tmp_path.iterdir()] == ["precious.txt"]


def test_an_export_over_an_older_one_removes_what_is_gone(
    engine_name: Any, acting: Any, platform: Any, folder: Any
) -> None:
    ctx = acting("manager")
    import_content(ctx, FIXTURE, data_dir=platform.settings.data_dir)
    course = ctx.session.scalar(select(Course))
    (folder / "premiers-pas/99-old.md").write_text("old")
    write_folder(folder, course_files(ctx, draft_of(ctx, course.id), data_dir=platform.settings.data_dir))
    assert read_folder(folder) == read_folder(FIXTURE)


# ------------------------------------------------------------------------------------------------------------ problems

BROKEN = {
    "a missing file": (LESSON, None, None, "il faut un fichier 01-bonjour.md ou 01-bonjour.yaml"),
    "a missing module": ("mon-prix/module.yaml", None, None, "mon-prix/module.yaml : ce fichier manque"),
    "an unknown field": ("course.yaml", "weeks: 2", "semaines: 2", "le champ « semaines » n'existe pas"),
    "a field twice": ("course.yaml", "weeks: 2", "weeks: 2\nweeks: 3", "le champ « weeks » est là deux fois"),
    "a missing field": ("course.yaml", "title: Un petit parcours\n", "", "il manque le champ « title »"),
    "a missing key": ("mon-prix/module.yaml", "key:", "#", "lms content format"),
    "a wrong type": ("course.yaml", "weeks: 2", "weeks: deux", "weeks : un nombre entier est attendu, pas un texte"),
    "a number too large": ("course.yaml", "minimum: 0.7", "minimum: 7", "coverage n° 2, minimum : 1"),
    "a wrong modality": (
        LESSON,
        "modality: asynchronous",
        "modality: magique",
        "« magique » n'est pas un des mots admis",
    ),
    "an unknown activity type": (LESSON, "type: lesson", "type: film", "« film » n'existe pas"),
    "an anchor": ("course.yaml", "weeks: 2", "weeks: &a 2", "ancres"),
    "a tag": ("course.yaml", "weeks: 2", "weeks: !!int 2", "étiquettes"),
    "a bad indentation": ("course.yaml", "weeks: 2", "weeks: 2: 3", "guillemets"),
    "a list in place of fields": ("mon-prix/module.yaml", None, "- a\n", "des champs « nom: valeur » sont attendus"),
    "fields in place of a list": ("values.yaml", None, "a: b\n", "une liste est attendue"),
    "no front matter": (LESSON, None, "## Bonjour\n", "une leçon commence par « --- »"),
    "a first-level heading": (LESSON, "## Se présenter", "# Se présenter", "« ## »"),
    "an unknown value": (LESSON, "{delai}", "{inconnu}", "{inconnu} n'est pas dans values.yaml"),
    "a value outside brackets": (LESSON, "- Dire son nom.", "- Dire {aide}.", "hors des doubles crochets"),
    "an unknown word": (LESSON, "glossaire:devis", "glossaire:rien", "« rien » n'est pas dans glossary.yaml"),
    "a missing picture": (LESSON, "files/table.png", "files/rien.png", "« files/rien.png » manque"),
    "a picture that is none": (LESSON, "files/table.png", "files/fiche.txt", "« files/fiche.txt » manque"),
    "an unsafe link": (LESSON, "glossaire:devis", "javascript:alert(1)", "https://"),
    "a value in a title": (
        LESSON,
        "title: 'Bonjour : qui êtes-vous ?'",
        "title: 'Gagnez {aide}'",
        "title : une {valeur}",
    ),
    "an unknown covered activity": (
        "course.yaml",
        "criterion: PP1.1\n  activity: ",
        "criterion: PP1.1\n  activity: zzzzzzzzzz\n#",
        "« zzzzzzzzzz »",
    ),
    "a list that names twice": (
        "premiers-pas/module.yaml",
        "- 02-atelier",
        "- 01-bonjour\n- 02-atelier",
        "« 01-bonjour » est là 2 fois",
    ),
    "two rules of opening": ("mon-prix/01-questions.yaml", "  by: trainer", "  by: trainer\n  days: 3", "un seul"),
    "an unknown opener": ("mon-prix/01-questions.yaml", "  by: trainer", "  after: zzzzzzzzzz", "qui n'existe pas"),
    "a file that no list names": ("premiers-pas/04-plus.md", None, "x", "aucune liste ne nomme ce fichier"),
    "a module that no list names": ("autre/module.yaml", None, "x", "le dossier « autre » n'est pas dans « modules »"),
    "a wrong file name": ("premiers-pas/files/é è.txt", None, "x", "un nom de fichier"),
    "a type in the wrong kind of file": ("premiers-pas/02-atelier.yaml", "type: session", "type: lesson", ".md"),
    "a slug with capitals": ("course.yaml", "slug: essai", "slug: Essai", "slug : ce texte n'a pas la forme attendue"),
    "a day that is none": ("values.yaml", "2026-11-01", "2026-13-01", "un jour s'écrit"),
    "a term twice": ("glossary.yaml", "term: récépissé", "term: devis", "« devis » est là 2 fois"),
    "not UTF-8": ("glossary.yaml", None, b"- term: \xe9\n", "UTF-8"),
}


@pytest.mark.parametrize("name", sorted(BROKEN))
def test_a_broken_folder_says_what_is_wrong_and_where(name: Any, folder: Any, refused: Any) -> None:
    path, before, after, said = BROKEN[name]
    target = folder / path
    if before is not None:
        change(folder, path, before, after)
    elif after is None:
        target.unlink()
    else:
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(after if isinstance(after, bytes) else after.encode())
    assert said in refused()
    for line in refused().splitlines():
        assert " : " in line, line


def test_all_problems_are_said_together(folder: Any, refused: Any) -> None:
    change(folder, "course.yaml", "weeks: 2", "semaines: 2")
    change(folder, LESSON, "{delai}", "{inconnu}")
    change(folder, "premiers-pas/02-atelier.yaml", "minutes: 90", "minutes: beaucoup")
    said = refused()
    assert "course.yaml : le champ « semaines »" in said
    assert "{inconnu}" in said
    assert "minutes : un nombre entier est attendu" in said


def test_activities_that_wait_for_each_other_are_refused(folder: Any, refused: Any) -> None:
    lesson = read_yaml((folder / "premiers-pas/02-atelier.yaml").read_text())["key"]
    quiz = read_yaml((folder / QUIZ).read_text())["key"]
    change(folder, QUIZ, "  by: trainer", f"  after: {lesson}")
    change(folder, "premiers-pas/02-atelier.yaml", "minutes: 90\n", f"minutes: 90\nopens:\n  after: {quiz}\n")
    assert "s'attendent les unes les autres" in refused()


def test_a_key_used_twice_is_refused(folder: Any, refused: Any) -> None:
    text = (folder / QUIZ).read_text()
    keys = [line.split("key: ")[1] for line in text.splitlines() if "key: " in line]
    (folder / QUIZ).write_text(text.replace(keys[-1], keys[0]))
    assert "est là 2 fois" in refused() or "clé" in refused()


def test_links_to_other_folders_are_not_followed(folder: Any, refused: Any, tmp_path: Any) -> None:
    (tmp_path / "secret").write_text("x")
    (folder / "premiers-pas/files/secret.txt").symlink_to(tmp_path / "secret")
    assert "les liens ne sont pas suivis" in refused()


def test_an_empty_folder_is_no_course(types: Any, tmp_path: Any) -> None:
    with pytest.raises(ContentRefused, match=r"course\.yaml"):
        read_course(types, tmp_path)


def test_what_begins_with_a_dot_is_left_alone(types: Any, folder: Any) -> None:
    (folder / ".git").mkdir()
    (folder / ".git" / "config").write_text("x")
    assert read_course(types, folder).head.slug == "essai"


def test_a_laughing_bomb_is_refused_before_it_grows() -> None:
    levels = "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9))
    with pytest.raises(Unreadable, match="ancres"):
        read_yaml("a0: &a0 lol\n" + levels)
    with pytest.raises(Unreadable, match="niveaux"):
        read_yaml("[" * 5_000)
    with pytest.raises(Unreadable, match="trop gros"):
        read_yaml(b"a" * 3_000_000)


def test_yaml_guesses_nothing() -> None:
    assert read_yaml("a: no\nb: 12:30\nc: 2026-01-01\nd: 0123\ne: 1e3") == {
        "a": "no",
        "b": "12:30",
        "c": "2026-01-01",
        "d": "0123",
        "e": "1e3",
    }


# -------------------------------------------------------------------------------------------------------- round trips

TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"], include_characters="\n"), max_size=60)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**12), 10**12)
    | st.floats(allow_nan=False, allow_infinity=False, min_value=-1e6, max_value=1e6)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_what_is_written_reads_back_the_same(value: Any) -> None:
    written = write_yaml(value)
    assert read_yaml(written) == value
    assert write_yaml(read_yaml(written)) == written


@given(TEXTS, TEXTS)
def test_a_lesson_reads_back_the_same(title: Any, text: Any) -> None:
    fields = {"type": "lesson", "title": title, "text": text.strip("\n") + "\n"}
    written = write_activity(fields)
    assert read_activity("a.md", written.encode()) == fields
    assert write_activity(read_activity("a.md", written.encode())) == written


def test_a_published_course_exports_its_version(
    engine_name: Any, acting: Any, platform: Any, world: Any, folder: Any
) -> None:
    publish_fixture(platform, world)
    change(folder, LESSON, "minutes: 15", "minutes: 25")
    ctx = acting("manager")
    import_content(ctx, folder, data_dir=platform.settings.data_dir)
    publish_course(ctx, "essai")
    course = ctx.session.scalar(select(Course))
    newest = course_files(ctx, latest_published(ctx, course.id), data_dir=platform.settings.data_dir)
    assert newest == read_folder(folder)
