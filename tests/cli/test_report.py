"""`shiftscope report`."""

import re


def test_a_report_is_written_and_its_size_told(run, recorded, tmp_path):
    answer = run(
        "report", recorded, "-o", tmp_path / "out", "--units", "2", "--layers", "hidden", "--title", "T"
    )
    assert answer.status == 0, answer.err
    index = tmp_path / "out" / "index.html"
    found = re.fullmatch(r"(\d+) pages, (\d+\.\d) MB\. Open (.+) in a browser\.\n", answer.out)
    assert found[3] == str(index)
    assert "<span>T</span>" in index.read_text()
    files = [file for file in index.parent.rglob("*") if file.is_file()]
    assert len([file for file in files if file.suffix == ".html"]) == int(found[1])
    assert abs(sum(file.stat().st_size for file in files) / 1e6 - float(found[2])) <= 0.051
    assert not [file for file in files if "conv" in file.name]


def test_a_folder_that_is_no_report_is_refused(run, recorded, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("keep")
    assert "no report" in run("report", recorded, "-o", tmp_path / "mine").refused()
    assert (tmp_path / "mine" / "notes.txt").read_text() == "keep"
    assert run("report", recorded, "-o", tmp_path / "mine", "--units", "1", "--overwrite").status == 0
    assert not (tmp_path / "mine" / "notes.txt").exists()


def test_a_layer_that_is_not_there_is_named(run, recorded, tmp_path):
    answer = run("report", recorded, "-o", tmp_path / "out", "--layers", "hiden")
    assert "no layer 'hiden' in this study; closest: 'hidden'" in answer.refused()
    assert not (tmp_path / "out").exists()


def test_writing_a_report_loads_neither_torch_nor_pandas(recorded, tmp_path):
    import subprocess
    import sys

    code = (
        "import sys; from shiftscope.store.stored_study import StoredStudy; "
        "from shiftscope.web.report.report import report; "
        "report(StoredStudy(sys.argv[1]), sys.argv[2], units=1, progress=False); "
        "print(*{'torch', 'pandas', 'zarr', 'sklearn'} & set(sys.modules))"
    )
    words = [sys.executable, "-c", code, str(recorded), str(tmp_path / "out")]
    answer = subprocess.run(words, capture_output=True, text=True, check=True)
    assert answer.stdout.split() == []
