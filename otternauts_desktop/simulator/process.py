"""What a simulated container's program says and how it ends. No real program ever runs.

A program is a pure function of time: nothing is stored while it "runs", its log is worked out
for as far back as somebody asks. Small shell scripts (`sh -c 'echo hi; exit 3'`) are understood;
anything else talks in the voice of its image (`voices.py`).
"""

import re
import shlex
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from otternauts_desktop.simulator.voices import Say, voice_of

KEPT_LINES: Final = 5_000
"""A log holds this many lines per container; older ones are rotated away."""
CRASH_SECONDS: Final = 0.4


@dataclass(frozen=True, slots=True)
class Line:
    """One line of output, `at` seconds after the start of the program."""

    at: float
    stderr: bool
    text: str


@dataclass(frozen=True, slots=True)
class Program:
    """A few opening lines, then chatter in rounds, then perhaps an end."""

    opening: tuple[Line, ...] = ()
    chatter: tuple[Say, ...] = ()
    """Said one after the other in each round."""
    every: float = 1.0
    """Seconds a round takes."""
    exit_code: int | None = None
    """None for a program that runs until it is stopped."""
    ends_after: float = 0.0
    _opening_times: tuple[float, ...] = field(default=(), repr=False)

    def count(self, elapsed: float) -> int:
        """How many lines it has said `elapsed` seconds after its start."""
        if self.exit_code is not None:
            elapsed = min(elapsed, self.ends_after)
        said = bisect_right([line.at for line in self.opening], elapsed)
        if said < len(self.opening) or not self.chatter:
            return said
        rounds = (elapsed - self._chatter_begins) / self.every
        if rounds < 0:
            return said
        full = int(rounds)
        # Lines of one round are a millisecond apart.
        part = min(int((rounds - full) * self.every * 1000) + 1, len(self.chatter))
        return said + full * len(self.chatter) + part

    def lines(self, first: int, last: int, started: float) -> Iterator[Line]:
        """Lines number `first` (0-based) up to before `last`, of a run begun at `started`."""
        for number in range(first, last):
            if number < len(self.opening):
                yield self.opening[number]
                continue
            turn, part = divmod(number - len(self.opening), len(self.chatter))
            at = self._chatter_begins + turn * self.every + part * 0.001
            stderr, text = self.chatter[part](turn, started + at)
            yield Line(at, stderr, text)

    @property
    def _chatter_begins(self) -> float:
        return self.opening[-1].at + 0.01 if self.opening else 0.01


def program_of(
    image: str, command: Sequence[str], args: Sequence[str], env: Mapping[str, str], seed: str
) -> Program:
    """The program that an image with this entrypoint, arguments and environment runs.

    `seed` tells two replicas' chatter apart.
    """
    if env.get("OTN_SIM") == "crash":
        return _crash(1)
    argv = [*command, *args]
    scripted = _scripted(argv)
    if scripted is not None:
        return scripted
    voice = voice_of(image, seed)
    opening = tuple(
        Line(0.02 + 0.03 * number, stderr, text)
        for number, (stderr, text) in enumerate(voice.opening)
    )
    return Program(opening, (voice.say,), voice.every)


def missing_image(image: str) -> bool:
    """Whether no registry has this image: its name holds `missing`, or its tag is `0.0.0`."""
    name, _, tag = image.partition("@")[0].rpartition(":")
    return "missing" in image or (bool(name) and "/" not in tag and tag == "0.0.0")


def _crash(code: int) -> Program:
    return Program(
        (
            Line(0.05, False, "starting up"),
            Line(0.2, True, "fatal: could not read the star chart: no such file or directory"),
        ),
        exit_code=code,
        ends_after=CRASH_SECONDS,
    )


# -- small shell scripts -----------------------------------------------------------------------

_SCRIPT_WORDS: Final = {"true", ":", "false", "exit", "sleep", "echo", "printf"}
_LOOP: Final = re.compile(
    r"^(?P<before>.*?)while\s+(?:true|:)\s*;\s*do\s+(?P<body>.*);?\s*done\s*$"
)
FOREVER: Final = ("infinity", "inf")


def _scripted(argv: list[str]) -> Program | None:
    """The program that a simple command or script makes; None where it is neither."""
    if not argv:
        return None
    if argv[0].rpartition("/")[2] in ("sh", "ash", "bash") and len(argv) >= 3 and argv[1] == "-c":
        return _script(argv[2])
    if argv[0].rpartition("/")[2] in _SCRIPT_WORDS:
        return _run(argv)
    return None


def _script(text: str) -> Program | None:
    loop = _LOOP.match(text.replace("\n", "; "))
    if loop is None:
        commands = _commands(text)
        return None if commands is None else _run(*commands)
    before, body = _commands(loop["before"]), _commands(loop["body"])
    if before is None or body is None:
        return None
    opening, once = _run(*before), _run(*body)
    if opening.exit_code not in (None, 0) or once.exit_code not in (None, 0):
        return opening if opening.exit_code else once
    chatter = tuple(_repeated(line) for line in once.opening)
    return Program(opening.opening, chatter, max(once.ends_after, 0.1))


def _repeated(line: Line) -> Say:
    return lambda turn, at: (line.stderr, line.text)


def _commands(text: str) -> list[list[str]] | None:
    """Simple commands, joined by `;`, `&&` or line breaks; None where one is not known."""
    lexer = shlex.shlex(text.replace("\n", ";"), posix=True, punctuation_chars=";&|<>()")
    lexer.whitespace_split = True
    commands: list[list[str]] = [[]]
    try:
        for word in lexer:
            if word in (";", "&&", ";;"):
                commands.append([])
            else:
                commands[-1].append(word)
    except ValueError:
        return None
    commands = [command for command in commands if command]
    known = all(command[0] in _SCRIPT_WORDS or command[0] == "exec" for command in commands)
    return commands if known else None


def _run(*commands: Sequence[str]) -> Program:
    """Follow simple commands to their end, or to one that never ends."""
    now, lines = 0.05, []
    for argv in commands:
        name, *args = argv[1:] if argv[0] == "exec" else argv
        if name in ("echo", "printf"):
            stderr = args[-2:] == [">&", "2"] or args[-1:] == [">&2"]
            if stderr:
                args = args[: args.index(">&")] if ">&" in args else args[:-1]
                args = args[:-1] if args and args[-1] == "1" else args
            text = " ".join(args).removesuffix("\\n")
            lines += [Line(now, stderr, part) for part in text.split("\\n")]
            now += 0.001
        elif name == "sleep":
            if args and args[0] in FOREVER:
                return Program(tuple(lines))
            now += float(args[0]) if args and re.fullmatch(r"[\d.]+", args[0]) else 0.0
        elif name == "exit":
            code = int(args[0]) % 256 if args and args[0].isdecimal() else 0
            return Program(tuple(lines), exit_code=code, ends_after=max(now, CRASH_SECONDS))
        elif name == "false":
            return Program(tuple(lines), exit_code=1, ends_after=max(now, CRASH_SECONDS))
    return Program(tuple(lines), exit_code=0, ends_after=now)
