"""Files of a form as its bytes come: no more of them are held than the form takes."""

import pytest

from app.web.uploads import Limit, Upload, _Parts


def body(*files: tuple[str, bytes]) -> bytes:
    parts = [
        f'--b\r\nContent-Disposition: form-data; name="fichier"; filename="{name}"\r\n\r\n'.encode() + content
        for name, content in files
    ]
    return b"\r\n".join([*parts, b"--b--\r\n"])


@pytest.mark.parametrize(("most", "kept"), [(1, 1), (5, 5), (40, 8)])
async def test_the_last_files_are_kept_as_many_as_the_form_takes(most, kept):
    upload = Upload()
    parts = _Parts("b", upload, Limit(files=most), "")
    await parts.feed(body(*((f"{number}.pdf", b"%PDF" * number) for number in range(1, 9))))
    parts.end()
    assert upload.files == [(f"{number}.pdf", b"%PDF" * number) for number in range(9 - kept, 9)]
    assert (upload.name, upload.content) == ("8.pdf", b"%PDF" * 8)


async def test_a_file_goes_as_soon_as_the_next_one_begins():
    upload = Upload()
    parts = _Parts("b", upload, Limit(), "")
    whole = body(("1.pdf", b"un"), ("2.pdf", b"deux"))
    await parts.feed(whole[: whole.index(b"deux") + 2])
    assert upload.files == []
    await parts.feed(whole[whole.index(b"deux") + 2 :])
    assert upload.files == [("2.pdf", b"deux")]
