"""Uses the gateway with the GraphQL client `gql` over a WebSocket, and prints what it got. It is an input of the tests."""
import asyncio
import json
import sys
import uuid

from gql import Client, gql
from gql.transport.exceptions import TransportQueryError
from gql.transport.websockets import WebsocketsTransport

given = json.load(sys.stdin)


async def main():
    init = {"authorization": f"Bearer {given['token']}"} if given["in"] == "payload" else {}
    headers = {"Authorization": f"Bearer {given['token']}"} if given["in"] == "header" else {}
    transport = WebsocketsTransport(url=given["url"], init_payload=init, headers=headers)
    got = {}
    async with Client(transport=transport) as session:
        got["me"] = await session.execute(gql("{ me { name } }"))
        events = session.subscribe(gql(given["subscription"]))
        first = asyncio.create_task(anext(events))
        # Nothing says that a subscription is open: save until it shows a change.
        mutation = gql(given["mutation"])
        while not first.done():
            mutation.variable_values = {"content": uuid.uuid4().hex}
            got["saved"] = await session.execute(mutation)
            await asyncio.wait([first], timeout=0.2)
        got["event"] = first.result()
        await events.aclose()
        try:
            await session.execute(gql('{ space(slug: "none") { id } }'))
        except TransportQueryError as error:
            got["code"] = error.errors[0]["extensions"]["code"]
    print(json.dumps(got))


asyncio.run(asyncio.wait_for(main(), 60))
