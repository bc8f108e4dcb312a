"""Which addresses a message must not be sent to unless that is allowed.

A webhook that leads to this machine or to its own link can do things there in the name of the
person: the metadata services of clouds are the known example.
"""

import ipaddress
from typing import Final

_METADATA: Final = frozenset({"fd00:ec2::254", "100.100.100.200"})
"""Of clouds that have theirs outside of the link-local addresses: AWS over IPv6, Alibaba."""
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")


def is_local(address: str) -> bool:
    """Whether an IP address leads to this machine, its link, everybody, or a cloud's metadata.

    What is no address of either version counts as local: nobody can tell where it leads.
    """
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return True
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or _inside(ip)
        if inner is not None:
            return is_local(str(inner))
    if str(ip) in _METADATA:
        return True
    return ip.is_loopback or ip.is_link_local or ip.is_unspecified or ip.is_multicast


def _inside(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address in one of NAT64, or in the old form that has it in its last 32 bits."""
    low = int(ip) & 0xFFFFFFFF
    if ip in _NAT64 or (int(ip) == low and low > 0xFFFF):
        return ipaddress.IPv4Address(low)
    return None
