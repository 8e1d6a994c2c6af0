"""The jobs of a derived layer's page: what they compute is kept where the page looks for it."""

import pytest

from shiftscope.derived.encoder import Encoders
from shiftscope.errors import BadRequest
from shiftscope.explain.importance.stored_importances import kept_importance
from shiftscope.explain.local_against_distributed.stored_removals import read_removals
from shiftscope.flow.live import LiveStudy
from shiftscope.progress import silent
from shiftscope.store.stored_study import StoredStudy
from shiftscope.web.jobs.kind import job_kinds


def test_importance_and_removals_are_kept(held):
    study = StoredStudy(held.path)
    live = LiveStudy(study, held.net, held.data, encoders=Encoders(study))
    live.derive("hidden", "pca", size=2, seeds=1, progress=False)
    for name in ("importance", "local_against_distributed"):
        kind = job_kinds[name]
        kind.check(study, layer="hidden~pca2")
        kind.run(live, silent, layer="hidden~pca2")
        assert "hidden~pca2" in kind.title(layer="hidden~pca2")
        with pytest.raises(BadRequest, match="was recorded"):
            kind.check(study, layer="hidden")
    for dataset in ("lab", "field"):
        assert kept_importance(study, "hidden~pca2", dataset)[0] == "exact"
        assert read_removals(study, "hidden~pca2", dataset).samples > 0
