"""The wires around the logins of private registries."""

from PySide6.QtCore import QObject

from otternauts_desktop.core.words import tr
from otternauts_desktop.ui.ask import ask
from otternauts_desktop.ui.crew import Crew
from otternauts_desktop.ui.dialogs.registries import LoginSeen, RegistriesDialog
from otternauts_desktop.ui.main_window import MainWindow
from otternauts_desktop.ui.tasks import Tasks


class RegistryDesk(QObject):
    """Shows them, and has them kept or forgotten."""

    def __init__(self, window: MainWindow, crew: Crew, tasks: Tasks) -> None:
        super().__init__(window)
        self._window = window
        self._crew = crew
        self._tasks = tasks

    def register(self) -> None:
        """Add it to the registry of actions."""
        self._window.actions_.add(
            "cluster.registries",
            "Cluster",
            tr("Registries…"),
            lambda: self._tasks.start(self.open()),
            available=lambda: self._crew.current(self._window.place.cluster_id) is not None,
        )

    async def open(self) -> None:
        """Let the person keep and remove logins, until done."""
        cluster = self._crew.current(self._window.place.cluster_id)
        if cluster is None:
            return
        logins = self._crew.registry_logins
        dialog = RegistriesDialog(cluster.name, self._window)
        work = Tasks(dialog, dialog.show_error)

        def show() -> None:
            names = {c.id: c.name for c in self._crew.outposts.clusters()}
            dialog.show_logins(
                [
                    LoginSeen(
                        login.registry,
                        login.user,
                        login.cluster_id,
                        names[login.cluster_id] if login.cluster_id else "",
                        login.checked,
                    )
                    for login in logins.all()
                ]
            )
            self._crew.registries.forget()

        async def add() -> None:
            dialog.show_busy(tr("Trying the login…") if dialog.check.isChecked() else " ")
            await logins.add(
                dialog.host.text(),
                dialog.user.text(),
                dialog.secret,
                cluster.id if dialog.only_here.isChecked() else None,
                ask=cluster.id if dialog.check.isChecked() else None,
            )
            dialog.show_busy("")
            dialog.clear()
            show()

        async def remove(login: LoginSeen) -> None:
            await logins.remove(login.registry, login.cluster_id)
            show()

        dialog.add_requested.connect(lambda: work.start(add(), key="login"))
        dialog.remove_requested.connect(lambda login: work.start(remove(login), key="login"))
        show()
        await ask(dialog)
