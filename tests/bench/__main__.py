"""`make bench`: the figures that the product promises, measured, with ratios to a peer.

Each bench prints one line: what, the figure, the bound, and whether it holds. Exit 1 where one
does not. Nothing here runs under pytest: a busy machine must not fail a test.
"""

import argparse
import sys

from tests.bench import (
    editor_typing,
    flight_plans,
    hostile_stall,
    idle,
    log_console,
    log_fuzz,
    log_speed,
    lost_links,
    outposts_at_once,
    palette_answer,
    plan_made,
    samples,
    snapshot_over_ssh,
    window_large,
    window_stall,
    window_start,
)


def main() -> int:
    """Run the chosen benches, all of them by default."""
    benches = {
        "snapshot": snapshot_over_ssh.measure,
        "links": lost_links.measure,
        "logs": log_speed.measure,
        "fuzz": log_fuzz.measure,
        "start": window_start.measure,
        "stall": window_stall.measure,
        "ten": outposts_at_once.measure,
        "large": window_large.measure,
        "palette": palette_answer.measure,
        "editor": editor_typing.measure,
        "idle": idle.measure,
        "samples": samples.measure,
        "hostile": hostile_stall.measure,
        "plan": plan_made.measure,
        "files": flight_plans.measure,
        "console": log_console.measure,
    }
    parser = argparse.ArgumentParser(prog="make bench ARGS=...", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[[], *benches], help="default: all")
    names = parser.parse_args().names or list(benches)
    held = True
    for name in names:
        for figure in benches[name]():
            print(figure.line(), flush=True)
            held = held and figure.holds
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
