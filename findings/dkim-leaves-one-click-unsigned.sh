#!/usr/bin/env bash
# dkimpy signs List-Unsubscribe and leaves List-Unsubscribe-Post out, so one-click unsubscribing is not honoured.
#
# Version: dkimpy 1.1.8, listunsub 0.2.0 (PyPI).
# Guess:   the default list of signed fields covers every field about lists, or every field of the message.
# Seen:    h= names list-unsubscribe, from the list of RFC 6376 (2011), and not its sister of RFC 8058 (2017). The
#          signature is valid and each field is right, yet the pair does not count. With the field added to
#          should_sign, it does.
# Source:  RFC 8058, section 4: both fields must be covered by a valid DKIM signature; dkim/__init__.py, DKIM.SHOULD;
#          listunsub's documentation of dkim_covers().
# So:      reminders and campaign letters that carry an unsubscribe link are checked on the signed message, as the
#          relay sends it: the big mail hosts ask for one-click from senders in bulk, and say nothing when h= lacks it.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --disable-pip-version-check dkimpy==1.1.8 listunsub==0.2.0 cryptography==50.0.2
"$dir/venv/bin/python" - <<'PYTHON'
import dkim
import listunsub
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

LINK, POST = "<https://portail.exemple.fr/desabonnement/1>", "List-Unsubscribe=One-Click"
LETTER = (
    "From: Portail <portail@exemple.fr>\r\nTo: adherent@exemple.org\r\nSubject: Rappel\r\n"
    "Date: Mon, 05 Jan 2026 08:00:00 +0100\r\nMessage-ID: <1@exemple.fr>\r\n"
    f"List-Unsubscribe: {LINK}\r\nList-Unsubscribe-Post: {POST}\r\n\r\nBonjour\r\n"
).encode()
key = rsa.generate_private_key(65537, 2048).private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
)


def missing(*added):
    signer = dkim.DKIM(LETTER)
    signer.should_sign.update(added)
    signature = signer.sign(b"s1", b"exemple.fr", key).decode().removeprefix("DKIM-Signature:")
    print("signed:", ", ".join(listunsub.signed_headers(signature)))
    problems = listunsub.audit(LINK, POST, dkim_signatures=[signature])
    print("  problems of one-click:", [str(problem) for problem in problems])
    return len(problems), listunsub.dkim_covers(signature, ("List-Unsubscribe",))


assert missing() == (1, True), "changed: the default signature covers both fields"
assert missing(b"list-unsubscribe-post") == (0, True)
PYTHON
