from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch.utils.data import (
    BatchSampler,
    DataLoader,
    Dataset,
    IterableDataset,
    SequentialSampler,
    Subset,
    SubsetRandomSampler,
    TensorDataset,
)

from shiftscope.datasets.formats.torch_dataset import loader_dataset, torch_dataset
from shiftscope.datasets.pictures.preprocess import Preprocess
from shiftscope.errors import DataError, LabelError


class Items(Dataset):
    """A dataset of the items given, with whatever else torchvision's have."""

    def __init__(self, items: list[Any], **attributes: Any) -> None:
        self.items = items
        vars(self).update(attributes)

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, position: int) -> Any:
        item = self.items[position]
        if isinstance(item, Exception):
            raise item
        return item


UNIT = torch.linspace(0, 1, 12).reshape(3, 2, 2)
PICTURE = Image.fromarray(np.arange(12, dtype=np.uint8).reshape(2, 2, 3) * 20)


@pytest.mark.parametrize(
    ("item", "label", "metadata"),
    [
        ((UNIT, 3), 3, {}),
        ([UNIT, torch.tensor(3)], 3, {}),
        ((UNIT, np.int64(3), {"site": "x", "box": [1, 2], "n": torch.tensor(4)}), 3, {"site": "x", "n": 4}),
        ((UNIT, -1), -1, {}),
        ((UNIT, None), -1, {}),
        ((UNIT,), -1, {}),
        (UNIT, -1, {}),
        ({"pixel_values": UNIT, "labels": 2, "site": "x"}, 2, {"site": "x"}),
        ({"image": UNIT, "x": 1.5}, -1, {"x": 1.5}),
    ],
)
def test_items_of_each_form(item: Any, label: int, metadata: dict) -> None:
    sample = torch_dataset(Items([item]))[0]
    assert torch.equal(sample.input, UNIT)
    assert (sample.label, dict(sample.metadata)) == (label, metadata)


def test_samples_are_counted_and_named_by_place() -> None:
    assert [sample.id for sample in torch_dataset(TensorDataset(torch.zeros(3, 2)))] == ["0", "1", "2"]


def test_pictures_go_through_preprocessing() -> None:
    preprocess = Preprocess(resize=4, mean=0.5, std=0.5)
    sample = torch_dataset(Items([PICTURE]), preprocess=preprocess)[0]
    assert torch.equal(sample.input, preprocess(PICTURE))
    assert sample.picture.size == (4, 4)


def test_pictures_without_preprocessing_become_values_from_0_to_1() -> None:
    assert torch_dataset(Items([PICTURE]))[0].input.max() == np.float32(220) / np.float32(255)
    assert torch_dataset(Items([PICTURE.convert("L")]))[0].input.shape == (1, 2, 2)


def test_bytes_in_tensors_and_arrays_are_pictures_too() -> None:
    array = np.array(PICTURE)
    tensor = torch.from_numpy(array).permute(2, 0, 1)
    samples = torch_dataset(Items([PICTURE, array, tensor]), preprocess=Preprocess(resize=3, std=0.5))
    assert torch.equal(samples[0].input, samples[1].input)
    assert torch.equal(samples[0].input, samples[2].input)


def test_values_from_0_to_1_are_drawn_as_they_are() -> None:
    pixels = np.asarray(torch_dataset(Items([UNIT]))[0].picture)
    np.testing.assert_array_equal(pixels, np.rint(UNIT.permute(1, 2, 0).numpy() * 255))


def test_other_values_are_drawn_from_smallest_to_largest() -> None:
    shown = torch_dataset(Items([UNIT, UNIT * 7 - 3]))
    assert shown[0].picture.tobytes() == shown[1].picture.tobytes()


def test_a_known_normalisation_is_undone_for_the_picture() -> None:
    mean, std = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
    preprocess = Preprocess(mean=mean, std=std)
    sample = torch_dataset(Items([preprocess(PICTURE)]), mean=mean, std=std)[0]
    assert sample.picture.tobytes() == PICTURE.tobytes()


