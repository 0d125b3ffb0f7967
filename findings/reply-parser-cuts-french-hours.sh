#!/usr/bin/env bash
# An answer "De : 9 h / À : 12 h" is cut off as a quotation, while the quotation of a French Gmail stays in the answer.
#
# Version: mail-parser-reply 1.36 (PyPI), with languages=["fr"].
# Guess:   French is one of its languages, so it knows "… a écrit :" and "De : … Objet :" as Gmail and Outlook write them;
#          what it does not know it leaves in, so that at worst a letter is read twice.
# Seen:    it looks for a plain space before the colon. French writes a no-break space there, and mail programs do: with
#          it no quotation is found at all, and the answer holds our whole letter. Two lines that begin with De, À, Cc or
#          Objet are a header wherever they stand: the hours when somebody is free, and all after them, are gone. A
#          line that begins with "Bonne journée" ends the body even when the sentence goes on.
# Source:  mailparser_reply/constants.py, "fr": from_header, wrote_header, signatures; willdurand/EmailReplyParser change 73,
#          where the same library for PHP learned the no-break space in 2020.
# So:      an answer by mail is kept whole and only shown shorter, with what was folded away one click below; a test has
#          the attributions of Gmail and Outlook with U+00A0 before the colon, and an answer that gives hours.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --disable-pip-version-check mail-parser-reply==1.36
"$dir/venv/bin/python" - <<'PYTHON'
from mailparser_reply import EmailReplyParser


def answer(text):
    return EmailReplyParser(languages=["fr"]).read(text=text).replies[0]


ASKED = "Votre visite est prévue."
GMAIL = "Jeudi me va.\n\nLe jeu. 3 déc. 2026 à 10:12, Santé <contact@exemple.fr> a écrit{}:\n\n> " + ASKED
OUTLOOK = "Jeudi me va.\n\nDe{0}: Santé\nEnvoyé{0}: jeudi 3 décembre 2026\nÀ{0}: Anne\nObjet{0}: Visite\n\n" + ASKED
for name, text in (("Gmail", GMAIL), ("Outlook", OUTLOOK)):
    for space in (" ", "\N{NO-BREAK SPACE}"):
        seen = answer(text.format(space)).content
        print(f"{name}, {space!a} before the colon: {seen!r}")
        assert (ASKED in seen) is (space != " "), "changed: both spaces are read alike"
seen = answer("Je suis libre vendredi.\nDe : 9 h\nÀ : 12 h\n\nSinon, mardi toute la journée.").content
print(f"hours: {seen!r}")
assert seen == "Je suis libre vendredi.", "changed: hours are not taken for a header"
seen = answer("Bonjour,\nBonne journée pour vous ? Mardi me va mieux.").body
print(f"sentence: {seen!r}")
assert seen == "Bonjour,", "changed: a sentence is not taken for a signature"
PYTHON
