"""What was noted, as its person reads it."""

from __future__ import annotations

from lms.kernel.context import Context
from lms.xapi.telling import told_to_person
from lms.xapi.verbs import FAILED, PASSED, SUBMITTED


def test_a_person_reads_a_sentence_and_not_a_statement(acting) -> None:
    ctx: Context = acting("learner")
    assert told_to_person(ctx, PASSED.iri, "Mes forces", 0.8) == "Vous avez réussi « Mes forces » avec 80 %"
    assert told_to_person(ctx, FAILED.iri, "Mon prix") == "Vous n'avez pas encore réussi « Mon prix »"
    assert told_to_person(ctx, "https://else.test/verbs/tried", "Jeu") == "Vous tried « Jeu »"


def test_every_verb_can_be_said_to_the_person(acting) -> None:
    ctx: Context = acting("learner")
    assert SUBMITTED.to_person("en") == "submitted"
    for verb in ctx.registry.verbs.values():
        assert verb.to_person("fr").startswith(("avez ", "n'avez ")), verb