def test_tensors_that_are_no_pictures_pass_as_they_are() -> None:
    items = [torch.zeros(5), torch.arange(5), torch.zeros(4, 2, 2), torch.zeros(3, dtype=torch.float64)]
    samples = list(torch_dataset(Items(items)))
    assert [sample.picture for sample in samples] == [None] * 4
    assert [sample.input.dtype for sample in samples] == [
        torch.float32,
        torch.int64,
        torch.float32,
        torch.float32,
    ]


def test_classes_name_the_categories_through_subsets_too() -> None:
    dataset = Items([(UNIT, 1)], classes=["cat", ("crane", "bird")])
    assert torch_dataset(dataset).categories == ("cat", "crane, bird")
    assert torch_dataset(Subset(Subset(dataset, [0]), [0])).categories == ("cat", "crane, bird")


def test_labels_move_from_its_own_classes_to_the_categories_of_a_study() -> None:
    dataset = torch_dataset(
        Items([(UNIT, 0), (UNIT, 1)], classes=["cat", "dog"]), categories=["dog", "bird", "cat"]
    )
    assert [sample.label for sample in dataset] == [2, 0]


def test_labels_that_are_names_are_looked_up() -> None:
    assert torch_dataset(Items([(UNIT, "dog")]), categories=["cat", "dog"])[0].label == 1


@pytest.mark.parametrize(
    ("item", "message"),
    [
        ((UNIT, 1, 2), "gives tuples of 3"),
        ({"picture": UNIT}, "gives dicts with picture; none is image, pixel_values, input, x"),
        (("file.png", 1), "an input of type str. A dataset gives an image"),
        ((UNIT, 1.0), "has a label 1.0, of type float"),
        ((UNIT, torch.eye(3)[0]), r"has a label of shape \(3,\)"),
        ((UNIT, "cat"), "nothing says which category"),
        ((UNIT, -5), "has the label -5"),
        (OSError("disk gone"), "cannot be read: OSError: disk gone"),
    ],
)
def test_items_that_cannot_be_shown_are_errors_that_name_the_sample(item: Any, message: str) -> None:
    dataset = torch_dataset(Items([UNIT, item]))
    with pytest.raises(DataError, match=rf"sample 1 of the .*Items.*{message}"):
        dataset[1]


@pytest.mark.parametrize("label", [1.0, torch.eye(3)[0], "cat", -5, 2])
def test_a_bad_label_is_an_error_of_its_own(label: Any) -> None:
    dataset = torch_dataset(Items([UNIT, (UNIT, label)]), categories=["a", "b"])
    with pytest.raises(LabelError, match=r"sample 1 of the .*Items.* has (a|the) label"):
        dataset[1]


def test_a_bad_input_is_no_bad_label() -> None:
    with pytest.raises(DataError, match="disk gone") as caught:
        torch_dataset(Items([UNIT, OSError("disk gone")]))[1]
    assert not isinstance(caught.value, LabelError)


def test_preprocessing_of_what_is_a_tensor_already_is_refused() -> None:
    with pytest.raises(DataError, match="already; preprocessing takes images or bytes"):
        torch_dataset(Items([UNIT]), preprocess=Preprocess())[0]


def test_random_augmentation_is_refused() -> None:
    class Noisy(Items):
        def __getitem__(self, position: int) -> Any:
            return torch.rand(3, 2, 2)

    with pytest.raises(DataError, match=r"sample 0 of .*differs from itself .*Take random augmentation out"):
        torch_dataset(Noisy([1]))


def test_a_dataset_without_a_length_or_without_samples_is_refused() -> None:
    with pytest.raises(DataError, match="has no length"):
        torch_dataset(iter([UNIT]))
    with pytest.raises(DataError, match="is empty"):
        torch_dataset(Items([]))


def test_a_label_and_a_value_change_the_fingerprint() -> None:
    lists = [[(UNIT, 0)], [(UNIT, 1)], [(UNIT + 1e-7, 0)], [(UNIT, 0, {"n": 1})], [(UNIT.double(), 0)] * 2]
    assert len({torch_dataset(Items(items)).fingerprint() for items in lists}) == 5


def test_a_fingerprint_reads_as_many_samples_as_asked() -> None:
    read: list[int] = []

    class Counted(Items):
        def __getitem__(self, position: int) -> Any:
            read.append(position)
            return self.items[position]

    dataset = torch_dataset(Counted([UNIT] * 100), fingerprint_samples=4)
    read.clear()
    dataset.fingerprint()
    assert read == [0, 33, 66, 99]


