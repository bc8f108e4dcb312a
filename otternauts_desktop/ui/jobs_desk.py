"""The wires around jobs: what goes on on servers is shown, goes on after a restart, is answered."""

from typing import Final

from PySide6.QtCore import QObject, QTimer

from otternauts_desktop.core.errors import PassphraseNeeded
from otternauts_desktop.core.flight.job import Job, JobState
from otternauts_desktop.core.kept_errors import VaultLocked
from otternauts_desktop.core.names import JobId
from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.crew import Crew
from otternauts_desktop.ui.dock import JOBS
from otternauts_desktop.ui.jobs_panel import JobsPanel
from otternauts_desktop.ui.main_window import MainWindow
from otternauts_desktop.ui.tasks import Tasks
from otternauts_desktop.ui.unlocking import Unlocking

PAINT_MS: Final = 250
_LOCKED: Final = (VaultLocked.anchor, PassphraseNeeded.anchor)


class JobsDesk(QObject):
    """Keeps the panel of jobs true."""

    def __init__(self, window: MainWindow, crew: Crew, panel: JobsPanel, tasks: Tasks) -> None:
        super().__init__(window)
        self._window = window
        self._crew = crew
        self._panel = panel
        self._tasks = tasks
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAINT_MS)
        self._timer.timeout.connect(self._show)
        panel.answered.connect(lambda job_id, value: tasks.start(self._answer(job_id, value)))
        panel.resume_requested.connect(lambda job_id: tasks.start(self._resume(job_id)))
        panel.cancel_requested.connect(lambda job_id: tasks.start(self._cancel(job_id)))
        panel.chosen.connect(self._show_lines)
        window.dock.opened.connect(lambda _: self._show())

    def register(self) -> None:
        """Add what can be done with jobs to the registry."""
        self._window.actions_.add(
            "view.jobs",
            "View",
            tr("Jobs"),
            lambda: self._window.dock.toggle(JOBS),
            keys="Ctrl+Shift+J",
        )

    def go_on(self) -> None:
        """Go on with what the end of the program interrupted; practice clusters end with it."""
        practice = {c.id for c in self._crew.outposts.clusters() if c.simulated}
        for job in self._crew.jobs.recover(resume=False):
            if job.lane not in practice:
                self._crew.jobs.resume(job.id)

    def follow(self, job_id: JobId) -> None:
        """A job was started here: bring it into view."""
        self._window.dock.open(JOBS)
        self._panel.choose(job_id)
        self._show()

    def job_moved(self, job: Job) -> None:
        """Show it soon, and say what a person should hear of it."""
        if not self._timer.isActive():
            self._timer.start()
        if self._window.dock.current == JOBS and self._panel.job_id == job.id:
            return
        if job.state is JobState.DONE:
            self._window.toast.say(tr("Done: {job}", job=job.title))
        elif job.state in (JobState.WAITING, JobState.FAILED):
            trouble, question = job.trouble, job.question
            self._window.notice.show_notice(
                "bad" if trouble else "warn",
                job.title,
                trouble.text() if trouble else "",
                question.text if question else "",
                action=tr("Show the job"),
                do=lambda: self.follow(job.id),
            )

    def _show(self) -> None:
        if self._window.dock.current == JOBS:
            self._panel.show_jobs(self._crew.jobs.all())
            self._show_lines()

    def _show_lines(self) -> None:
        if job_id := self._panel.job_id:
            self._panel.show_lines(self._crew.jobs.lines(JobId(job_id)))

    async def _answer(self, job_id: str, value: str) -> None:
        self._crew.jobs.answer(job_id, value)

    async def _resume(self, job_id: str) -> None:
        """Go on with a job. One that a passphrase stands in the way of asks for that first."""
        job = self._crew.jobs.get(job_id)
        if job.kind == "outpost.add" and job.trouble and job.trouble.anchor in _LOCKED:
            unlocking = Unlocking(self._crew.keys, self._window)
            await unlocking.run(lambda: self._crew.onboarding.log_in(job))
        self._crew.jobs.resume(job_id)

    async def _cancel(self, job_id: str) -> None:
        await self._crew.jobs.cancel(job_id)
