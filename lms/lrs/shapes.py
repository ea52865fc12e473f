"""What a statement may look like when it arrives: one struct for each object of the specification (xAPI 1.0.3, Data, 2.4).

A property that is not named here is refused, and so is null: both are rules of the specification (2.2).
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

Text = str | UnsetType
LanguageMap = dict[str, str] | UnsetType
Extensions = dict[str, Any] | UnsetType
Thing = dict[str, Any] | UnsetType
Number = float | UnsetType


class Shape(msgspec.Struct, forbid_unknown_fields=True):
    """Base of them all: no property but those named."""


class AccountShape(Shape):
    """2.4.2.4."""

    homePage: str  # noqa: N815 - here and below: the specification's names
    name: str


class ActorShape(Shape):
    """An Agent or a Group, 2.4.2."""

    objectType: Literal["Agent", "Group"] = "Agent"  # noqa: N815
    name: Text = UNSET
    mbox: Text = UNSET
    mbox_sha1sum: Text = UNSET
    openid: Text = UNSET
    account: AccountShape | UnsetType = UNSET
    member: list[dict[str, Any]] | UnsetType = UNSET


class VerbShape(Shape):
    """2.4.3."""

    id: str
    display: LanguageMap = UNSET


class ComponentShape(Shape):
    """An interaction component, 2.4.4.1."""

    id: str
    description: LanguageMap = UNSET


Components = list[ComponentShape] | UnsetType


class DefinitionShape(Shape):
    """2.4.4.1."""

    name: LanguageMap = UNSET
    description: LanguageMap = UNSET
    type: Text = UNSET
    moreInfo: Text = UNSET  # noqa: N815
    interactionType: (  # noqa: N815
        Literal[
            "true-false",
            "choice",
            "fill-in",
            "long-fill-in",
            "matching",
            "performance",
            "sequencing",
            "likert",
            "numeric",
            "other",
        ]
        | UnsetType
    ) = UNSET
    correctResponsesPattern: list[str] | UnsetType = UNSET  # noqa: N815
    choices: Components = UNSET
    scale: Components = UNSET
    source: Components = UNSET
    target: Components = UNSET
    steps: Components = UNSET
    extensions: Extensions = UNSET


class ActivityShape(Shape):
    """2.4.4.1."""

    id: str
    objectType: Literal["Activity"] = "Activity"  # noqa: N815
    definition: DefinitionShape | UnsetType = UNSET


class ReferenceShape(Shape):
    """A StatementRef, 2.4.4.3."""

    objectType: Literal["StatementRef"]  # noqa: N815
    id: str


class ScoreShape(Shape):
    """2.4.5.1."""

    scaled: Number = UNSET
    raw: Number = UNSET
    min: Number = UNSET
    max: Number = UNSET


class ResultShape(Shape):
    """2.4.5."""

    score: ScoreShape | UnsetType = UNSET
    success: bool | UnsetType = UNSET
    completion: bool | UnsetType = UNSET
    response: Text = UNSET
    duration: Text = UNSET
    extensions: Extensions = UNSET


class RelatedShape(Shape):
    """contextActivities, 2.4.6.2: each is one activity or a list of them."""

    parent: Any = UNSET
    grouping: Any = UNSET
    category: Any = UNSET
    other: Any = UNSET


class ContextAgentShape(Shape):
    """xAPI 2.0, 4.2.5.3."""

    agent: dict[str, Any]
    objectType: Literal["contextAgent"] = "contextAgent"  # noqa: N815
    relevantTypes: list[str] | UnsetType = UNSET  # noqa: N815


class ContextGroupShape(Shape):
    """xAPI 2.0, 4.2.5.4."""

    group: dict[str, Any]
    objectType: Literal["contextGroup"] = "contextGroup"  # noqa: N815
    relevantTypes: list[str] | UnsetType = UNSET  # noqa: N815


class ContextShape(Shape):
    """2.4.6."""

    registration: Text = UNSET
    instructor: Thing = UNSET
    team: Thing = UNSET
    contextActivities: RelatedShape | UnsetType = UNSET  # noqa: N815
    contextAgents: list[ContextAgentShape] | UnsetType = UNSET  # noqa: N815
    contextGroups: list[ContextGroupShape] | UnsetType = UNSET  # noqa: N815
    revision: Text = UNSET
    platform: Text = UNSET
    language: Text = UNSET
    statement: ReferenceShape | UnsetType = UNSET
    extensions: Extensions = UNSET


class AttachmentShape(Shape):
    """2.4.11."""

    usageType: str  # noqa: N815
    display: dict[str, str]
    contentType: str  # noqa: N815
    length: int
    sha2: str
    description: LanguageMap = UNSET
    fileUrl: Text = UNSET  # noqa: N815


class SubStatementShape(Shape):
    """2.4.4.3: a statement inside another, without what an LRS adds."""

    actor: dict[str, Any]
    verb: VerbShape
    object: dict[str, Any]
    objectType: Literal["SubStatement"] = "SubStatement"  # noqa: N815
    result: ResultShape | UnsetType = UNSET
    context: ContextShape | UnsetType = UNSET
    timestamp: Text = UNSET
    attachments: list[AttachmentShape] | UnsetType = UNSET


class StatementShape(Shape):
    """2.4."""

    actor: dict[str, Any]
    verb: VerbShape
    object: dict[str, Any]
    id: Text = UNSET
    result: ResultShape | UnsetType = UNSET
    context: ContextShape | UnsetType = UNSET
    timestamp: Text = UNSET
    stored: Text = UNSET
    authority: Thing = UNSET
    version: Text = UNSET
    attachments: list[AttachmentShape] | UnsetType = UNSET
