from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from PIL import Image

from shiftscope.datasets.formats.image_table import image_table
from shiftscope.errors import DataError


@pytest.fixture
def table(tmp_path: Path, write_picture):
    """Write a table beside three pictures a.png, b.png and c.png."""
    for seed, name in enumerate("abc"):
        write_picture(f"tables/{name}.png", seed)

    def write(text: str, name: str = "list.csv") -> Path:
        (tmp_path / "tables" / name).write_text(text, encoding="utf-8")
        return tmp_path / "tables" / name

    return write


def test_paths_are_relative_to_the_table(table) -> None:
    dataset = image_table(table("path\na.png\n./c.png\n"))
    assert [sample.id for sample in dataset] == ["a.png", "c.png"]
    assert dataset[0].label == -1
    assert dataset[0].picture.size == (7, 5)


def test_labels_are_indices_or_names_or_missing(table) -> None:
    path = table("path,label\na.png,dog\nb.png,\nc.png,0\n")
    dataset = image_table(path, categories=["cat", "dog"])
    assert [sample.label for sample in dataset] == [1, -1, 0]


def test_names_of_labels_become_categories_in_order_of_the_alphabet(table) -> None:
    dataset = image_table(table("path,label\na.png,dog\nb.png,cat\nc.png,-1\n"))
    assert dataset.categories == ("cat", "dog")
    assert [sample.label for sample in dataset] == [1, 0, -1]


def test_a_category_that_is_called_like_a_number_is_a_name(table) -> None:
    dataset = image_table(table("path,label\na.png,7\nb.png,07\n"), categories=["7", "07"])
    assert [sample.label for sample in dataset] == [0, 1]


def test_other_columns_become_metadata_of_their_own_type(table) -> None:
    dataset = image_table(
        table("path,count,share,indoors,country\na.png,3,0.5,True,NA\nb.png,,,,\nc.png,1,2,False,x\n")
    )
    assert dataset[0].metadata == {"count": 3, "share": 0.5, "indoors": True, "country": "NA"}
    assert dataset[1].metadata == {"count": None, "share": None, "indoors": None, "country": None}
    assert [type(value) for value in dataset[2].metadata.values()] == [int, float, bool, str]


def test_an_id_keeps_its_zeros(table) -> None:
    assert [sample.id for sample in image_table(table("path,id\na.png,007\nb.png,7\n"))] == ["007", "7"]


def test_columns_may_have_other_names(table) -> None:
    dataset = image_table(table("file,class,key\na.png,1,x\n"), file="file", label="class", ids="key")
    assert (dataset[0].id, dataset[0].label, dataset[0].source) == ("x", 1, "a.png")


def test_parquet_reads_the_same(table, tmp_path: Path) -> None:
    frame = pd.DataFrame({"path": ["a.png", "b.png"], "label": [1, None], "count": [3, 4]}).astype(
        {"label": "Int64"}
    )
    frame.to_parquet(tmp_path / "tables/list.parquet")
    dataset = image_table(tmp_path / "tables/list.parquet")
    assert [(sample.label, sample.metadata) for sample in dataset] == [
        (1, {"count": 3}),
        (-1, {"count": 4}),
    ]
    assert dataset.describe()["kind"] == "parquet"


def test_a_spreadsheet_s_byte_order_mark_is_not_part_of_a_name(table) -> None:
    assert len(image_table(table("\ufeffpath\na.png\n"))) == 1


@pytest.mark.parametrize("path", ["../other.png", "a/../../other.png", "/etc/passwd"])
def test_a_path_out_of_the_folder_is_refused(table, path: str) -> None:
    with pytest.raises(DataError, match=r"row 1 of .* leads out of the folder.*root="):
        image_table(table(f"path\na.png\n{path}\n"))


def test_root_says_where_paths_start(table, tmp_path: Path, write_picture) -> None:
    other = write_picture("photos/d.png")
    dataset = image_table(table(f"path,id\nphotos/d.png,1\n{other},2\n"), root=tmp_path)
    assert dataset[0].picture.tobytes() == dataset[1].picture.tobytes()


def test_no_path_leaves_the_root(table, tmp_path: Path, write_picture) -> None:
    other = write_picture("photos/d.png")
    with pytest.raises(DataError, match="leads out of the folder"):
        image_table(table(f"path\n{other}\n"), root=tmp_path / "tables")[0]
    (tmp_path / "tables/link.png").symlink_to(other)
    with pytest.raises(DataError, match=r"'link.png' of .* leads out of the folder"):
        image_table(table("path\nlink.png\n"))[0]


