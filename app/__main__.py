"""The `portail` command."""

import asyncio
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import click
from sqlalchemy.exc import DBAPIError

from app import clock, commands
from app.logs import configure_logs, words_of
from app.settings import Settings, WrongSetting, load_settings


class Refusing(click.Group):
    """A wrong setting or a refused command ends with one sentence, never with a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (WrongSetting, commands.CommandRefused) as refused:
            click.echo(str(refused), err=True)
            sys.exit(2)
        except (DBAPIError, OSError) as trouble:
            # What a command had committed before stays: only `migrate` may say that nothing was done.
            reason = getattr(trouble, "orig", None) or trouble
            click.echo(f"La commande n’a pas abouti : {words_of(reason)}", err=True)
            sys.exit(2)


@click.group(cls=Refusing, help="Le portail des adhérents. Réglages : variables PORTAIL_… (voir README).")
def main() -> None:
    configure_logs()


@main.command(help="Sert le portail (production).")
def serve() -> None:
    settings = load_settings()
    _run(commands.check_production(settings))
    _serve(settings)


@main.command(help="Sert la démonstration : données fictives, courriels lisibles à l’écran.")
def demo() -> None:
    settings = load_settings(demo=True)
    _run(commands.fill_demo(settings))
    click.echo(commands.demo_words(settings))
    _serve(settings)


@main.command(help="Met la base de données à jour.")
def migrate() -> None:
    _run(commands.migrate_database(load_settings()))
    click.echo("La base de données est à jour.")


@main.command("import-companies", help="Charge les adhérents depuis un fichier CSV (point-virgule).")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--letters", type=click.Path(path_type=Path), help="Où écrire les numéros tirés pour les courriers."
)
def import_companies(file: Path, letters: Path | None) -> None:
    click.echo(_run(commands.import_companies(load_settings(), file.read_bytes(), letters, clock.now())))


@main.command("create-staff", help="Ouvre un compte du service ; son accès part par courriel.")
@click.argument("email")
@click.option("--first-name", default="", help="Prénom")
@click.option("--last-name", default="", help="Nom")
def create_staff(email: str, first_name: str, last_name: str) -> None:
    click.echo(_run(commands.create_staff(load_settings(), email, first_name, last_name, clock.now())))


@main.command("send-mail", help="Envoie maintenant les courriels qui attendent.")
def send_mail() -> None:
    click.echo(_run(commands.send_mail(load_settings())))


@main.command(help="Copie la base SQLite, même en service, vers FILE.")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    commands.backup(load_settings(), file)
    click.echo(f"Sauvegarde écrite : {file}")


def _run(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(work)


def _serve(settings: Settings) -> None:
    import uvicorn  # noqa: PLC0415 - the other commands start quicker without

    from app.main import create_app  # noqa: PLC0415

    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        forwarded_allow_ips=settings.trusted_proxies,
        access_log=False,
        server_header=False,
        log_config=None,
        log_level="warning",
        timeout_graceful_shutdown=10,
    )


if __name__ == "__main__":
    main()
