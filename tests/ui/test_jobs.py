"""Jobs in the window: how work on servers stands, what it asks, why it failed."""

import asyncio
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from otternauts_desktop.core.errors import IngressFailed
from otternauts_desktop.core.flight.job import Choice, JobState, Question
from otternauts_desktop.services.jobs import JobStep, Work
from otternauts_desktop.ui.buttons import Button
from otternauts_desktop.ui.dock import JOBS
from otternauts_desktop.ui.jobs_panel import JobsPanel
from tests.ui.seated import seated, shown

LEAVE = Question("leave", "Leave the old swarm?", (Choice("yes", "Leave"), Choice("no", "Stay")))


class Asking(JobStep):
    """Is so once the person said yes; fails where they said no."""

    name = "Leave"

    async def is_so(self, work: Work) -> str:
        return "It has left" if work.job.answers.get("leave") == "yes" else ""

    async def do(self, work: Work) -> None:
        work.say("Looking around")
        if work.answer(LEAVE) == "no":
            raise IngressFailed(detail="It may not leave.")


class Endless(JobStep):
    """Goes on until it is cancelled."""

    name = "Wait"
    remains = "The label stays."

    async def is_so(self, work: Work) -> str:
        return ""

    async def do(self, work: Work) -> None:
        await asyncio.sleep(600)


def choices(panel: JobsPanel) -> list[Button]:
    return [
        b for b in panel.findChildren(Button) if b.isVisible() and b.text() in ("Leave", "Stay")
    ]


async def test_a_question_is_answered_in_the_window(tmp_path: Path) -> None:
    async with seated(tmp_path) as (window, desk, control):
        control.jobs.register("toy", lambda job: [Asking()])
        job_id = control.jobs.start("toy", "Add hare-1", "lane", {})
        await shown(lambda: "Leave the old swarm?" in window.notice.next_step.text())
        window.notice._action.click()
        panel = desk.jobs_panel
        await shown(lambda: panel.isVisible() and len(choices(panel)) == 2)
        assert window.dock.current == JOBS
        assert panel.title.text() == "Add hare-1"
        assert "Looking around" in panel.log.toPlainText()

        QTest.mouseClick(choices(panel)[1], Qt.MouseButton.LeftButton)
        await shown(lambda: "It may not leave." in panel.trouble.text())
        assert control.jobs.get(job_id).state is JobState.FAILED
        assert not choices(panel)

        again = control.jobs.start("toy", "Add hare-2", "lane", {})
        desk.jobs.follow(again)
        await shown(lambda: len(choices(panel)) == 2)
        QTest.keyClick(choices(panel)[0], Qt.Key.Key_Space)
        await shown(lambda: panel.state.text().startswith("Done"))
        assert control.jobs.get(again).state is JobState.DONE


async def test_a_job_is_cancelled_and_says_what_stays(tmp_path: Path) -> None:
    async with seated(tmp_path) as (_, desk, control):
        control.jobs.register("toy", lambda job: [Endless()])
        job_id = control.jobs.start("toy", "Wait for it", "lane", {})
        desk.jobs.follow(job_id)
        panel = desk.jobs_panel
        await shown(panel.cancel_button.isVisible)
        panel.cancel_button.click()
        await shown(lambda: panel.state.text().startswith("Cancelled"))
        assert panel.resume_button.isVisible()
        assert not panel.cancel_button.isVisible()


async def test_what_the_end_of_the_program_interrupted_goes_on(tmp_path: Path) -> None:
    async with seated(tmp_path) as (_, _, control):
        control.jobs.register("outpost.evacuate", lambda job: [Endless()])
        job_id = control.jobs.start("outpost.evacuate", "Wait", "lane", {"cluster": "gone"})
        await shown(lambda: control.jobs.get(job_id).state is JobState.RUNNING)
        first = control.jobs.get(job_id).runner
    async with seated(tmp_path) as (_, _, control):
        await shown(lambda: control.jobs.get(job_id).state is JobState.RUNNING)
        assert control.jobs.get(job_id).runner != first
