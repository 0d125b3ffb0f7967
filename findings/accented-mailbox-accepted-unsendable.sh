#!/usr/bin/env bash
# rené@exemple.fr passes email-validator, and then cannot be sent to, even by a server that takes such addresses.
#
# Version: email-validator 2.4.0, emails 1.1.3 with aiosmtplib 5.1.3, aiosmtpd 1.4.6 (PyPI).
# Guess:   an address that the validator accepts can be mailed; accents are an affair of the server, which announces
#          SMTPUTF8 or refuses; a domain with an accent fails like a name with one.
# Seen:    emails turns the domain of contact@boulangerie-épi.fr into ASCII, and it goes out. A name with an accent,
#          valid for email-validator by default (allow_smtputf8), raises UnicodeEncodeError inside emails, even with a
#          server that announces SMTPUTF8: nothing is sent, and it is no SMTP error, so it looks like a program's fault.
# Source:  email-validator's README, "allow_smtputf8=True" by default and "SMTPUTF8" in "Internationalized email
#          addresses"; RFC 6531.
# So:      nearly always it is a first name typed in place of an address. A sign-up form says allow_smtputf8=False and
#          explains that the part before @ has no accent; an outbox sets such rows aside instead of trying for days.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --disable-pip-version-check \
    email-validator==2.4.0 emails==1.1.3 aiosmtplib==5.1.3 aiosmtpd==1.4.6
"$dir/venv/bin/python" -W ignore - <<'PYTHON'
import asyncio
import socket

import emails
from aiosmtpd.controller import Controller
from email_validator import EmailNotValidError, validate_email

received = []


class Box:
    async def handle_DATA(self, server, session, envelope):
        received.append(envelope.rcpt_tos[0])
        return "250 OK"


async def outcome(address, port):
    message = emails.Message(subject="Convocation", mail_from="portail@exemple.fr", mail_to=address, text="Bonjour")
    try:
        answer = await message.send_async(smtp={"host": "127.0.0.1", "port": port})
    except Exception as error:
        return type(error).__name__
    return f"{answer.status_code} as {received[-1]}"


with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
server = Controller(Box(), hostname="127.0.0.1", port=port, enable_SMTPUTF8=True)
server.start()
seen = {}
for address in ("contact@boulangerie-épi.fr", "rené@exemple.fr"):
    checked = validate_email(address, check_deliverability=False)
    seen[address] = asyncio.run(outcome(checked.normalized, port))
    print(f"{address}: accepted, SMTPUTF8 needed {checked.smtputf8}, sent: {seen[address]}")
server.stop()
try:
    validate_email("rené@exemple.fr", check_deliverability=False, allow_smtputf8=False)
except EmailNotValidError as error:
    print("with allow_smtputf8=False:", error)
assert seen["contact@boulangerie-épi.fr"] == "250 as contact@xn--boulangerie-pi-mkb.fr"
assert seen["rené@exemple.fr"] == "UnicodeEncodeError", "changed: the name with an accent is sent or refused by SMTP"
assert len(received) == 1
PYTHON
