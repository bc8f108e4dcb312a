"""Known errors of the channels that alerts are sent to."""

from otternauts_desktop.core.errors import KnownError
from otternauts_desktop.core.words import marked


class ChannelUnusable(KnownError):
    title = marked("That address of a channel can't be used.")
    next_step_default = marked(
        "Give https://… for a webhook, or an address of apprise such as slack://… or ntfys://…."
    )
    anchor = "channel-unusable"


class TargetRefused(KnownError):
    title = marked("The channel leads to this machine or its own link, and nothing was sent.")
    next_step_default = marked("Where that is meant, allow it for this channel.")
    anchor = "target-refused"


class NotDelivered(KnownError):
    title = marked("The notification could not be sent.")
    next_step_default = marked("Check the channel's address; it can be tested.")
    anchor = "not-delivered"
