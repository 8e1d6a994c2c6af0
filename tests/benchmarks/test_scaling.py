"""The benchmark of a large dataset, at its tiny size: 63 shards of 16 samples, 8 units, 30 categories."""


def test_a_run_is_merged_and_the_rest_follows_from_how_many_there_are(bench, tmp_path):
    figures = bench("scaling").merging(tmp_path / "made", "tiny", shuffled=True)
    assert figures["shards"] == 63  # 1,000 / 16
    assert figures["files at the end"] == 3 + 15  # runs of sixteen, and shards that are in none
    assert figures["bytes of all shards"] == 63 * figures["bytes of a shard"]
    # Every category occurs among 256 samples: 30 sums of 8 bytes for each unit, and those of every shard are fewer.
    assert figures["bytes of a shard"] < figures["bytes of a run"] < 16 * figures["bytes of a shard"]
    assert all(
        figures[name] > 0 for name in ("seconds of a run", "seconds of all runs", "seconds at the end")
    )
    assert not (tmp_path / "made").exists()


def test_categories_in_order_leave_smaller_files_than_shuffled_ones(bench, tmp_path):
    merging = bench("scaling").merging
    ordered, shuffled = (merging(tmp_path / "made", "tiny", shuffled=each) for each in (False, True))
    assert ordered["bytes of a shard"] < shuffled["bytes of a shard"]
