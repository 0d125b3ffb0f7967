"""The settings of `portail --env FILE`: one `NAME=value` a line, as systemd and every shell tool write them.

Read by the portal itself, so that no password stands in a list of processes or in the history of a shell.
"""

import os
import re
from pathlib import Path

from dotenv.parser import parse_stream

from app.settings import Settings, WrongSetting

NAME = re.compile(r"[A-Z][A-Z0-9_]*")
OURS = "PORTAIL_"


def read_environment(file: Path) -> None:
    """What the environment says already is left: who types a variable before a command means it."""
    try:
        with file.open(encoding="utf-8") as lines:
            bindings = list(parse_stream(lines))
    except UnicodeDecodeError:
        raise WrongSetting(f"{file} n’est pas en UTF-8.") from None
    except OSError as error:
        raise WrongSetting(f"{file} ne se lit pas : {error.strerror}.") from None
    for each in bindings:
        if each.key is None and not each.error:
            continue
        # Never what the line says: it may be a password.
        where = f"{file}, ligne {each.original.line + _blank_lines(each.original.string)}"
        if each.error or each.key is None or each.value is None or not NAME.fullmatch(each.key):
            raise WrongSetting(f"{where} : il faut NOM=valeur, entre guillemets doubles si besoin.")
        if each.key.startswith(OURS) and each.key.removeprefix(OURS).lower() not in Settings.model_fields:
            raise WrongSetting(f"{where} : {each.key} n’est pas un réglage du portail.")
        os.environ.setdefault(each.key, each.value)


def _blank_lines(words: str) -> int:
    """A binding begins with the blank lines above it."""
    return words[: len(words) - len(words.lstrip())].count("\n")
