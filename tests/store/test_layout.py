import pytest

from shiftscope.errors import BadRequest
from shiftscope.store.layout import folder_name, given_name, recorded_name


@pytest.mark.parametrize(
    "name",
    [
        "cifar10",
        "cifar10.1",
        "../../etc",
        "a/b",
        "a\\b",
        ".hidden",
        "..",
        "CON",
        "nul.txt",
        "<script>",
        "Größe",
        "x ",
        "derived",
        "study.json",
        "head.safetensors",
        "relu@1:max",
        "100%",
        "a%2Fb",
    ],
)
def test_any_name_is_one_harmless_folder_and_comes_back(name, tmp_path):
    folder = folder_name(name)
    assert given_name(folder) == name
    assert not set(folder) & set('/\\:*?"<>|')
    assert not folder.startswith(".")
    assert (tmp_path / folder).resolve().parent == tmp_path.resolve()


def test_plain_names_stay_readable():
    assert folder_name("cifar10.1 (test)") == "cifar10.1 (test)"


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "\x00", "x" * 151])
def test_names_nobody_could_read_are_refused(name):
    with pytest.raises(BadRequest, match="cannot be the name"):
        folder_name(name)


def test_different_names_are_different_folders():
    names = ["a/b", "a%2Fb", "a_b", "CON", "con", "%43ON"]
    assert len({folder_name(name) for name in names}) == len(names)


@pytest.mark.parametrize("name", ["lab", "field: 2%", "con", "..", "a.b", "lab (2)", ".1 lab", "x" * 150])
def test_a_folder_tells_the_name_that_a_dataset_was_recorded_under(name):
    assert recorded_name(folder_name(name)) == recorded_name(f".12 {folder_name(name)}") == name


@pytest.mark.parametrize("folder", ["", "..", "a/b", ".new lab", ".0 lab", ".1 ", "a:b", "con"])
def test_what_is_no_folder_of_a_dataset_tells_none(folder):
    with pytest.raises((ValueError, BadRequest)):
        recorded_name(folder)
