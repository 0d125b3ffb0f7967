"""Web Authentication (W3C, level 3): the options that a browser is given, the answers of its keys. Pure.

The library is loaded where it is first used: it takes a tenth of a second and few people need it. It raises
more than it says on bytes that somebody made up, so whatever it raises is a wrong answer.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

LONGEST = 16_000  # letters of an answer: keys of 4 096 bits give 3 000
SECONDS = 5 * 60  # that a browser waits for its key
MOST = 10  # keys of one account
NAMED = re.compile(r"[A-Za-z0-9_-]{1,1364}")  # 1 023 bytes in base64url


class WrongAnswer(Exception):  # noqa: N818
    """Not signed by that key, for this challenge, on our own pages, by somebody whom the key recognised."""


@dataclass(frozen=True, slots=True)
class Site:
    """The portal as keys know it: `name` is its host, `origin` that of its pages."""

    name: str
    origin: str
    title: str


@dataclass(frozen=True, slots=True)
class NewKey:
    """The public part of a key just made. Texts are base64url."""

    credential_id: str
    public_key: str
    sign_count: int
    is_syncable: bool
    is_synced: bool


@dataclass(frozen=True, slots=True)
class Signed:
    """The word of a key beside its signature. `user_handle`: the account that it knows, if it says so."""

    sign_count: int
    is_syncable: bool
    is_synced: bool
    user_handle: bytes | None


def creation_options(site: Site, handle: bytes, email: str, challenge: bytes, known: Iterable[str]) -> str:
    """Options of a new key, as JSON: one that finds its account by itself, and checks who holds it."""
    from webauthn import generate_registration_options, options_to_json  # noqa: PLC0415
    from webauthn.helpers import structs  # noqa: PLC0415

    selection = structs.AuthenticatorSelectionCriteria(
        resident_key=structs.ResidentKeyRequirement.REQUIRED,
        user_verification=structs.UserVerificationRequirement.REQUIRED,
    )
    options = generate_registration_options(
        rp_id=site.name, rp_name=site.title, user_id=handle, user_name=email, challenge=challenge,
        timeout=SECONDS * 1_000, authenticator_selection=selection, exclude_credentials=_described(known),
    )  # fmt: skip
    return options_to_json(options)


def request_options(site: Site, challenge: bytes, known: Iterable[str] = ()) -> str:
    """Options of a signature, as JSON. `known`: the keys that may give it; none for whichever knows us."""
    from webauthn import generate_authentication_options, options_to_json  # noqa: PLC0415
    from webauthn.helpers import structs  # noqa: PLC0415

    options = generate_authentication_options(
        rp_id=site.name, challenge=challenge, timeout=SECONDS * 1_000, allow_credentials=_described(known),
        user_verification=structs.UserVerificationRequirement.REQUIRED,
    )  # fmt: skip
    return options_to_json(options)


def _described(known: Iterable[str]) -> list[Any]:
    from webauthn import base64url_to_bytes  # noqa: PLC0415
    from webauthn.helpers import structs  # noqa: PLC0415

    return [structs.PublicKeyCredentialDescriptor(id=base64url_to_bytes(each)) for each in known]


def credential_named(answer: str) -> str:
    """The number of the key that an answer names, "" for none: nothing of it is checked."""
    try:
        named = json.loads(answer)["id"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
    return named if isinstance(named, str) and NAMED.fullmatch(named) else ""


def read_new_key(site: Site, answer: str, challenge: bytes) -> NewKey:
    """The key that this answer made, or `WrongAnswer`."""
    from webauthn import verify_registration_response  # noqa: PLC0415
    from webauthn.helpers import bytes_to_base64url  # noqa: PLC0415

    try:
        made = verify_registration_response(
            credential=answer, expected_challenge=challenge, expected_rp_id=site.name,
            expected_origin=site.origin, require_user_verification=True,
        )  # fmt: skip
    except Exception as error:
        raise WrongAnswer from error
    return NewKey(
        credential_id=bytes_to_base64url(made.credential_id),
        public_key=bytes_to_base64url(made.credential_public_key),
        sign_count=made.sign_count,
        is_syncable=_is_syncable(made.credential_device_type),
        is_synced=made.credential_backed_up,
    )


def read_signature(site: Site, answer: str, challenge: bytes, public_key: str, sign_count: int) -> Signed:
    """The word of this key, or `WrongAnswer`; also when it counts, and counts no further than before: it was
    copied.
    """
    from webauthn import base64url_to_bytes, verify_authentication_response  # noqa: PLC0415
    from webauthn.helpers import parse_authentication_credential_json  # noqa: PLC0415

    try:
        credential = parse_authentication_credential_json(answer)
        seen = verify_authentication_response(
            credential=credential, expected_challenge=challenge, expected_rp_id=site.name,
            expected_origin=site.origin, credential_public_key=base64url_to_bytes(public_key),
            credential_current_sign_count=sign_count, require_user_verification=True,
        )  # fmt: skip
    except Exception as error:
        raise WrongAnswer from error
    return Signed(
        sign_count=seen.new_sign_count,
        is_syncable=_is_syncable(seen.credential_device_type),
        is_synced=seen.credential_backed_up,
        user_handle=credential.response.user_handle,
    )


def _is_syncable(kind: str) -> bool:
    return kind == "multi_device"
