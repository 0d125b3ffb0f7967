"""A form of the contact pages as it arrives: with a file or without, and the file kept if there is one."""

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from litestar import Request

from app.access import MemberAccess
from app.errors import Refused
from app.fields import Input
from app.forms import Form
from app.kept_files import Kept, keep_file
from app.uploads import NO_FILE, Limit, Upload, read_upload
from app.visit import MULTIPART_TYPE, Visit

BYTES = 20_000  # of one field: the longest text, in letters that take several bytes each
ADVICE = "enregistrez-le en PDF plus léger, ou envoyez-le en plusieurs messages"


Allowed = Callable[[MemberAccess, Any], Awaitable[object]]


class Sent(NamedTuple):
    form: Form[Any]
    file: Kept | None


async def read_sent(
    request: Request[Any, Any, Any], access: MemberAccess, model: type[Input], allowed: Allowed
) -> Sent:
    """Outside the transaction: the network and the disk may be slow. A file is kept before the row that names
    it, and after `allowed` said that such a row may be written: what is told may name what is not theirs.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != MULTIPART_TYPE:
        return Sent(await Form.read(request, model), None)
    async with access.paused():
        upload = await read_upload(request, Limit(advice=ADVICE, field=BYTES))
        if not upload.fields.get("fichier", ""):
            upload.fields.pop("fichier", None)  # Browsers that cannot send files send the field's name.
        form: Form[Any] = Form.of(request, model, upload.fields, is_garbled=upload.is_garbled)
        file = await _kept(access, upload, form, allowed) if Visit.of(request).verified else None
    return Sent(form, file)


async def _kept(access: MemberAccess, upload: Upload, form: Form[Any], allowed: Allowed) -> Kept | None:
    if upload.problem == NO_FILE and not upload.name:
        return None
    problem = upload.problem
    if not problem and form.errors:
        problem = f"Choisissez de nouveau le fichier « {upload.name[:80]} »."
    try:
        if not problem:
            return await keep_file(access, upload.name, upload.content, lambda own: allowed(own, form.data))
        form.refuse(Refused(problem, "fichier"))
    except Refused as refused:
        form.refuse(refused)
    except ValueError as wrong:
        form.refuse(Refused(str(wrong), "fichier"))
    form.data = None
    return None
