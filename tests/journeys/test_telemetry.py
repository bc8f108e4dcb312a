"""What is used: seen at a glance, then over time, by a person who sees and by one who does not."""

from pathlib import Path

from tests.journeys.person import at_the_screen
from tests.journeys.screen import Screen


def test_from_the_load_of_a_cluster_to_the_past_of_an_outpost(
    screen: Screen, tmp_path: Path
) -> None:
    with at_the_screen(screen, tmp_path / "home", "--simulate") as person:
        person.sees("Docker Swarm, 3 outposts")
        person.sees("% memory", within=60)  # of the cluster
        person.clicks("vega-1, Active, Worker")  # in the table
        person.presses("Return")
        person.sees("Connected: otter@")
        person.sees("Memory: ", within=60)  # the chart, in words
        person.sees("The limit is 8.59 GB.")
        person.tabs_to("Memory")
        person.presses("Home")
        person.sees("unknown")  # an hour ago nothing was sampled yet
        person.clicks("24 h")
        person.sees("Disk space: ")
        person.leaves()
