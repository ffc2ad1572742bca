# Licensed under the Apache License, Version 2.0 (see LICENSE).
"""Bodies of requests and documents, the same in each run."""
import json
import urllib.parse

TYPES = {
    "bytes": "application/octet-stream",
    "form": "application/x-www-form-urlencoded",
    "json": "application/json",
}
_WORDS = ("garden", "table", "wood", "delivery", "weather", "chair", "colour",
          "summer", "order", "quality", "family", "evening", "terrace",
          "price", "corner", "paint")
COMMENT_SIZE = 700
JSON_SIZE = 3900


def body(name):
    return {"bytes": lambda: document(1024), "form": _form,
            "json": lambda: order(JSON_SIZE)}[name]()


def document(size):
    """Bytes that tell their own position, so that a shift is seen."""
    lines = b"".join(b"%07d\n" % n for n in range(size // 8 + 1))
    return lines[:size]


def prose(size, number=1):
    """Words with punctuation, as a visitor writes them."""
    text = ""
    while len(text) < size:
        number = (number * 1103515245 + 12345) & 0x7fffffff
        text += _WORDS[number >> 16 & 15] + (
            ", " if number >> 20 & 7 == 0 else
            ". It's " if number >> 20 & 15 == 9 else " ")
    return text[:size]


def _form():
    """A comment on a page, 0.9 KB."""
    return urllib.parse.urlencode({
        "author": "Mary Example", "email": "mary@example.com",
        "url": "http://www.example.com/garden?page=1",
        "comment": prose(COMMENT_SIZE), "comment_post_ID": "42",
        "comment_parent": "0", "submit": "Post Comment",
    }).encode()


def order(size):
    """An order as JSON, with as many lines as make it longer than size."""
    text = {"customer": {"name": "Mary Example",
                         "email": "mary@example.com"}, "lines": []}
    lines, number, length = text["lines"], 1, len(json.dumps(text)) - 2
    while True:
        number = (number * 1103515245 + 12345) & 0x7fffffff
        lines.append({"id": number >> 12, "name": prose(24, number),
                      "price": (number >> 8 & 0xffff) / 100,
                      "gift": bool(number >> 20 & 1), "note": None,
                      "options": {"colour": _WORDS[number >> 16 & 15],
                                  "size": number >> 17 & 63}})
        length += len(json.dumps(lines[-1])) + 2
        if length > size:
            return json.dumps(text).encode()
