"""PostgreSQL behind PgBouncer in transaction mode: `?pooled=true` at the end of the address.

A server there is ours for one transaction, so nothing may be left on it: no statement that keeps a name, no
setting that outlives the transaction. Backups and migrations go to PostgreSQL itself.
"""

from typing import Any

import msgspec
from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

# Each statement is told anew, without a name: another client may have given the same to another server.
UNNAMED: dict[str, Any] = {
    "statement_cache_size": 0,
    "prepared_statement_cache_size": 0,
    "prepared_statement_name_func": lambda: "",
}


def engine_of(url: str, **options: Any) -> AsyncEngine:
    """Parameters of a statement stay out of messages: they are data."""
    options |= {"hide_parameters": True, "json_deserializer": msgspec.json.decode}
    parts = make_url(url)
    if "pooled" not in parts.query:
        return create_async_engine(url, **options)
    given = dict(options.pop("connect_args", {}))
    settings = given.pop("server_settings", {})
    options["pool_pre_ping"] = False  # a question outside any transaction; the pooler keeps its clients
    address = parts.difference_update_query(["pooled"])
    engine = create_async_engine(address, connect_args=given | UNNAMED, **options)
    if settings:
        # In one trip, what a server that is ours alone is told when it is connected.
        each = ", ".join(f"set_config('{name}', '{value}', true)" for name, value in settings.items())

        def be_patient(connection: Any) -> None:
            connection.exec_driver_sql(f"SELECT {each}")

        event.listen(engine.sync_engine, "begin", be_patient)
    return engine
