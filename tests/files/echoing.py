"""A companion that answers what it was asked, slowly, wrongly or never."""

import asyncio
import os
import signal

from app.files.companion import Said, Work, answer_questions


def works(told: Said) -> dict[str, Work]:
    stopped: list[int] = []

    async def echo(said: Said, content: bytes) -> bytes:
        await asyncio.sleep(said.get("seconds", 0))
        return told["before"].encode() + content

    async def wait(said: Said, _content: bytes) -> bytes:
        try:
            await asyncio.sleep(60)
        finally:
            stopped.append(said["number"])
        return b""

    async def count_stopped(_said: Said, _content: bytes) -> bytes:
        return str(len(stopped)).encode()

    async def fail(_said: Said, _content: bytes) -> bytes:
        print("not an answer", flush=True)
        raise ValueError

    async def die(_said: Said, _content: bytes) -> bytes:
        os.kill(os.getpid(), signal.SIGKILL)
        return b""

    return {"echo": echo, "wait": wait, "count_stopped": count_stopped, "fail": fail, "die": die}


if __name__ == "__main__":
    answer_questions(works)
