"""The verbs that we emit, from ADL's vocabulary, cmi5, Activity Streams and published profiles; none of our own so far."""

from __future__ import annotations

from lms.contract.types import Verb

COMPLETED = Verb("http://adlnet.gov/expapi/verbs/completed", "a terminé", "completed")
EXPERIENCED = Verb("http://adlnet.gov/expapi/verbs/experienced", "a lu ou vu", "experienced")
ANSWERED = Verb("http://adlnet.gov/expapi/verbs/answered", "a répondu à", "answered")
PASSED = Verb("http://adlnet.gov/expapi/verbs/passed", "a réussi", "passed")
FAILED = Verb("http://adlnet.gov/expapi/verbs/failed", "n'a pas encore réussi", "failed")
ATTENDED = Verb("http://adlnet.gov/expapi/verbs/attended", "a participé à", "attended")
SUBMITTED = Verb("http://activitystrea.ms/schema/1.0/submit", "a rendu", "submitted")
VOIDED = Verb("http://adlnet.gov/expapi/verbs/voided", "a annulé", "voided")

VERBS = (COMPLETED, EXPERIENCED, ANSWERED, PASSED, FAILED, ATTENDED, SUBMITTED, VOIDED)
