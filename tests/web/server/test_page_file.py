"""The file that a page gives to take away."""

from safetensors.numpy import load
from starlette.testclient import TestClient

from shiftscope.web.server.application import application


def test_the_repaired_head_is_taken_from_its_page(misled):
    misled.repair("field", progress=False)
    client = TestClient(application(misled, token=None), base_url="http://127.0.0.1:8421")
    page = client.get("/repair?focus=field")
    assert "repair?focus=field&amp;download=file" in page.text
    answer = client.get("/repair?focus=field&download=file")
    assert answer.headers["content-disposition"] == 'attachment; filename="repaired-head.safetensors"'
    weight = load(answer.content)["weight"]
    assert (weight == misled.repaired_head("field")["weight"].numpy()).all()


def test_a_page_without_a_file_says_so(misled):
    client = TestClient(application(misled, token=None), base_url="http://127.0.0.1:8421")
    for page in ("/", "/repair?focus=field"):
        answer = client.get(f"{page}{'&' if '?' in page else '?'}download=file")
        assert answer.status_code == 404
        assert "no file on this page" in answer.text
