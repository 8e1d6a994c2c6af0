from __future__ import annotations

import json
import os
import shutil
import zipfile
from pathlib import Path

import pytest
import torch
from torch import nn

from shiftscope.errors import ModelError
from shiftscope.model.exported_program import load_exported

IMAGES = torch.zeros(2, 4)


class Evil:
    def __reduce__(self):
        return os.mkdir, ("harmed",)


class Net(nn.Module):
    """Has a weight, a buffer that is not saved, a constant, and a branch without gradients."""

    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(4, 3)
        self.register_buffer("shift", torch.ones(3), persistent=False)
        self.scale = torch.tensor(2.0)

    def forward(self, x):
        with torch.no_grad():
            y = x & x if x.dtype == torch.bool else x * x.shape[0]
        return self.hidden(y) * self.scale + self.shift


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    torch.manual_seed(0)
    net, path = Net().eval(), tmp_path_factory.mktemp("exported") / "net.pt2"
    program = torch.export.export(net, (IMAGES,), dynamic_shapes=({0: torch.export.Dim("n", min=2, max=64)},))
    torch.export.save(program, path)
    return net, path


@pytest.fixture
def exported(folder, archive):
    net, path = archive
    return net, Path(shutil.copy(path, folder))


def rewritten(path, change):
    """The archive with each member as `change` gives it; None leaves it as it is."""
    with zipfile.ZipFile(path) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in held.items():
            archive.writestr(name, change(name, content) or content)


def pickled(made):
    torch.save(made, "made.pt")
    with open("made.pt", "rb") as file:
        return file.read()


def test_an_exported_model_answers_as_it_did(exported):
    net, path = exported
    inputs = torch.arange(20.0).reshape(5, 4)
    torch.testing.assert_close(load_exported(path)(inputs), net(inputs))


def test_code_in_the_example_inputs_is_not_run(exported):
    _, path = exported
    evil = pickled(((Evil(),), {}))
    rewritten(path, lambda name, _: evil if name.endswith("sample_inputs/model.pt") else None)
    with pytest.raises(ModelError, match=r"'data/sample_inputs/model.pt' holds a pickle.*module of your own"):
        load_exported(path)
    assert not os.path.exists("harmed")


@pytest.mark.parametrize("list_of", ["weights", "constants"])
def test_code_in_a_pickled_tensor_is_not_run(exported, list_of):
    _, path = exported
    evil, first = pickled(Evil()), {"weights": "weight_0", "constants": "tensor_0"}[list_of]

    def change(name, content):
        if name.endswith(f"{list_of}/model_{list_of}_config.json"):
            listed = json.loads(content)
            for payload in listed["config"].values():
                payload["use_pickle"] |= payload["path_name"] == first
            return json.dumps(listed).encode()
        return evil if name.endswith(f"{list_of}/{first}") else None

    rewritten(path, change)
    with pytest.raises(ModelError, match="holds a pickle that is not of tensors alone"):
        load_exported(path)
    assert not os.path.exists("harmed")


def test_code_in_an_archive_of_an_older_torch_is_not_run(folder):
    with zipfile.ZipFile("old.pt2", "w") as archive:
        archive.writestr("version", "8.2")
        archive.writestr("serialized_exported_program.json", "{}")
        for part in ("state_dict", "constants", "example_inputs"):
            archive.writestr(f"serialized_{part}.pt", pickled(Evil()))
    with pytest.raises(ModelError, match=r"'serialized_state_dict.pt' holds a pickle"):
        load_exported(folder / "old.pt2")
    assert not os.path.exists("harmed")


@pytest.mark.parametrize("name", ["custom_obj_0", "opaque_obj_0"])
def test_an_object_that_is_no_tensor_is_refused(exported, name):
    _, path = exported

    def change(member, content):
        if member.endswith("constants_config.json"):
            listed = json.loads(content)
            next(iter(listed["config"].values()))["path_name"] = name
            return json.dumps(listed).encode()
        return None

    rewritten(path, change)
    with pytest.raises(ModelError, match="object that is no tensor"):
        load_exported(path)


@pytest.mark.parametrize(
    "target",
    [
        "torch.os.mkdir",
        "torch.ops.load_library",
        "torch.ops.aten.from_file.default",
        "torch.ops.aten.save.default",
        "torch.ops.aten.__class__.mro",
        "_operator.call",
        "#other:op",
    ],
)
def test_a_call_that_is_no_operator_on_tensors_is_refused(exported, target):
    _, path = exported
    rewritten(
        path,
        lambda name, held: (
            held.replace(b"torch.ops.aten.linear.default", target.encode())
            if name.endswith("models/model.json")
            else None
        ),
    )
    with pytest.raises(ModelError, match="which is no operator on tensors"):
        load_exported(path)


def test_a_size_that_would_be_evaluated_as_code_is_refused(exported):
    _, path = exported
    evil = "__import__('os').mkdir('harmed')"

    def change(name, held):
        return (
            held.replace(b'"expr_str": "', f'"expr_str": "{evil} + '.encode())
            if name.endswith("models/model.json")
            else None
        )

    rewritten(path, change)
    with pytest.raises(ModelError, match="for a size"):
        load_exported(path)
    assert not os.path.exists("harmed")


def test_native_code_in_an_archive_is_refused(exported):
    _, path = exported
    with zipfile.ZipFile(path, "a") as archive:
        root = archive.namelist()[0].partition("/")[0]
        archive.writestr(f"{root}/data/aotinductor/model/x.so", b"\x7fELF")
    with pytest.raises(ModelError, match="is native code"):
        load_exported(path)


def test_what_is_no_archive_says_so(folder):
    (folder / "net.pt2").write_bytes(b"no archive")
    with pytest.raises(ModelError, match=r"no archive of torch\.export"):
        load_exported(folder / "net.pt2")
