"""The second agent: it passes what is told of whole facilities and items to the shard that judges them."""

import asyncio
from collections.abc import AsyncIterable

import faust

from agents.app import input_chunks
from streams.assignment import Assignment
from streams.records import Chunk
from streams.stage import WIDE_STAGE


def add_wide_agent(app: faust.App, assignment: Assignment) -> None:
    """Let the app's chunks be judged by the shards of the assignment."""

    # One at a time, as in `agents.positions`.
    @app.agent(input_chunks(app, WIDE_STAGE), name="wide", concurrency=1)
    async def wide(chunks: AsyncIterable[Chunk]) -> None:
        async for chunk in chunks:
            await assignment.catch_up(chunk)
            assignment.take(chunk)
            await asyncio.sleep(0)
