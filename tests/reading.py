"""What is in the database, read by a test."""

from sqlmodel import select

from db.models import OutboxMail, metadata


async def rows(portal, model, *where):
    async with portal.database.transaction(write=False) as session:
        return (await session.exec(select(model).where(*where).order_by(model.id))).all()


async def the_mail(portal):
    (mail,) = await rows(portal, OutboxMail)
    return mail


async def everything_stored(portal):
    """Every column of every row of every table, in words; on SQLite the bytes of its files too."""
    async with portal.database.transaction(write=False) as session:
        connection = await session.connection()
        told = [repr((await connection.execute(table.select())).all()) for table in metadata.sorted_tables]
    files = portal.settings.data_dir.glob("portail.db*")
    return "\n".join(told + [file.read_bytes().decode("latin-1") for file in files])
