"""The language of the window: our own texts, Qt's, and how numbers are written."""

from gettext import GNUTranslations
from typing import Final

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from otternauts_desktop import assets
from otternauts_desktop.core.words import speak

LANGUAGES: Final = {"en": "English", "de": "Deutsch"}
"""Those there are, by their own names. The texts in the code are in the first."""


def meant(chosen: str) -> str:
    """The language that a choice means: for "" the first of the system's that is here."""
    wanted = [chosen, *(name[:2] for name in QLocale.system().uiLanguages())]
    return next((name for name in wanted if name in LANGUAGES), "en")


def spoken() -> str:
    """The language that is in force."""
    return QLocale().name()[:2]


def take_up(app: QCoreApplication, language: str) -> None:
    """Speak one of `LANGUAGES` from now on; before any widget is built."""
    territory = QLocale.system().territory()
    QLocale.setDefault(QLocale(QLocale(language).language(), territory))
    if language == "en":
        return
    with assets.path("locale", language, "LC_MESSAGES", "otternauts.mo").open("rb") as file:
        speak(GNUTranslations(file))
    qt = QTranslator(app)
    qt.load(f"qtbase_{language}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath))
    app.installTranslator(qt)
