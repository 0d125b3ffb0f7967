#!/usr/bin/env bash
# An unsubscribe link longer than a line is written by EmailMessage as =?utf-8?q?...?=, and is no link any more.
#
# Version: Python 3.11 (email.message, policies default and SMTP), listunsub 0.2.0 and emails 1.1.3 (PyPI).
# Guess:   an ASCII header is folded at its spaces; one long word is left on a line of its own, as RFC 5322 allows up to
#          998 characters.
# Seen:    past 78 characters the address is cut into encoded words, "<" and ">" included. A reader of the field,
#          which never decodes those (RFC 2047 keeps them out of such fields), finds no link. EmailMessage decodes its
#          own work, so a test that parses the message back sees the link intact. emails puts it on its own line.
# Source:  RFC 2369, section 2 (URIs in angle brackets) and RFC 2047, section 5; email/_header_value_parser.py,
#          _refold_parse_tree().
# So:      a link with a signed token is easily that long. The message is written with a policy of max_line_length=998,
#          or by a library that leaves the field alone, and the test reads the bytes, not the parsed message.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --disable-pip-version-check listunsub==0.2.0 emails==1.1.3
"$dir/venv/bin/python" -W ignore - <<'PYTHON'
import re
from email import message_from_bytes, policy
from email.message import EmailMessage

import emails
import listunsub

LINK = f"https://portail.exemple.fr/desabonnement/{'a1b2c3d4' * 8}"
message = EmailMessage()
message["From"], message["To"], message["Subject"] = "portail@exemple.fr", "adherent@exemple.org", "Rappel"
message["List-Unsubscribe"] = f"<{LINK}>"
message.set_content("Bonjour")
letter = emails.Message(
    subject="Rappel", mail_from="portail@exemple.fr", mail_to="adherent@exemple.org", text="Bonjour",
    headers={"List-Unsubscribe": f"<{LINK}>"},
)  # fmt: skip


def links(name, content):
    head = content.replace("\r\n", "\n").split("\n\n")[0]
    field = re.sub(r"\n(?=[ \t])", "", re.search(r"^List-Unsubscribe:((?:.|\n(?=[ \t]))*)", head, re.M)[1]).strip()
    print(f"{name}: {field[:60]}... links: {len(listunsub.parse(field))}")
    return listunsub.parse(field)


as_sent = message.as_bytes(policy=policy.SMTP)
read_back = message_from_bytes(as_sent, policy=policy.default)["List-Unsubscribe"]
print("parsed back by Python, the link is whole:", read_back == f"<{LINK}>")
wide = message.as_bytes(policy=policy.SMTP.clone(max_line_length=998)).decode()
assert links("EmailMessage", as_sent.decode()) == [], "changed: the link is left as it is"
assert links("EmailMessage, lines of 998", wide) == [LINK]
assert links("emails", letter.as_string()) == [LINK]
PYTHON
