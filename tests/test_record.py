"""Recording from end to end: what is stored, what is refused, what is left after an error."""

import dataclasses
import functools
import json
import multiprocessing
import os
import shutil
import threading
import time
from types import SimpleNamespace

import numpy as np
import pytest
import torch
import xarray
from PIL import Image
from scipy import stats
from torch import nn

import shiftscope as ss
from shiftscope.datasets.pictures.preprocess import Preprocess
from shiftscope.errors import (
    BadRequest,
    DataError,
    LayerError,
    LayerNotFound,
    ModelError,
    NotInStudy,
    ResponseError,
    StudyDamaged,
    StudyMismatch,
)
from shiftscope.recording import batches
from shiftscope.scores.score import unit_scores
from shiftscope.store import layout
from shiftscope.store.disk.locks import LOCKS
from shiftscope.store.writing import sealing
from shiftscope.store.writing.writer import RecordingWriter

from .conftest import Made, Net, copied, viewer

TRIED = (
    34  # samples that are read before the pass: two for shapes, and those that the stored type is chosen by
)


def contents(folder):
    """Every file below a folder but its locks, for comparing studies byte by byte."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and LOCKS not in path.parts]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_stored_responses_are_the_models_own(recorded, net, made):
    dataset = made()
    net.eval()
    with torch.no_grad():
        maps = net.conv(dataset.inputs)
        hidden = net.hidden(torch.relu(maps))
        logits = net.head(hidden)
    lab = recorded["lab"]
    np.testing.assert_allclose(lab.responses("conv"), maps.mean((2, 3)).numpy(), atol=1e-3)  # float16 storage
    np.testing.assert_allclose(lab.responses("hidden"), hidden.numpy(), atol=1e-3)
    np.testing.assert_allclose(lab.logits(7), logits[7].numpy(), atol=1e-3)
    np.testing.assert_array_equal(lab.samples.predictions, logits.argmax(1).numpy())
    np.testing.assert_allclose(
        lab.samples.confidences, torch.softmax(logits, 1).max(1).values.numpy(), atol=1e-6
    )
    np.testing.assert_array_equal(lab.samples.labels, dataset.labels)
    np.testing.assert_array_equal(lab.unit_responses("hidden", 3), lab.responses("hidden")[:, 3])
    np.testing.assert_array_equal(lab.sample_responses("hidden", 3), lab.responses("hidden")[3])


def test_ids_metadata_and_thumbnails_are_kept(recorded, made):
    sample = recorded["lab"].samples[5]
    assert (sample.id, sample.metadata, sample.problem) == ("sample-5", {"row": 5}, "")
    thumbnail, media_type = recorded["lab"].thumbnail(5)
    assert media_type == "image/png"
    from io import BytesIO

    from PIL import Image

    stored = np.asarray(Image.open(BytesIO(thumbnail)))
    np.testing.assert_array_equal(stored, np.asarray(made()[5].picture))  # small pictures keep every pixel


def test_scores_equal_an_independent_computation_on_the_stored_responses(recorded):
    """To 1e-5: summaries are made from the responses as stored, so float16 enters both sides alike."""
    table = recorded.scores("hidden").set_index("unit")
    reference, shifted = (
        xarray.open_zarr(recorded.path / n / "responses.zarr", group="hidden", consolidated=False)
        for n in ("lab", "field")
    )
    a, b = reference.by_sample.values.astype(float), shifted.by_sample.values.astype(float)
    labels = [recorded[n].samples.labels for n in ("lab", "field")]
    for unit in range(10):
        top = a[:, unit].max()
        if top <= 0:
            assert table.loc[unit, ["activation_ratio", "novelty", "spurious"]].isna().all()
            continue
        y = [[x[of == c, unit].mean() / top for c in range(4)] for x, of in zip((a, b), labels, strict=True)]
        assert table.activation_ratio[unit] == pytest.approx(b[:, unit].max() / top, rel=1e-5)
        assert table.novelty[unit] == pytest.approx(max(y[0]) - max(y[1]), abs=1e-5)
        assert table.spurious[unit] == pytest.approx(1 - abs(stats.spearmanr(*y).statistic), abs=1e-5)
    assert table.novelty.notna().sum() >= 3


def test_responses_open_in_plain_xarray_with_named_axes(recorded):
    opened = xarray.open_zarr(recorded.path / "lab" / "responses.zarr", group="conv", consolidated=False)
    assert opened.by_sample.dims == ("sample", "unit")
    assert opened.by_unit.dims == ("unit", "sample")
    np.testing.assert_array_equal(opened.by_unit.values.T, opened.by_sample.values)


def test_the_model_is_left_as_it_was(new_study, made, net):
    net.train()
    net.conv.weight.grad = torch.ones_like(net.conv.weight)
    state = {name: tensor.clone() for name, tensor in net.state_dict().items()}
    new_study().record(made(), "lab", layers=["conv"], progress=False)
    assert all(module.training for module in net.modules())
    assert all(not module._forward_hooks for module in net.modules())
    assert (net.conv.weight.grad == 1).all()
    for name, tensor in net.state_dict().items():
        torch.testing.assert_close(tensor, state[name], rtol=0, atol=0)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32])
def test_models_of_every_precision_are_recorded(new_study, made, net, dtype):
    study = new_study(net.to(dtype))
    recording = study.record(made(), "lab", layers=["conv", "hidden"], progress=False)
    assert np.isfinite(recording.responses("hidden")).all()


def test_a_model_is_recorded_as_it_computes_under_autocast_and_channels_last(new_study, made, net):
    net = net.to(memory_format=torch.channels_last)
    study, dataset = new_study(net), made()
    with torch.autocast("cpu", torch.bfloat16):
        recording = study.record(dataset, "lab", layers=["conv", "hidden"], progress=False)
        with torch.inference_mode():
            maps = net.eval().conv(dataset.inputs)
            hidden = net.hidden(torch.relu(maps))
            logits = net.head(hidden)
    assert maps.dtype == logits.dtype == torch.bfloat16
    np.testing.assert_allclose(recording.responses("conv"), maps.float().mean((2, 3)), atol=1e-3)
    np.testing.assert_array_equal(recording.responses("hidden"), hidden.float().numpy().astype(np.float16))
    np.testing.assert_array_equal(recording.samples.predictions, logits.argmax(1))


@pytest.mark.parametrize(("batch_size", "workers"), [(7, 0), (64, 2)])
def test_batches_and_workers_do_not_change_the_study(new_study, made, batch_size, workers):
    plain = new_study(name="one").record(made(), "lab", layers=["conv"], progress=False)
    other = new_study(name="two").record(
        made(), "lab", layers=["conv"], batch_size=batch_size, loader_workers=workers, progress=False
    )
    np.testing.assert_allclose(plain.responses("conv"), other.responses("conv"), atol=1e-3)
    np.testing.assert_array_equal(plain.samples.labels, other.samples.labels)


def test_summaries_alone_can_be_kept(new_study, made, recorded):
    study = new_study(name="small")
    study.record(made(), "lab", layers=["conv", "hidden"], keep="summaries", progress=False)
    study.record(made(seed=1, scale=1.5), "field", keep="summaries", progress=False)
    assert not (study.path / "lab" / "responses.zarr").exists()
    of_summaries = ["dataset", "unit", *(s.name for s in unit_scores.values() if not s.of_samples)]
    of_summaries.remove("novelty_matched")  # the scale of a unit is a median of single responses
    kept, whole = study.scores("hidden"), recorded.scores("hidden")
    assert kept[of_summaries].equals(whole[of_summaries])
    assert kept.drop(columns=of_summaries).isna().all(axis=None)
    with pytest.raises(NotInStudy, match='recorded with keep="summaries"'):
        study["lab"].sample_responses("hidden", 0)


def test_probabilities_are_kept_as_their_logarithm(new_study, made, net):
    study = new_study(nn.Sequential(net, nn.Softmax(dim=1)))
    recording = study.record(made(), "lab", layers=["0.hidden"], progress=False)
    net.eval()
    with torch.no_grad():
        expected = torch.softmax(net(made().inputs), 1)
    np.testing.assert_allclose(recording.samples.confidences, expected.max(1).values.numpy(), atol=1e-5)
    np.testing.assert_allclose(np.exp(recording.logits(3)), expected[3].numpy(), atol=1e-3)


def test_unlabelled_samples_belong_to_no_category(new_study, made):
    recording = new_study().record(
        made(unlabelled=frozenset(range(40))), "lab", layers=["hidden"], progress=False
    )
    assert (recording.samples.labels == -1).all()
    assert recording.samples[0].correct is None


# What is refused, and what is left after it


@pytest.fixture(scope="module")
def _started_once(tmp_path_factory):
    """What `started` copies."""
    torch.manual_seed(0)
    study = ss.Study.create(tmp_path_factory.mktemp("started") / "made.study", Net(), tuple("abcd"))
    study.record(Made(), "lab", layers=["conv", "hidden"], progress=False)
    return study.path


@pytest.fixture
def started(tmp_path, net, _started_once):
    return copied(_started_once, tmp_path, net)


def refused(study, error, message, *arguments, **options):
    before = contents(study.path)
    with pytest.raises(error, match=message):
        study.record(*arguments, **{"progress": False, **options})
    assert contents(study.path) == before, "the study is not as it was"


def test_a_first_recording_needs_layers(new_study, made):
    refused(new_study(), BadRequest, r"needs layers=\[", made(), "lab")


def test_an_empty_list_of_layers_does_not_stand_for_those_of_the_study(started, made):
    refused(started, BadRequest, r"layers=\[\] names no layer", made(), "later", layers=[])


def test_a_wrong_layer_leaves_no_trace(new_study, made):
    refused(new_study(), LayerNotFound, "no layer named 'layer9'", made(), "lab", layers=["layer9"])


def test_a_label_outside_the_categories_is_named(started, made):
    bad = made(seed=2)
    bad.labels[33] = 4
    refused(started, DataError, "'sample-33' has .*label 4", bad, "field")
    refused(started, DataError, "'sample-33' has .*label 4", bad, "field", loader_workers=1)
    refused(started, DataError, "'sample-33' has .*label 4", bad, "field", on_error="skip")


def test_categories_must_be_as_many_as_logits(new_study, made):
    study = new_study(categories=("a", "b", "c"))
    refused(
        study,
        ModelError,
        r"shape \(2, 4\) for 2 samples, and there are 3 categories",
        made(),
        "x",
        layers=["conv"],
    )


def test_nan_is_named_by_layer_unit_and_sample(new_study, made, net):
    with torch.no_grad():
        net.hidden[1].bias[6] = torch.nan
    study = new_study(net)
    refused(
        study,
        ResponseError,
        "layer 'hidden', unit 6, sample 'sample-0'.* is nan",
        made(),
        "x",
        layers=["hidden"],
    )


def test_an_infinite_input_of_one_sample_is_named(started, made):
    bad = made(seed=2)
    bad.inputs[9] = torch.inf
    refused(started, ResponseError, "sample 'sample-9'", bad, "field", check_range=False)


def test_overflow_of_half_precision_says_what_to_do(new_study, made, net):
    with torch.no_grad():
        net.conv.bias[2] = 1e5
    study = new_study(net)
    refused(
        study,
        ResponseError,
        r"unit 2.*too large for float16. Record with stored_as=\"float32\"",
        made(),
        "x",
        layers=["conv"],
        stored_as="float16",
    )
    recording = study.record(made(), "x", layers=["conv"], progress=False)
    assert recording.responses("conv")[0, 2] > 9e4


def test_an_unreadable_sample_stops_or_leaves_a_counted_gap(started, made):
    broken = made(seed=2, broken=frozenset({4, 17}))
    refused(started, DataError, 'sample 4 cannot be read. Record with on_error="skip"', broken, "field")
    recording = started.record(broken, "field", on_error="skip", progress=False)
    assert recording.samples.skipped == 2
    assert recording.samples[17].problem == "sample 17 cannot be read."
    whole = made(seed=2)
    np.testing.assert_array_equal(
        recording.samples.labels[18:], whole.labels[18:]
    )  # the rows after it did not move
    assert np.isnan(recording.sample_responses("hidden", 17).astype(float)).all()
    from shiftscope.summaries.moments import Moments

    assert recording.summary("hidden", Moments).count == 38


def test_an_error_of_a_users_dataset_names_the_sample(started, made):
    class Raising(made):
        def __getitem__(self, position):
            if position == 20:
                raise OSError("disk on fire")
            return super().__getitem__(position)

    refused(started, DataError, "sample 20 cannot be read: OSError: disk on fire", Raising(seed=2), "field")


def test_an_empty_dataset_is_refused(started, made):
    refused(started, DataError, "dataset is empty", made(samples=0), "field")


def test_samples_of_different_shapes_are_refused(started, made):
    class Ragged(made):
        def __getitem__(self, position):
            sample = super().__getitem__(position)
            return dataclasses.replace(sample, input=torch.zeros(3, 9, 9)) if position == 11 else sample

    refused(started, DataError, "different shapes", Ragged(seed=2), "field")


def test_other_input_sizes_and_ranges_are_refused_before_the_first_batch(started, made):
    large = made(seed=2)
    large.inputs = torch.rand(40, 3, 10, 10)
    refused(started, DataError, r"shape \(3, 10, 10\), those of 'lab' had \(3, 8, 8\)", large, "field")
    bytes_not_floats = made(seed=2, scale=255.0)
    refused(started, DataError, "looks like another scaling", bytes_not_floats, "field")
    assert started.record(bytes_not_floats, "field", check_range=False, progress=False)


def test_another_model_is_refused_with_the_difference(started, made, net):
    with torch.no_grad():
        net.conv.bias += 1
    refused(started, StudyMismatch, "made by another model: weights_sha256", made(seed=2), "field", model=net)


def test_other_layers_are_refused_with_the_difference(started, made):
    refused(
        started,
        StudyMismatch,
        r"differ in \['conv', 'conv:max'\]",
        made(seed=2),
        "field",
        layers=["conv:max", "hidden"],
    )


def test_other_contents_under_a_taken_name_are_refused_unless_overwritten(started, made):
    refused(
        started,
        StudyMismatch,
        "already recorded in this study with other contents: fingerprint",
        made(seed=2),
        "lab",
    )
    started.record(made(seed=2), "lab", overwrite=True, progress=False)
    np.testing.assert_array_equal(started["lab"].samples.labels, made(seed=2).labels)


def test_a_replacement_that_fails_leaves_the_old_recording(started, made):
    bad = made(seed=2)
    bad.inputs[9] = torch.nan
    refused(started, ResponseError, "sample-9", bad, "lab", overwrite=True)
    assert ss.open_study(started.path)["lab"].samples.labels.tolist() == made().labels.tolist()


def test_names_that_are_one_folder_on_some_systems_are_refused(started, made):
    refused(started, BadRequest, "'LAB' and 'lab' would be one folder", made(seed=2), "LAB")


@pytest.mark.parametrize("name", ["a/b", "..", "../up", "a\\b"])
def test_a_dataset_name_that_would_be_a_path_is_refused(started, made, name):
    refused(started, BadRequest, "cannot name a dataset", made(seed=2), name)


def test_layers_may_have_any_name_that_modules_have(new_study, made, net):
    renamed = nn.Sequential()
    renamed.add_module("logits", net)
    other = new_study(renamed, name="other")
    recording = other.record(made(), "study.json", layers=["logits"], progress=False)
    np.testing.assert_array_equal(recording.responses("logits")[4], recording.logits(4))


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"stored_as": "bfloat16"}, "stored_as='bfloat16'; it can be 'auto' or 'float16' or 'float32'"),
        ({"keep": "all"}, "keep='all'; it can be 'responses' or 'summaries'"),
        ({"on_error": "ignore"}, "on_error='ignore'; it can be 'raise' or 'skip'"),
        ({"outputs": "x"}, "outputs='x'; it can be 'auto' or 'logits' or 'probabilities'"),
        ({"batch_size": 0}, "batch_size=0; it is a whole number, at least 1"),
        ({"batch_size": 2.5}, "batch_size=2.5; it is a whole number"),
        ({"batch_size": "a"}, "batch_size='a'; it is a whole number"),
        ({"loader_workers": -1}, "loader_workers=-1; it is a whole number, at least 0"),
        ({"loader_workers": 1.5}, "loader_workers=1.5; it is a whole number"),
    ],
)
def test_options_are_checked_before_anything_is_written(started, made, option, message):
    refused(started, BadRequest, message, made(seed=2), "field", **option)


def test_a_dataset_name_may_look_like_markup(started, made, capfd):
    started.record(made(seed=2), "[red] on", progress=True)
    assert "[red] on" in capfd.readouterr().err


def test_a_sample_without_a_picture_has_no_thumbnail(new_study, made):
    class Plain(made):
        def __getitem__(self, position):
            return dataclasses.replace(super().__getitem__(position), picture=None)

    recording = new_study().record(Plain(), "lab", layers=["conv"], progress=False)
    assert not recording.samples.pictured.any()
    with pytest.raises(NotInStudy, match="sample 3 has no image"):
        recording.thumbnail(3)


def test_recording_the_same_again_changes_nothing_and_runs_nothing(started, made, net):
    before = contents(started.path)
    same = made()
    started.record(same, "lab", progress=False)
    assert contents(started.path) == before
    assert max(same.read) < 2  # the probe, and no pass


def test_a_full_disk_is_noticed_before_it_is_full(started, made, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(1, 1, 1000))
    refused(started, StudyMismatch, "0.0 GB are free. Record fewer layers", made(seed=2), "field")


def test_an_opened_study_asks_for_the_model(started, made):
    refused(ss.open_study(started.path), BadRequest, r"pass record\(..., model=net\)", made(seed=2), "field")


def test_a_study_is_not_made_where_something_else_is(tmp_path, net):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").touch()
    with pytest.raises(StudyMismatch, match="exists and is not empty"):
        ss.Study.create(tmp_path / "full", net)
    with pytest.raises(StudyMismatch, match="is a file"):
        ss.Study.create(tmp_path / "full" / "file", net)


def test_going_on_with_a_study_of_another_model_is_refused(started, net):
    with torch.no_grad():
        net.conv.bias += 1
    with pytest.raises(StudyMismatch, match="another model"):
        ss.Study.create(started.path, net, exist_ok=True)


def test_a_sample_has_the_same_logits_whatever_stands_before_it(new_study, made):
    class SumsToOne(nn.Module):
        def __init__(self):
            super().__init__()
            weight = torch.randn(4, 192, generator=torch.Generator().manual_seed(0)) * 0.1
            self.linear = nn.Linear(192, 4)
            self.linear.weight.data, self.linear.bias.data = weight - weight.mean(0), torch.full((4,), 0.25)

        def forward(self, images):
            return self.linear(images.flatten(1))

    blank_first = made(seed=3)
    blank_first.inputs[:2] = 0
    study = new_study(SumsToOne())
    refused(study, ModelError, 'Say which they are: outputs="logits"', blank_first, "x", layers=["linear"])
    recording = study.record(blank_first, "x", layers=["linear"], outputs="logits", progress=False)
    np.testing.assert_array_equal(recording.logits(39), recording.sample_responses("linear", 39))


def test_an_overwrite_that_stopped_goes_on_and_may_be_given_other_data(started, made, small_shards):
    class Stopping(made):
        def __getitem__(self, position):
            if position == 20:  # types are the reference's, so that only the first two were tried before
                raise Stopped
            return super().__getitem__(position)

    for name in ("lab", "field"):  # one that replaces a finished dataset, one that is new
        with pytest.raises(Stopped):
            started.record(Stopping(seed=2), name, overwrite=True, progress=False)
        again = made(seed=2)
        started.record(again, name, overwrite=True, progress=False)
        assert not set(again.read[2:]) & set(range(16))  # two shards were finished
        np.testing.assert_array_equal(started[name].samples.labels, again.labels)
        with pytest.raises(Stopped):
            started.record(Stopping(seed=3), name, overwrite=True, progress=False)
        started.record(made(seed=4), name, overwrite=True, progress=False)
        np.testing.assert_array_equal(started[name].samples.labels, made(seed=4).labels)


def test_the_model_is_left_as_it_was_while_a_failed_write_is_handled(new_study, made, net, monkeypatch):
    def full(*arguments):
        raise OSError("no space left")

    study = new_study()
    net.train()
    monkeypatch.setattr("shiftscope.store.writing.writer.RecordingWriter.commit", full)
    try:
        study.record(made(), "lab", layers=["conv"], progress=False)
    except OSError:
        assert all(module.training for module in net.modules())
        assert not any(module._forward_hooks for module in net.modules())
        assert not torch.is_inference_mode_enabled()
    else:
        pytest.fail("the write was meant to fail")


def test_two_open_studies_lose_no_dataset(started, made, net):
    other = ss.open_study(started.path)
    other.record(made(seed=2), "field", model=net, progress=False)
    started.record(made(seed=3), "night", progress=False)
    assert list(ss.open_study(started.path)) == ["lab", "field", "night"]


def test_a_corrected_dataset_may_replace_one_that_never_finished(started, made, small_shards):
    wrong, right = made(seed=2), made(seed=2)
    wrong.labels[36] = 4
    right.fingerprint = lambda: "corrected"
    with pytest.raises(DataError):
        started.record(wrong, "field", progress=False)
    assert started.unfinished() == ["field"]
    refused(started, StudyMismatch, "was begun and never finished .* overwrite=True", right, "field")
    started.record(right, "field", overwrite=True, progress=False)
    np.testing.assert_array_equal(started["field"].samples.labels, right.labels)


def test_a_layer_asked_for_twice_in_two_ways_is_refused(new_study, made):
    twice = ["conv", ss.Layer("conv", rectify=True)]
    refused(new_study(), LayerError, "'conv' is asked for twice", made(), "lab", layers=twice)


def test_an_empty_study_is_bound_to_nothing_and_a_full_one_to_its_categories(new_study, started, made, net):
    empty = new_study(nn.Linear(2, 2), name="empty")
    again = ss.Study.create(empty.path, net, "wxyz", exist_ok=True)
    again.record(made(), "lab", layers=["conv"], progress=False)
    assert again.categories == tuple("wxyz")
    with pytest.raises(StudyMismatch, match="number 0 is"):
        ss.Study.create(started.path, net, "wxyz", exist_ok=True)


def test_the_replaced_reference_says_what_inputs_look_like(started, made):
    started.record(made(scale=255.0), "lab", overwrite=True, check_range=False, progress=False)
    assert started.record(made(seed=2, scale=250.0), "field", progress=False)


def test_the_same_weights_in_another_function_are_another_model(new_study, made, net):
    study = new_study()
    study.record(made(), "lab", layers=["hidden"], progress=False)
    net.act = nn.Tanh()
    refused(study, StudyMismatch, "modules_sha256", made(seed=2), "field")


def test_recording_draws_no_random_number(new_study, made):
    study = new_study()
    before = torch.get_rng_state()
    study.record(made(), "lab", layers=["conv"], loader_workers=1, progress=False)
    assert torch.equal(torch.get_rng_state(), before)


def test_what_a_killed_process_left_aside_is_swept(new_study, made):
    study = new_study()
    left = study.path / "lab" / "shards" / ".00000.done.123.part"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"{")
    study.record(made(), "lab", layers=["conv"], progress=False)
    assert not left.exists()


@pytest.mark.parametrize(
    ("array", "content"),
    [
        ("conv/by_sample", b'{\n  "shape": [\n    40'),
        ("conv/by_unit", b'{"zarr_format": 3, "node_type": "array"}'),
        ("conv/by_unit", b'{"zarr_format": 3, "node_type": "group", "attributes": {}}'),
        ("conv", b"3"),
        (".", b"null"),
        ("logits", b"[" * 100_000),
    ],
    ids=["breaks off", "says nothing", "of a group", "a number", "null", "deep"],
)
def test_a_damaged_description_of_an_array_is_written_again(
    new_study, made, small_shards, undisturbed, array, content
):
    class Stopping(made):
        def __getitem__(self, position):
            if position == 20 and len(self.read) >= TRIED:
                raise Stopped
            return super().__getitem__(position)

    study = new_study()
    with pytest.raises(Stopped):
        study.record(Stopping(), "lab", layers=["conv"], progress=False)
    (study.path / "lab" / "responses.zarr" / array / "zarr.json").write_bytes(content)
    again = made()
    study.record(again, "lab", layers=["conv"], progress=False)
    assert min(again.read[2:]) == 16, "finished shards were shown again"
    assert contents(study.path) == undisturbed(("conv",))


def test_a_lost_mark_of_a_complete_recording_changes_nothing(started, made):
    (started.path / "lab" / "shards" / "00000.done").unlink()
    started.record(made(), "lab", progress=False)
    assert len(started["lab"].samples) == 40


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"id": "a\udc80"}, r"the id of a sample, 'a\\udc80' holds half a character"),
        ({"source": "a\udc80"}, r"the source of sample 'sample-5', 'a\\udc80' holds half a character"),
        ({"metadata": {"a": "\udc80"}}, "the metadata of sample 'sample-5', .* holds half a character"),
        ({"metadata": {"\udc80": 1}}, "the metadata of sample 'sample-5', .* holds half a character"),
        ({"metadata": {("a", "b"): 1}}, "sample 5 cannot be read: TypeError"),
        ({"label": 1.7}, "has a label 1.7, of type float"),
    ],
)
def test_a_sample_that_cannot_be_stored_is_named(started, made, change, message):
    class Odd(made):
        def __getitem__(self, position):
            sample = super().__getitem__(position)
            return dataclasses.replace(sample, **change) if position == 5 else sample

    refused(started, DataError, message, Odd(seed=2), "field")


def test_a_label_of_none_and_numpy_metadata_are_taken_as_meant(started, made):
    class Odd(made):
        def __getitem__(self, position):
            return dataclasses.replace(super().__getitem__(position), label=None, metadata={"n": np.int64(3)})

    recording = started.record(Odd(seed=2), "field", progress=False)
    assert recording.samples[5].label == -1
    assert recording.samples[5].metadata == {"n": 3}


# What data say of themselves


PICTURES = np.random.default_rng(0).integers(0, 256, (8, 8, 8, 3), np.uint8)


def test_another_preprocessing_than_the_reference_s_is_refused_unless_it_is_meant(new_study):
    study, usual = new_study(), Preprocess(mean=0.5, std=0.25)
    study.record(PICTURES, "lab", layers=["hidden"], preprocess=usual, progress=False)
    for preprocess in (Preprocess(), Preprocess(mean=0.5, std=0.5)):
        with pytest.raises(DataError, match="'field' is preprocessed otherwise than 'lab'"):
            study.record(PICTURES, "field", preprocess=preprocess, check_range=False, progress=False)
    assert study.datasets == ["lab"]
    study.record(PICTURES, "same", preprocess=usual, progress=False)
    study.record(PICTURES, "field", other_preprocessing=True, check_range=False, progress=False)
    study.record(PICTURES, "lab", preprocess=None, overwrite=True, check_range=False, progress=False)
    assert list(study) == ["lab", "same", "field"]


def test_the_order_of_categories_is_told_once_and_kept_and_nothing_is_told_without_progress(
    new_study, tmp_path, capsys
):
    for place in range(4):
        (tmp_path / "val" / str(place)).mkdir(parents=True)
        Image.fromarray(PICTURES[place]).save(tmp_path / "val" / str(place) / "a.png")
    (tmp_path / "val" / "0" / "b.raw").touch()
    study = new_study(categories=())
    study.record(f"imagefolder:{tmp_path / 'val'}", "lab", layers=["hidden"], progress=False)
    assert "passed over" not in capsys.readouterr().err
    study = new_study(categories=(), name="told")
    study.record(f"imagefolder:{tmp_path / 'val'}", "lab", layers=["hidden"])
    told = [line for line in capsys.readouterr().err.splitlines() if line.startswith("lab: ")]
    assert told == [
        "lab: 1 file passed over, for no image ends so: '.raw' (1).",
        "lab: categories are the folders in their order: 0 '0', 1 '1', 2 '2', 3 '3'.",
    ]
    assert [f"lab: {sentence}" for sentence in study["lab"].plan.source["told"]] == told
    page = viewer(study).get("/datasets/lab").text
    assert "1 file passed over" in page


def test_samples_without_a_label_are_counted(new_study, made):
    study = new_study()
    recording = study.record(made(unlabelled=frozenset({1, 2})), "lab", layers=["hidden"], progress=False)
    assert "40 samples, accuracy" in recording.in_words
    assert recording.in_words.endswith(", 2 without a label")


def test_a_model_that_names_its_outputs_names_the_categories_where_nobody_else_does(new_study, net, made):
    net.config = SimpleNamespace(id2label=dict(enumerate("wxyz")))
    study = new_study(categories=())
    study.record(made(), "lab", layers=["hidden"], progress=False)
    assert study.categories == ("w", "x", "y", "z")
    with pytest.raises(DataError, match=r"config\.id2label"):
        new_study(categories=tuple("wyxz"), name="other").record(
            made(), "lab", layers=["hidden"], progress=False
        )


# Damage


@pytest.mark.parametrize(
    ("file", "change"),
    [
        ("study.json", {"categories": ["a"]}),
        ("study.json", {"model": None}),
        ("study.json", {"layers": [{"name": 5}]}),
        ("lab/recording.json", {"plan": {}}),
        ("lab/recording.json", {"plan": 3}),
    ],
)
def test_a_description_changed_by_hand_is_damage(started, file, change):
    path = started.path / file
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(StudyDamaged):
        ss.open_study(started.path)["lab"].samples  # noqa: B018


@pytest.mark.parametrize(
    "file",
    [
        "study.json",
        "lab/recording.json",
        "lab/samples/00000.arrow",
        "lab/responses.zarr/hidden/by_unit/zarr.json",
        "lab/responses.zarr/hidden/by_unit/c/0/0",
        "lab/summaries.zarr/hidden/maxima/largest/c/0",
        "head.safetensors",
    ],
)
@pytest.mark.parametrize("damage", ["gone", "truncated", "foreign"])
def test_a_damaged_file_is_named(started, file, damage):
    path = started.path / file
    match damage:
        case "gone":
            path.unlink()
        case "truncated":
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        case "foreign":
            path.write_bytes(b"GIF89a")
    if (file, damage) == ("head.safetensors", "gone"):
        assert ss.open_study(started.path).head is None  # a model need not have one
        return

    def use():
        from shiftscope.summaries.maxima import Maxima

        study = ss.open_study(started.path)
        lab = study["lab"]
        _ = lab.samples.labels, lab.unit_responses("hidden", 0), lab.summary("hidden", Maxima), study.head

    with pytest.raises(
        StudyDamaged, match=path.parent.name if path.name in ("0", "zarr.json") else path.name
    ):
        use()


def test_a_study_of_a_later_format_is_refused(started):
    path = started.path / "study.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "format": 99}))
    with pytest.raises(StudyDamaged, match="has format 99"):
        ss.open_study(started.path)


def test_a_path_without_a_study_says_so(tmp_path):
    with pytest.raises(NotInStudy, match="no study at"):
        ss.open_study(tmp_path / "nowhere")
    with pytest.raises(StudyDamaged, match=r"study.json is missing"):
        ss.open_study(tmp_path)


# Going on


@pytest.fixture
def small_shards(monkeypatch):
    monkeypatch.setattr("shiftscope.flow.steps.record_dataset.SHARD_SAMPLES", 8)


class Stopped(BaseException):
    pass


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """`undisturbed(layers, **options)`: the files of a study that nothing stopped, in small shards."""

    @functools.cache
    def recorded(layers, **options):
        torch.manual_seed(0)
        study = ss.Study.create(tmp_path_factory.mktemp("whole") / "whole.study", Net(), tuple("abcd"))
        study.record(Made(), "lab", layers=[*layers], shard_samples=8, progress=False, **options)
        return contents(study.path)

    return recorded


@pytest.mark.parametrize("stop_after", [0, 1, 9, 25, 39])
def test_an_interrupted_recording_goes_on_and_ends_in_the_same_study(
    new_study, made, small_shards, undisturbed, stop_after
):
    class Stopping(made):
        def __getitem__(self, position):
            if position == stop_after and len(self.read) >= TRIED:  # not while probing
                raise Stopped
            return super().__getitem__(position)

    broken = new_study(name="broken")
    with pytest.raises(Stopped):
        broken.record(Stopping(), "lab", layers=["conv", "hidden"], batch_size=5, progress=False)
    finished = len(list(broken.path.glob("lab/shards/*.done")))
    assert finished == stop_after // 8
    assert broken.unfinished() == (["lab"] if finished else [])
    assert list(broken) == []
    again = made()
    broken.record(again, "lab", layers=["conv", "hidden"], batch_size=5, progress=False)
    assert not set(again.read[2:]) & set(range(8 * finished))  # finished shards are not shown again
    assert contents(broken.path) == undisturbed(("conv", "hidden"), batch_size=5)


def test_ctrl_c_keeps_what_was_recorded_and_leaves_nothing_running(
    new_study, made, small_shards, undisturbed, monkeypatch
):
    commit = RecordingWriter.commit

    def slow(writer, shard, states):
        time.sleep(0.05)
        commit(writer, shard, states)

    class Interrupted(made):
        def __getitem__(self, position):
            if position == 29 and len(self.read) >= TRIED:
                raise KeyboardInterrupt
            return super().__getitem__(position)

    broken = new_study(name="broken")
    with monkeypatch.context() as patched:
        patched.setattr(RecordingWriter, "commit", slow)
        with pytest.raises(KeyboardInterrupt):
            broken.record(Interrupted(), "lab", layers=["conv"], progress=False)
    assert not [t for t in threading.enumerate() if t.name.startswith("shiftscope")]
    assert len(list(broken.path.glob("lab/shards/*.done"))) == 3
    broken.record(made(), "lab", layers=["conv"], progress=False)
    assert contents(broken.path) == undisturbed(("conv",))


def test_a_failed_write_stops_the_pass_and_what_was_written_counts(
    new_study, made, small_shards, undisturbed, monkeypatch
):
    commit = RecordingWriter.commit

    def full(writer, shard, states):
        if shard.index == 1:
            raise OSError("no space left")
        commit(writer, shard, states)

    broken, dataset = new_study(name="broken"), made()
    with monkeypatch.context() as patched:
        patched.setattr(RecordingWriter, "commit", full)
        with pytest.raises(OSError, match="no space left"):
            broken.record(dataset, "lab", layers=["conv"], progress=False)
    assert max(dataset.read[TRIED:]) < 24, "the pass went on after the write had failed"
    assert [path.name for path in broken.path.glob("lab/shards/*.done")] == ["00000.done"]
    broken.record(made(), "lab", layers=["conv"], progress=False)
    assert contents(broken.path) == undisturbed(("conv",))


def test_workers_end_with_the_pass_while_its_error_is_handled(started, made):
    bad = made(seed=2)
    bad.labels[33] = 4
    try:
        started.record(bad, "field", loader_workers=2, batch_size=4, progress=False)
    except DataError:
        assert not multiprocessing.active_children()
    else:
        pytest.fail("the label was meant to be refused")


def test_thumbnails_are_made_where_samples_are_read(started, made, monkeypatch):
    def refuse(picture):
        raise AssertionError("in the process that runs the model")

    here = os.getpid()
    encode = batches.encode_thumbnail
    monkeypatch.setattr(
        batches, "encode_thumbnail", lambda p: refuse(p) if os.getpid() == here else encode(p)
    )
    recording = started.record(made(seed=2), "field", loader_workers=1, progress=False)
    assert recording.samples.pictured.all()


def test_shards_do_not_change_scores(new_study, made, recorded, small_shards):
    study = new_study(name="sharded")
    study.record(made(), "lab", layers=["conv", "hidden"], progress=False)
    study.record(made(seed=1, scale=1.5), "field", progress=False)
    assert len(list(study.path.glob("lab/shards/*.done"))) == 5
    one, other = study.scores("hidden"), recorded.scores("hidden")
    np.testing.assert_allclose(one.select_dtypes("float"), other.select_dtypes("float"), rtol=1e-3, atol=1e-3)
    np.testing.assert_array_equal(
        study["lab"].unit_responses("conv", 2), study["lab"].responses("conv")[:, 2]
    )


@pytest.mark.parametrize("moment", ["summaries", "transpose", "complete", "manifest"])
def test_a_stop_while_sealing_is_made_good(new_study, made, moment, monkeypatch, small_shards, undisturbed):
    broken = new_study(name="broken")
    from shiftscope.store.stored_study import StoredStudy

    def stop(*arguments, **options):
        raise Stopped

    where = {
        "summaries": (sealing, "write_summaries"),
        "transpose": (sealing, "transpose"),
        "complete": (layout, "RECORDING"),
        "manifest": (StoredStudy, "save"),
    }[moment]
    with monkeypatch.context() as patched:
        if moment == "complete":
            original = sealing.write_json
            patched.setattr(
                sealing,
                "write_json",
                lambda p, c, *sums: stop() if c.get("complete") else original(p, c, *sums),
            )
        else:
            patched.setattr(*where, stop)
        with pytest.raises(Stopped):
            broken.record(made(), "lab", layers=["hidden"], progress=False)
    broken.record(made(), "lab", layers=["hidden"], progress=False)
    assert contents(broken.path) == undisturbed(("hidden",))


def test_a_study_stays_where_it_is_when_the_working_folder_changes(net, made, tmp_path, monkeypatch):
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)
    study = ss.Study.create("moving.study", net)
    monkeypatch.chdir(tmp_path / "elsewhere")
    study.record(made(), "lab", layers=["hidden"], progress=False)
    assert study["lab"].responses("hidden").shape == (40, 10)
    assert not list((tmp_path / "elsewhere").iterdir())
    assert ss.open_study(tmp_path / "moving.study").datasets == ["lab"]


@pytest.mark.parametrize("size", [0, -3, 2.5, "a", True, 2**32])
def test_a_shard_of_no_whole_number_of_samples_is_refused_before_anything_is_written(new_study, made, size):
    study = new_study()
    before = sorted(study.path.rglob("*"))
    with pytest.raises(BadRequest, match=f"shard_samples={size!r}; it is a whole number"):
        study.record(made(), "lab", layers=["hidden"], shard_samples=size, progress=False)
    assert sorted(study.path.rglob("*")) == before


def test_more_shards_than_a_recording_may_have_are_refused(new_study, made, monkeypatch):
    study = new_study()
    monkeypatch.setattr("shiftscope.store.plan.MOST_SHARDS", 20)
    with pytest.raises(BadRequest, match="a whole number from 2 for 40 samples"):
        study.record(made(), "lab", layers=["hidden"], shard_samples=1, progress=False)


def test_numpy_counts_the_samples_of_a_shard_as_well(new_study, made):
    study = new_study()
    study.record(made(), "lab", layers=["hidden"], shard_samples=np.int64(7), progress=False)
    assert study["lab"].plan.shard_count == 6


def test_a_study_that_is_only_read_is_not_recorded_into(recorded, net, made):
    opened = ss.Study(recorded.path, read_only=True)
    with pytest.raises(BadRequest, match="nothing is recorded into it"):
        opened.record(made(seed=3), "third", model=net, progress=False)
    assert list(ss.open_study(recorded.path)) == list(recorded)
