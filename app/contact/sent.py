"""A form of the contact pages as it arrives: with a file or without, and the file kept if there is one."""

from typing import Any, NamedTuple

from litestar import Request

from app.access import MemberAccess
from app.errors import Refused
from app.fields import Input
from app.forms import STALE, Form
from app.kept_files import Kept, keep_file
from app.uploads import NO_FILE, Limit, Upload, read_upload
from app.visit import MULTIPART_TYPE, Visit

BYTES = 20_000  # of one field: the longest text, in letters that take several bytes each
ADVICE = "enregistrez-le en PDF plus léger, ou envoyez-le en plusieurs messages"


class Sent(NamedTuple):
    form: Form[Any]
    file: Kept | None


async def read_sent(request: Request[Any, Any, Any], access: MemberAccess, model: type[Input]) -> Sent:
    """Outside the transaction: the network and the disk may be slow. A file is kept before the row that names
    it: kept for nothing if that row never comes, but never missing.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != MULTIPART_TYPE:
        return Sent(await Form.read(request, model), None)
    async with access.paused():
        upload = await read_upload(request, Limit(advice=ADVICE, field=BYTES))
        form: Form[Any] = Form(upload.fields)
        if not form.typed.get("fichier", ""):
            form.typed.pop("fichier", None)  # Browsers that cannot send files send the field's name.
        form.check(model)
        file = await _kept(access, upload, form) if Visit.of(request).verified else None
    if not Visit.of(request).verified:
        Visit.of(request).is_stale_shown = True
        form.data, form.errors = None, {"": STALE}
    return Sent(form, file)


async def _kept(access: MemberAccess, upload: Upload, form: Form[Any]) -> Kept | None:
    if upload.problem == NO_FILE and not upload.name:
        return None
    problem = upload.problem
    if not problem and form.errors:
        problem = f"Choisissez de nouveau le fichier « {upload.name[:80]} »."
    try:
        if not problem:
            return await keep_file(access.portal.storage, upload.name, upload.content)
    except ValueError as wrong:
        problem = str(wrong)
    form.refuse(Refused(problem, "fichier"))
    form.data = None
    return None
