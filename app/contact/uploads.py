"""A form of the contact pages as it arrives, with or without a file, which is stored if there is one."""

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from app.access import MemberAccess
from app.errors import Refused
from app.kept_files import Kept, keep_file
from app.text.fields import Input
from app.web.caller import MULTIPART_TYPE, Caller
from app.web.forms import Form
from app.web.signatures import Request
from app.web.uploads import NO_FILE, Limit, Upload, read_upload

BYTES = 20_000  # of one field: the longest text, in letters that take several bytes each
ADVICE = "enregistrez-le en PDF plus léger, ou envoyez-le en plusieurs messages"


Allowed = Callable[[MemberAccess, Any], Awaitable[object]]


class SentForm(NamedTuple):
    form: Form[Any]
    file: Kept | None


async def read_sent(request: Request, access: MemberAccess, model: type[Input], allowed: Allowed) -> SentForm:
    """Read the form outside the transaction: the network and the disk may be slow. A file is stored before
    the row that names it, and after `allowed` accepted such a row: the fields may name a thread of somebody
    else.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != MULTIPART_TYPE:
        return SentForm(await Form.read(request, model), None)
    async with access.paused():
        upload = await read_upload(request, Limit(advice=ADVICE, field=BYTES))
        if not upload.fields.get("fichier", ""):
            upload.fields.pop("fichier", None)  # Browsers that cannot send files send the field's name.
        form: Form[Any] = Form.of(request, model, upload.fields, is_garbled=upload.is_garbled)
        file = await _stored(access, upload, form, allowed) if Caller.of(request).verified else None
    return SentForm(form, file)


async def _stored(access: MemberAccess, upload: Upload, form: Form[Any], allowed: Allowed) -> Kept | None:
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
    form.data = None
    return None
