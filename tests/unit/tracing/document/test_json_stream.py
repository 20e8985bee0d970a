"""JSON that is read piece by piece."""

import io

import pytest

from tffsim.tracing.document.json_stream import MAX_ENTRY, JsonStream


def stream_of(text, chunk=7):
    file = io.BytesIO(text.encode())
    return JsonStream(lambda size: file.read(min(size, chunk)))


def test_values_come_one_after_the_other_wherever_the_pieces_end():
    stream = stream_of('{"numbers" : [1234567890, -1.5e10,3 ] , "text":"é\\ud83d\\ude00", "none":[]} ')
    found = {}
    for name in stream.items():
        found[name] = [stream.value() for _ in stream.elements()] if name != "text" else stream.value()
    stream.end()
    assert found == {"numbers": [1234567890, -1.5e10, 3], "text": "é😀", "none": []}


@pytest.mark.parametrize("text", ["", "[", "[1", "[1 2]", "[1,]", "{", '{"a"}', '{"a":1', "{1:2}", "[1}", "[1] 2"])
def test_what_is_no_json_is_an_error(text):
    stream = stream_of(text)

    def read():
        if text.startswith("{"):
            [stream.value() for _ in stream.items()]
        else:
            [stream.value() for _ in stream.elements()]
        stream.end()

    with pytest.raises(ValueError, match=r"xpect"):
        read()


def test_an_entry_may_not_be_long():
    with pytest.raises(ValueError, match="an entry has more than"):
        stream_of('"' + "a" * 2 * MAX_ENTRY + '"', 1 << 16).value()
