"""Reading the packed columns of a page, as their documentation says."""

import base64
import json
import re
import zlib

import numpy as np

from tffsim.tracing.document.schema import NUMBERS_FOR_VIEWS, TIMES_FOR_VIEWS


def data_of(text):
    """Returns what the page `text` holds."""
    return json.loads(re.search(r'id="tffsim-trace">(.*?)</script>', text, re.DOTALL)[1])


def front_end_of(text):
    """Returns the front end that the page `text` runs."""
    found = re.search(r'id="tffsim-front-end">(.*?)</script>', text, re.DOTALL)[1]
    return zlib.decompress(base64.b64decode(found), wbits=-zlib.MAX_WBITS).decode()


def unpacked(packed, count):
    """Returns the columns of whole numbers, by name; times in ticks."""
    content = np.frombuffer(zlib.decompress(base64.b64decode(packed["whole"])), np.uint8)
    columns = []
    for width in packed["widths"]:
        planes, content = content[: width * count].reshape(width, count).astype(object), content[width * count :]
        coded = sum(plane * 256**k for k, plane in enumerate(planes))
        columns.append(np.cumsum([-(number + 1) // 2 if number % 2 else number // 2 for number in coded]).tolist())
    assert not len(content)
    return dict(zip(["id", *NUMBERS_FOR_VIEWS, *TIMES_FOR_VIEWS], columns, strict=True))
