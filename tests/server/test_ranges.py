"""Parts of files and conditional downloads."""

import pytest

from support import is_error

CONTENT = b"abcdefghijkl"


@pytest.fixture(scope="module")
def path(ada):
    project_id = ada.new_project("ranges")
    ada.uploaded(project_id, "a.txt", CONTENT)
    ada.uploaded(project_id, "empty.txt", b"")
    return f"files/{project_id}/a.txt/"


@pytest.mark.parametrize("header, start, end", [
    ("bytes=0-2", 0, 2), ("bytes=5-8", 5, 8), ("bytes=7-", 7, 11), ("bytes=0-", 0, 11),
    ("bytes=0-11", 0, 11), ("bytes=11-", 11, 11), ("bytes=00-02", 0, 2),
])
def test_good_ranges(ada, path, header, start, end):  # contract N1
    answer = ada.get(path, headers={"Range": header})
    assert answer.status_code == 206
    assert answer.content == CONTENT[start:end + 1]
    assert answer.headers["Content-Range"] == f"bytes {start}-{end}/12"
    assert answer.headers["Content-Length"] == str(end - start + 1)
    assert answer.headers["Accept-Ranges"] == "bytes"


@pytest.mark.parametrize("header", [
    "bytes=abc-", "bytes=-def", "bytes=-1-", "bytes=1-55",                     # contract N2
    "items=0-2", "bytes=-5", "bytes=5-2", "bytes=0-0", "bytes=1-1",            # contract N4
    "bytes= 0-2", "bytes=0 -2", "bytes=0- 2", "bytes =0-2", "bytes=0-2,4-6",
    "bytes=0-2x", "bytes=12-", "bytes=12-13", "bytes=", "bytes", "0-2", "Bytes=0-2",
    "bytes=0-12", "bytes=99999999999999999999999-", "bytes=0-99999999999999999999999",
    "bytes=+1-2", "bytes=0x1-2",
])
def test_bad_ranges(ada, path, header):
    answer = ada.get(path, headers={"Range": header})
    assert is_error(answer, 416, "invalid_http_range")
    assert answer.json()["message"] == "The provided HTTP range header is invalid."


def test_an_empty_file_has_no_range(ada, path):
    answer = ada.get(path.replace("a.txt", "empty.txt"), headers={"Range": "bytes=0-"})
    assert is_error(answer, 416, "invalid_http_range")


def test_short_ranges_can_be_refused(new_server):  # contract N3
    server = new_server(config="min_range_bytes = 3\n")
    account = server.account("ada")
    project_id = account.new_project("p")
    account.uploaded(project_id, "a.txt", CONTENT)
    path = f"files/{project_id}/a.txt/"
    assert account.get(path, headers={"Range": "bytes=0-2"}).status_code == 206
    assert account.get(path, headers={"Range": "bytes=0-1"}).status_code == 416


def test_if_none_match_takes_tags_with_and_without_quotes(ada, path):
    tag = ada.get(path).headers["ETag"]
    for given in (tag, tag.strip('"'), f'"other", {tag}', "*", f"W/{tag}"):
        answer = ada.get(path, headers={"If-None-Match": given})
        assert (answer.status_code, answer.content) == (304, b""), given
    answer = ada.get(path, headers={"If-None-Match": "0" * 32})
    assert (answer.status_code, answer.content) == (200, CONTENT)


def test_if_match_guards_against_another_version(ada, path):
    tag = ada.get(path).headers["ETag"]
    assert ada.get(path, headers={"If-Match": tag}).status_code == 200
    assert ada.get(path, headers={"If-Match": '"0"'}).status_code == 412


def test_dates_are_conditions_too(ada, path):
    stamp = ada.get(path).headers["Last-Modified"]
    assert ada.get(path, headers={"If-Modified-Since": stamp}).status_code == 304
    old = "Thu, 01 Jan 1998 00:00:00 GMT"
    assert ada.get(path, headers={"If-Modified-Since": old}).status_code == 200
    assert ada.get(path, headers={"If-Unmodified-Since": stamp}).status_code == 200
    assert ada.get(path, headers={"If-Unmodified-Since": old}).status_code == 412


def test_a_broken_download_is_resumed(ada):
    project_id = ada.new_project("resume")
    content = bytes(range(256)) * 20_000
    ada.uploaded(project_id, "big.bin", content)
    first = content[:1_000_001]
    answer = ada.get(f"files/{project_id}/big.bin/", headers={"Range": f"bytes={len(first)}-"})
    assert answer.status_code == 206 and first + answer.content == content


def test_head_has_the_headers_of_get(ada, path):
    answer = ada.request("HEAD", path)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["Content-Length"] == "12"
