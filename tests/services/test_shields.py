"""Whether a domain leads to the cluster and answers, looked at over real sockets."""

import asyncio

from otternauts_desktop.core.errors import ChallengeFailed, DomainElsewhere
from otternauts_desktop.services.shields import shield_trouble


async def test_a_domain_that_leads_here_and_answers_is_fine_and_else_it_is_said_why() -> None:
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    here = ("127.0.0.1", "::1")
    assert await shield_trouble("localhost", here, port=port) is None
    trouble = await shield_trouble("localhost", ("203.0.113.1",), port=port)
    assert isinstance(trouble, DomainElsewhere)
    assert "203.0.113.1" in trouble.detail
    server.close()
    await server.wait_closed()
    assert isinstance(await shield_trouble("localhost", here, port=port), ChallengeFailed)
    assert isinstance(await shield_trouble("nosuch.invalid", here), DomainElsewhere)