def test_a_missing_picture_is_an_error_when_it_is_read_so_that_it_can_be_skipped(table) -> None:
    dataset = image_table(table("path\nmissing.png\n"))
    with pytest.raises(DataError, match=r"'missing.png' of .* cannot be read"):
        dataset[0]
    before = dataset.fingerprint()
    Image.new("RGB", (2, 2)).save(dataset.root / "missing.png")
    assert dataset.fingerprint() != before


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("paths,label\na.png,1\n", r"no column 'path' in .*; closest: 'paths'.*ss.dataset\(..., file="),
        ("path\n", "has no rows"),
        ("", "cannot be read as a csv table"),
        ("path,label\na.png,1.5\n", r"sample 'a.png' has a label 1.5, of type float"),
        ("path,label\na.png,-2\n", "has the label -2; labels count from 0"),
        (f"path,label\na.png,{'7' * 20}\n", "has the label 7{20}; labels go up to"),
        (f"path,label\na.png,{'7' * 5000}\n", "has a label inf, of type float"),
        ("path\na.png\na.png\n", "samples 0 and 1 have the same id 'a.png'"),
        ("path,id\na.png,1\n,2\n", "row 1 of .* has no path"),
    ],
)
def test_tables_that_cannot_be_used_are_refused(table, text: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        image_table(table(text))


def test_a_label_that_is_no_category_is_refused_by_name(table) -> None:
    path = table("path,label\na.png,cat\nb.png,dgo\n")
    with pytest.raises(
        DataError, match=r"sample 'b.png' has the label 'dgo', not a category; closest: 'dog'"
    ):
        image_table(path, categories=["cat", "dog"])
    with pytest.raises(DataError, match="no column 'clas'"):
        image_table(path, label="clas")


def test_files_that_are_no_tables_are_refused(table, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read as a parquet table"):
        image_table(table("path\na.png\n", name="list.parquet"))
    with pytest.raises(DataError, match="no file"):
        image_table(tmp_path / "nowhere.csv")


def test_labels_ids_and_metadata_change_the_fingerprint(table) -> None:
    texts = [
        "path,label\na.png,0\n",
        "path,label\na.png,1\n",
        "path,id\na.png,x\n",
        "path,n\na.png,1\n",
        "path\nb.png\n",
    ]
    assert len({image_table(table(text)).fingerprint() for text in texts}) == 5


def test_the_photographs_table(shared_data: Path) -> None:
    dataset = image_table(shared_data / "imagenet_samples/labels.csv", file="file", label="class_index")
    assert len(dataset) == 300
    assert dataset[1].label == 3
    assert dataset[1].metadata["name"] == "tiger shark"


@pytest.mark.parametrize("header", ["path, label", "path,Label", " PATH ,LABEL", "Path,label "])
def test_headers_differ_in_case_and_blanks_only(table, header: str) -> None:
    dataset = image_table(table(f"{header}\na.png,dog\nb.png,cat\n"))
    assert (dataset.categories, dataset.labels.tolist()) == (("cat", "dog"), [1, 0])
    assert dataset.metadata == {}


def test_an_exact_header_is_taken_before_one_that_differs_in_case(table) -> None:
    dataset = image_table(table("path,label,Label\na.png,1,x\n"))
    assert (dataset[0].label, dataset[0].metadata) == (1, {"Label": "x"})
    with pytest.raises(DataError, match="' label' and 'Label' may each be meant by 'label'"):
        image_table(table("path, label,Label\na.png,1,2\n"))


@pytest.mark.parametrize(
    ("header", "nearest"), [("class", "class"), ("labels_", "labels_"), ("Target", "Target")]
)
def test_a_table_without_labels_tells_which_column_looks_like_them(table, header: str, nearest: str) -> None:
    told = image_table(table(f"path,{header}\na.png,dog\n")).describe()["told"]
    assert told == [
        f"no column of labels was found; '{nearest}' looks like one, and is taken with "
        f"ss.dataset(..., label='{nearest}')."
    ]


def test_the_order_of_names_among_labels_is_told(table) -> None:
    dataset = image_table(table("path,label\na.png,dog\nb.png,cat\n"))
    assert dataset.describe()["told"] == [
        "categories are the names among the labels, sorted: 0 'cat', 1 'dog'."
    ]


def test_names_beside_numbers_are_asked_about(table) -> None:
    with pytest.raises(DataError, match="are names, as 'dog', and numbers, as 0"):
        image_table(table("path,label\na.png,dog\nb.png,0\n"))


def test_cells_beyond_the_header_are_refused_and_do_not_move_the_columns(table) -> None:
    with pytest.raises(DataError, match=r"the first row of .* has 3 cells, and its header 2"):
        image_table(table("path,label\na.png,cat,b.png\nb.png,dog,c.png\n"))
    with pytest.raises(DataError, match="cannot be read as a csv table"):
        image_table(table("path,label\na.png,cat\nb.png,dog,c.png\n"))


def test_an_absolute_path_inside_the_folder_is_the_one_from_there(table, tmp_path: Path) -> None:
    absolute = tmp_path / "tables" / "a.png"
    dataset = image_table(table(f"path\n{absolute}\nb.png\n"))
    assert [sample.id for sample in dataset] == ["a.png", "b.png"]
    (tmp_path / "link").symlink_to(tmp_path / "tables")
    assert image_table(tmp_path / "link" / "list.csv")[0].id == "a.png"
    with pytest.raises(DataError, match=r"row 0 of .* leads out of the folder"):
        image_table(table(f"path\n{tmp_path / 'tables-of-another' / 'a.png'}\n"))
