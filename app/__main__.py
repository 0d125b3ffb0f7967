"""The `portail` command."""

import asyncio
import gc
import sys
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from app import quick_start  # noqa: F401 - for its effects, before all that follows

# isort: split
from sqlalchemy.exc import DBAPIError

from app import clock, commands, starting
from app.copies import backup as copies
from app.copies.lock import in_use
from app.errors import CommandRefused
from app.logs import configure_logs, words_of
from app.private import keep_private
from app.settings import Settings, WrongSetting, load_settings, read_environment


class Refusing(click.Group):
    """A wrong setting or a refused command ends with one sentence, never with a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (WrongSetting, CommandRefused) as refused:
            click.echo(str(refused), err=True)
            sys.exit(2)
        except (DBAPIError, OSError) as trouble:
            # Commits of the command before this stay: only `migrate` may say that nothing was done.
            reason = getattr(trouble, "orig", None) or trouble
            click.echo(f"La commande n’a pas abouti : {words_of(reason)}", err=True)
            sys.exit(2)


@click.group(cls=Refusing, help="Le portail des adhérents. Réglages : variables PORTAIL_… (voir README).")
@click.option(
    "--env",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Fichier de réglages, un NOM=valeur par ligne.",
)
def main(env: Path | None) -> None:
    keep_private()
    if env:
        read_environment(env)
    configure_logs()


@main.command(help="Sert le portail (production).")
@click.option("--workers", type=click.IntRange(1, 64), help="Processus qui servent ensemble (PostgreSQL).")
def serve(workers: int | None) -> None:
    with _in_use() as settings:
        workers = starting.check_workers(settings, workers)
        _run(starting.check_base(settings))
        _serve(settings, workers)


@main.command(help="Sert la démonstration : données fictives, courriels lisibles à l’écran.")
def demo() -> None:
    with _in_use(demo=True) as settings:
        _run(starting.fill_demo(settings))
        click.echo(starting.demo_words(settings))
        _serve(settings)


@main.command(help="Met la base de données à jour.")
def migrate() -> None:
    with _in_use() as settings:
        _run(starting.migrate_database(settings))
    click.echo("La base de données est à jour.")


@main.command("import-companies", help="Charge les adhérents depuis un fichier CSV (point-virgule).")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--letters", type=click.Path(path_type=Path), help="Où écrire les numéros tirés pour les courriers."
)
def import_companies(file: Path, letters: Path | None) -> None:
    with _in_use() as settings:
        click.echo(_run(commands.import_companies(settings, file.read_bytes(), letters, clock.now())))


@main.command("create-staff", help="Ouvre un compte du service ; son accès part par courriel.")
@click.argument("email")
@click.option("--first-name", default="", help="Prénom")
@click.option("--last-name", default="", help="Nom")
def create_staff(email: str, first_name: str, last_name: str) -> None:
    with _in_use() as settings:
        click.echo(_run(commands.create_staff(settings, email, first_name, last_name, clock.now())))


@main.command("seed-service", help="Ajoute à la démonstration un service de N adhérents, pour mesurer.")
@click.option("--members", type=click.IntRange(1, 75_000), default=1_000, show_default=True)
def seed_service(members: int) -> None:
    with _in_use(demo=True) as settings:
        click.echo(_run(commands.seed_service(settings, members)))


@main.command("forget-factor", help="Rend un second facteur perdu, sans attendre la direction.")
@click.argument("email")
def forget_factor(email: str) -> None:
    with _in_use() as settings:
        click.echo(_run(commands.forget_factor(settings, email, clock.now())))


@main.command("send-mail", help="Envoie maintenant les courriels qui attendent.")
def send_mail() -> None:
    with _in_use() as settings:
        click.echo(_run(commands.send_mail(settings)))


@main.command("read-bounces", help="Lit les courriels revenus dans la boîte PORTAIL_BOUNCE_BOX.")
def read_bounces() -> None:
    with _in_use() as settings:
        click.echo(_run(commands.read_returns(settings, clock.now())))


@main.command(help="Sauvegarde la base et les fichiers déposés dans FILE (tar), même en service.")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--incomplete", is_flag=True, help="Même si des fichiers déposés ont disparu.")
def backup(file: Path, incomplete: bool) -> None:
    with _in_use() as settings:
        click.echo(_run(copies.save(settings, file, clock.now(), incomplete=incomplete)))


@main.command("restore", help="Remet en place la sauvegarde FILE ; le portail doit être arrêté.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore_command(file: Path) -> None:
    click.echo(_run(copies.restore(load_settings(), file, clock.now())))


@contextmanager
def _in_use(**given: Any) -> Iterator[Settings]:
    """The lock and the settings that every command but `restore` works with."""
    settings = load_settings(**given)
    with in_use(settings):
        yield settings


def _run(work: Coroutine[Any, Any, Any]) -> Any:
    # What loading made lives as long as the process: the collector need not look at it.
    gc.freeze()
    gc.enable()
    return asyncio.run(work)


def _serve(settings: Settings, workers: int = 1) -> None:
    gc.disable()  # until the portal serves
    # The other commands start quicker without.
    from app.main import create_app  # noqa: PLC0415
    from app.web.server import run  # noqa: PLC0415

    run(create_app(settings), settings, workers)


if __name__ == "__main__":
    main()
