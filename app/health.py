"""For the supervisor: is the process up, and does its database take what is written?"""

from typing import Any

from litestar import Request, get
from litestar.response import Response


@get("/healthz", name="health.alive", sync_to_thread=False)
def alive() -> Response[Any]:
    return Response("ok\n", media_type="text/plain")


@get("/readyz", name="health.ready")
async def ready(request: Request[Any, Any, Any]) -> Response[Any]:
    await request.app.state.portal.database.try_writing()
    return Response("ok\n", media_type="text/plain")
