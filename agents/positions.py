"""The agent that keeps stock positions: it passes every chunk to the shard it belongs to."""

import asyncio
from collections.abc import AsyncIterable

import faust

from agents.app import input_chunks
from streams.assignment import Assignment
from streams.records import Chunk
from streams.stage import POSITIONS_STAGE


def add_positions_agent(app: faust.App, assignment: Assignment) -> None:
    """Let the app's chunks be counted by the shards of the assignment."""

    # One at a time: a chunk is counted in one go, so more would not be faster, and order within a topic counts.
    @app.agent(input_chunks(app, POSITIONS_STAGE), name="positions", concurrency=1)
    async def positions(chunks: AsyncIterable[Chunk]) -> None:
        async for chunk in chunks:
            await assignment.catch_up(chunk)
            assignment.take(chunk)
            # The steps of checkpoints under way, and all else, have their turn between two chunks.
            await asyncio.sleep(0)
