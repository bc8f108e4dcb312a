"""The front door: without a command the window opens, with one the command line answers.

Each side is imported only when it is chosen: the window must not wait for the command line's
modules, nor the command line need Qt.
"""

import sys
from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run `otternauts`; gives the exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    if words and words[0].lower().startswith("otternauts:"):
        # Whatever follows a link may have been smuggled in with it: it is not looked at.
        return _desktop(home=None, simulate=False, link=words[0])
    if words in ([], ["--simulate"], ["simulate"]):
        return _desktop(home=None, simulate=bool(words))
    if words == ["--messenger"]:
        from otternauts_desktop.services.messenger import serve

        return serve()
    from otternauts_desktop.cli.parser import make_parser

    parser = make_parser()
    arguments = parser.parse_args(words)
    if arguments.command in (None, "simulate"):
        simulate = arguments.simulate or arguments.command == "simulate"
        return _desktop(home=arguments.home, simulate=simulate)
    if arguments.command == "self-test":
        from otternauts_desktop import self_test

        return self_test.run(arguments)
    from otternauts_desktop.cli.main import run

    return run(arguments)


def main_desktop() -> int:
    """Run `otternauts-desktop`: always the window."""
    links = [word for word in sys.argv[1:2] if word.lower().startswith("otternauts:")]
    return main(links or [word for word in sys.argv[1:] if word.startswith("--")])


def _desktop(*, home: str | None, simulate: bool, link: str = "") -> int:
    from otternauts_desktop.desktop import run

    return run(home=home, simulate=simulate, link=link)


if __name__ == "__main__":
    sys.exit(main())
