"""Words that people read, in their own language.

Every sentence is written in English where it is said, inside `tr`; a catalogue made from those
places (`make texts`) holds the other languages. Until `speak` is called everything is English,
and the command line stays so: its output is read by scripts, too.
"""

from gettext import NullTranslations

_catalogue = NullTranslations()


def speak(catalogue: NullTranslations) -> None:
    """Say everything in the language of `catalogue` from now on."""
    global _catalogue
    _catalogue = catalogue


def tr(text: str, /, **values: object) -> str:
    """`text` in the person's language, its `{name}`s filled with `values`.

    The text is always a literal, so that it is found for the catalogue, and a whole sentence:
    other languages order their words differently.
    """
    said = _catalogue.gettext(text) if text else ""  # which stands for a catalogue's head
    return said.format(**values) if values else said


def trn(one: str, many: str, number: int, /, **values: object) -> str:
    """Like `tr` for a text about `{number}` things, in the form that fits the number."""
    return _catalogue.ngettext(one, many, number).format(number=number, **values)


def marked(text: str) -> str:
    """A text of a constant: it is put into the catalogue here, and said by `tr` when shown."""
    return text