def test_labels_between_those_samples_count_where_they_are_listed() -> None:
    prints = {
        torch_dataset(Items([UNIT] * 9, targets=[0] * 4 + [n] + [0] * 4), fingerprint_samples=2).fingerprint()
        for n in (0, 1)
    }
    assert len(prints) == 2


DATA = TensorDataset(torch.zeros(5, 2))


class Stream(IterableDataset):
    def __iter__(self):
        return iter(())


class OwnBatches(BatchSampler):
    pass


@pytest.mark.parametrize(
    "options",
    [{}, {"batch_size": 2}, {"batch_size": None}, {"batch_size": 5, "drop_last": True}, {"num_workers": 2}],
)
def test_a_loader_in_order_gives_its_dataset(options: dict) -> None:
    loader: DataLoader = DataLoader(DATA, **options)
    dataset: Dataset = loader_dataset(loader)
    assert dataset is DATA


@pytest.mark.parametrize(
    ("loader", "problem"),
    [
        (DataLoader(DATA, shuffle=True), "shuffles or samples, with a RandomSampler"),
        (DataLoader(DATA, sampler=SubsetRandomSampler([0])), "with a SubsetRandomSampler"),
        (DataLoader(DATA, sampler=SequentialSampler(range(3))), "with a SequentialSampler"),
        (DataLoader(DATA, sampler=[4, 3, 2, 1, 0]), "with a list"),
        (
            DataLoader(DATA, batch_sampler=OwnBatches(SequentialSampler(DATA), 2, False)),
            "of its own, OwnBatches",
        ),
        (
            DataLoader(DATA, batch_sampler=BatchSampler(SubsetRandomSampler([0]), 2, False)),
            "SubsetRandomSampler",
        ),
        (DataLoader(DATA, batch_size=2, drop_last=True), "drops the last samples"),
        (DataLoader(DATA, collate_fn=list), "changes samples while it collates them, with list"),
        (DataLoader(Stream()), "reads a stream, Stream"),
    ],
)
def test_other_loaders_are_refused(loader: DataLoader, problem: str) -> None:
    with pytest.raises(DataError, match=rf"{problem}.* Give its dataset instead"):
        loader_dataset(loader)


def test_an_item_that_cannot_be_read_is_left_to_the_recording(tmp_path, net) -> None:
    class Torn(torch.utils.data.Dataset):
        def __len__(self):
            return 8

        def __getitem__(self, position):
            if position in (0, 3, 7):
                raise OSError("torn")
            return torch.full((3, 8, 8), position / 8), position % 4

    from shiftscope.study import Study

    study = Study.create(tmp_path / "x.study", net, tuple("abcd"))
    with pytest.raises(DataError, match='on_error="skip"'):
        study.record(Torn(), "lab", layers=["hidden"], progress=False)
    recording = study.record(Torn(), "lab", layers=["hidden"], on_error="skip", progress=False)
    assert recording.samples.skipped == 3


def test_classes_that_are_numbers_sorted_as_text_are_asked_about() -> None:
    classes = sorted(map(str, range(12)))
    items = Items([(UNIT, 2)], classes=classes)
    with pytest.raises(DataError, match="call category 2 '10'"):
        torch_dataset(items)
    assert torch_dataset(items, categories=classes)[0].label == 2
    assert torch_dataset(items, categories=[str(k) for k in range(12)])[0].label == 10


def test_names_that_contradict_the_order_are_refused() -> None:
    items = Items([(UNIT, 0)], classes=["airplane", "automobile", "bird"])
    with pytest.raises(DataError, match="'automobile' is not one of them"):
        torch_dataset(items, categories=["bird", "airplane", "car"])


def test_keys_of_an_item_differ_in_case_only_and_one_like_a_label_is_told_of() -> None:
    assert torch_dataset(Items([{"Image": UNIT, "Label": 2}]))[0].label == 2
    told = torch_dataset(Items([{"image": UNIT, "target": 2}])).describe()["told"]
    assert told == ["sample 0 has no label, and 'target', stored as metadata, looks like one."]
