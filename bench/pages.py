"""Pages: CPU in process, queries, bytes; then through waitress; then on PostgreSQL with its own processes."""

from __future__ import annotations

import os
import re
import statistics
import tempfile
import threading
import time
import urllib.request
import uuid
from collections.abc import Callable
from pathlib import Path

import waitress

from bench.crowd import gone_quiet
from bench.measure import Page, get, pages
from bench.site import Site, made
from lms.accounts.api import person
from lms.courses.structure import structure
from lms.messages.api import Words, open_thread, write_message
from tests import postgres

AIMS = {
    "course page": "4 ms, 8 queries",
    "lesson": "3 ms",
    "heat map, 50 people": "6 ms",
    "overview": "15 ms at 1,000",
    "50 messages": "4 ms",
    "Ce soir, 200 people": "6 ms, 8 queries",
}


def acts(site: Site) -> dict[str, Callable[[], bytes]]:
    """The pages that the issue names."""
    learner, trainer = site.signed_in("porteur"), site.signed_in("formateur")
    lesson, quiz = _activity(site, "lesson"), _activity(site, "quiz")
    course = f"/parcours/{site.course_key}"
    submit = quiz_submit(site, f"{course}/{quiz}")
    gone_quiet(site)
    return {
        "sign-in page": get(site.app.test_client(), "/connexion"),
        "home": get(learner, "/"),
        "course page": get(learner, course),
        "lesson": get(learner, f"{course}/{lesson}"),
        "quiz": get(learner, f"{course}/{quiz}"),
        "quiz submit": submit,
        "heat map, 50 people": get(trainer, f"/groupes/{site.cohort_key}/acquis"),
        "overview": get(trainer, f"/groupes/{site.cohort_key}/acquis/vue"),
        "50 messages": get(learner, long_thread(site)),
        "Ce soir, 200 people": get(trainer, "/ce-soir"),
        "group": get(trainer, f"/groupes/{site.cohort_key}"),
    }


def quiz_submit(site: Site, address: str) -> Callable[[], bytes]:
    """An act: answer a quiz (the first choice everywhere), under a new intent each time."""
    client = site.signed_in("porteur")
    page = client.get(address).text
    action = re.search(r'<form[^>]*method="post"[^>]*action="([^"]+)"', page)
    fields = dict(re.findall(r'name="([^"]+)"[^>]*value="([^"]*)"', page))

    def act() -> bytes:
        answer = client.post(action.group(1) if action else address, data={**fields, "intent": str(uuid.uuid4())})
        if answer.status_code not in (200, 303):
            raise RuntimeError(f"quiz submit: {answer.status_code}")
        return answer.data

    return act


def long_thread(site: Site) -> str:
    """The address of a conversation of fifty messages of the demo's learner; made once."""
    accounts = site.members("porteur", "formateur")
    with site.platform.writing(site.organisation_id, accounts[0]) as ctx:
        me = person(ctx, accounts[0])
        key = open_thread(ctx, person=me, words=Words("Message 0", intent=str(uuid.UUID(int=1)))).key
    for number in range(1, 50):
        with site.platform.writing(site.organisation_id, accounts[number % 2]) as ctx:
            words = Words(f"Message {number} : on compte d'abord le coût.", intent=str(uuid.UUID(int=number + 1)))
            write_message(ctx, key, words=words)
    return f"/messages/{key}"


def report(site: Site) -> None:
    """In process, then through waitress."""
    print(f"pages at {site.learners} learners, in process (aims: {AIMS})")
    for page in pages(site.platform.database, acts(site)):
        print(page.line())
    print(through_waitress(site))


def through_waitress(site: Site, times: int = 100) -> str:
    """The course page by the embedded server, one client: CPU of the whole process."""
    learner = site.signed_in("porteur")
    value = learner.get_cookie("tremplin")
    server = waitress.create_server(site.app, host="127.0.0.1", port=0, threads=8)
    threading.Thread(target=server.run, daemon=True).start()
    address = f"http://127.0.0.1:{server.effective_port}/parcours/{site.course_key}"
    asked = urllib.request.Request(address, headers={"Cookie": f"tremplin={value.value if value else ''}"})
    figures = []
    for _run in range(5):
        before = time.process_time()
        for _ in range(times):
            with urllib.request.urlopen(asked) as answer:
                answer.read()
        figures.append((time.process_time() - before) * 1000 / times)
    server.close()
    return f"  course page through waitress: {statistics.median(figures):.2f} ms of CPU, client included (aim 6)"


def report_postgresql(learners: int) -> None:
    """The same pages on PostgreSQL; the CPU of its own processes is added."""
    server = postgres.start()
    with (
        tempfile.TemporaryDirectory(prefix="lms-bench-") as folder,
        made(Path(folder), learners, database_url=server.create("bench")) as site,
    ):
        print(
            f"pages at {learners} learners on PostgreSQL, in process (aim for the course page: 8 ms with its own processes)"
        )
        found: list[Page] = pages(site.platform.database, acts(site))
        for page in found:
            print(page.line())
        course = get(site.signed_in("porteur"), f"/parcours/{site.course_key}")
        before, own = _cpu_of_postgres(server.folder), time.process_time()
        for _ in range(200):
            course()
        spent = (time.process_time() - own) + (_cpu_of_postgres(server.folder) - before)
        print(f"  course page with PostgreSQL's processes: {spent * 1000 / 200:.2f} ms")
    server.stop()


def _cpu_of_postgres(folder: Path) -> float:
    """CPU seconds of the server's processes so far."""
    postmaster = int((folder / "data" / "postmaster.pid").read_text().split()[0])
    total = 0.0
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(entry.name) == postmaster or int(fields[1]) == postmaster:
                total += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return total


def _activity(site: Site, kind: str) -> str:
    with site.platform.reading(site.organisation_id) as ctx:
        whole = structure(ctx, 1)
        return next(one.key for one in whole.activities.values() if one.type == kind)
