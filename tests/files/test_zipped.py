"""Names within an archive: any system unpacks them, and none overwrites another."""

import io
import unicodedata
import zipfile

from hypothesis import given
from hypothesis import strategies as st

from app.files.zipped import Sink, Stored, names_in, zip_of

TITLE = st.text(max_size=30) | st.sampled_from(
    ["A", "a", "A (2)", "..", "../../etc", "C:\\x", "CON", "é", "E\u0301"]
)
DEPOSITED = st.sampled_from(["a.pdf", "b.PDF", "c.png", "d.docx"])


@given(st.lists(st.tuples(TITLE, DEPOSITED), max_size=12))
def test_no_two_names_are_one_and_none_leads_out_of_its_folder(files):
    names = names_in(files)
    assert len({unicodedata.normalize("NFC", name.casefold()) for name in names}) == len(names) == len(files)
    for name, (_, deposited) in zip(names, files, strict=True):
        assert not {*'\\/:*?"<>|\0\n\r\t'} & {*name}
        assert name.endswith("." + deposited.rpartition(".")[2].lower())
        assert not name.startswith((" ", ".", "-"))
        assert len(name) <= 112


@given(st.lists(st.tuples(TITLE, DEPOSITED), max_size=12))
def test_a_title_of_plain_letters_is_the_name_itself(files):
    for name, (title, _) in zip(names_in(files), files, strict=True):
        if title.isascii() and title.isalnum():
            assert name.startswith(title)


class Shelf:
    """Files by name, in pieces."""

    def __init__(self, files):
        self.files = files

    async def opened(self, sha256):
        async def pieces():
            for start in range(0, len(self.files[sha256]), 7):
                yield self.files[sha256][start : start + 7]

        return pieces()


async def test_an_archive_is_read_back_though_it_was_never_whole():
    files = {"one": b"%PDF-1.7 premier" * 9, "two": b"", "three": bytes(range(256))}
    stored = [Stored(f"{name}.pdf", name) for name in files]
    chunks = [each async for each in zip_of(stored, Shelf(files), {"lisez-moi.txt": "Élise".encode()})]
    assert max(map(len, chunks)) < 600
    with zipfile.ZipFile(io.BytesIO(b"".join(chunks))) as archive:
        assert archive.testzip() is None
        assert archive.read("lisez-moi.txt") == "Élise".encode()
        assert {name: archive.read(f"{name}.pdf") for name in files} == files


def test_what_was_taken_from_a_sink_is_no_longer_in_it():
    sink = Sink()
    assert sink.write(b"ab") == 2
    sink.write(bytearray(b"c"))
    assert (sink.taken(), sink.taken()) == (b"abc", b"")
