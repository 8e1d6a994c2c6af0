"""`.model` files of every version, and what is refused of those that only look like one."""

import hashlib
import os

import cbor2
import pytest

from shiftscope.errors import DataError, FileDamaged, LayerNotFound
from shiftscope.interop.deephys.model_file import MOST_LAYERS, MOST_UNITS, read_model_file

from .conftest import REAL


@pytest.mark.parametrize(
    ("file", "name", "layers", "logits"),
    [
        ("now.model", "toy_net", {"linear1": 7, "output": 4}, "output"),
        ("toy_net_v2.model", "toy_net_v2", {"linear1": 7, "classification": 4}, "classification"),
        ("oldest_net.model", "oldest_net", {"classification": 4, "linear1": 7}, "classification"),
    ],
)
def test_every_version_is_read(file, name, layers, logits):
    model = read_model_file(REAL / file)
    assert (model.name, list(model.layers.items()), model.classification_layer) == (
        name,
        list(layers.items()),
        logits,
    )
    assert model.sha256 == hashlib.sha256((REAL / file).read_bytes()).hexdigest()


def test_an_old_model_can_be_told_its_classification_layer(written):
    files = written({"classification_layer": None})
    with pytest.raises(
        LayerNotFound, match=r"classification layer 'classification' is no layer .* hidden, out"
    ):
        read_model_file(files.model)
    assert read_model_file(files.model, "hidden").categories == 2


def test_the_order_of_keys_is_free(written):
    files = written()
    content = cbor2.loads(files.model.read_bytes())
    files.model.write_bytes(cbor2.dumps(dict(reversed(content.items()))))
    assert read_model_file(files.model).layers == {"hidden": 2, "out": 3}


def layer(name="x", neurons=1):
    return {"layerID": name, "neurons": [{}] * neurons}


@pytest.mark.parametrize(
    ("entries", "says"),
    [
        (
            {"weights": 1},
            r"byte \d+: found the key 'weights', expected the keys of a Deephys model, each once: name,",
        ),
        ({"name": 5}, r"byte 6: found the number 5, expected text under 'name', or null"),
        (
            {"layers": [layer(), layer("X")]},
            "'X' as the name of layer 1, as of an earlier one, expected another name",
        ),
        ({"layers": [layer("")]}, "'' as the name of layer 0, expected 1 to 150 printable characters"),
        ({"layers": [layer("a\nb")]}, "as the name of layer 0, expected 1 to 150 printable"),
        ({"layers": [{"layerID": "x"}]}, "found layer 0 with layerID, expected also neurons"),
        (
            {"layers": [{"layerID": "x", "neurons": [{"a": 1}]}]},
            "found a map of 1, expected neuron 0 of layer 0",
        ),
        ({"layers": [{"layerID": "x", "neurons": 7}]}, "found the number 7, expected the neurons of layer 0"),
        ({"layers": [layer("x", MOST_UNITS + 1)]}, "262145 neurons, expected at most 262144"),
        ({"layers": [layer("x", MOST_UNITS), layer("y")]}, "layer 'y' of 1 neurons, expected at most 262144"),
        (
            {"layers": [layer(str(i), 0) for i in range(MOST_LAYERS + 1)]},
            "4097 layers, expected at most 4096",
        ),
    ],
)
def test_what_is_no_model_is_refused_with_its_byte(written, entries, says):
    files = written(entries)
    with pytest.raises(FileDamaged, match=says) as refusal:
        read_model_file(files.model)
    assert str(refusal.value).startswith(f"{files.model}, byte ")


def test_a_missing_or_repeated_key_is_refused(written):
    files = written()
    files.model.write_bytes(cbor2.dumps({"name": "x"}))
    with pytest.raises(FileDamaged, match="byte 0: found a Deephys model with name, expected also layers"):
        read_model_file(files.model)
    files.model.write_bytes(b"\xa2" + 2 * (cbor2.dumps("name") + cbor2.dumps("x")))
    with pytest.raises(FileDamaged, match=r"byte 8: found the key 'name', expected .* each once"):
        read_model_file(files.model)


def test_a_model_whose_profiles_would_fill_the_memory_is_refused(written):
    files = written({"layers": [layer("hidden", 2), layer("out", 9000)]})
    with pytest.raises(DataError, match=r"9002 units and 9000 categories: .* at most 67108864 are stored"):
        read_model_file(files.model)


def test_what_is_no_file_is_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for name in ("none.model", "", "pipe"):
        with pytest.raises(DataError, match="is a folder or not there"):
            read_model_file(tmp_path / name)
