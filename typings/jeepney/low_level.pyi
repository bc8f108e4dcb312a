from enum import Enum
from typing import Any

class MessageType(Enum):
    method_return = 2
    error = 3

class Header:
    message_type: MessageType

class Message:
    header: Header
    body: tuple[Any, ...]
