"""The jobs of a derived layer's page: what they compute is kept where the page looks for it."""

import pytest

from shiftscope.derived.encoder import Encoders
from shiftscope.errors import BadRequest, LayerError
from shiftscope.explain.importance.stored_importances import kept_importance
from shiftscope.explain.local_against_distributed.stored_removals import read_removals
from shiftscope.live import LiveStudy
from shiftscope.progress import silent
from shiftscope.store.stored_study import StoredStudy
from shiftscope.views.layer.layer import layer_units
from shiftscope.views.page.panels import Computation
from shiftscope.views.page.viewed_study import ViewedStudy
from shiftscope.web.jobs.kind import job_kinds
from tests.views.conftest import NoJobs, flat


def test_importance_and_removals_are_kept(held):
    study = StoredStudy(held.path)
    live = LiveStudy(study, held.net, held.data, encoders=Encoders(study))
    live.derive("hidden", "pca", size=2, seeds=1, progress=False)
    for name in ("importance", "local_against_distributed"):
        kind = job_kinds[name]
        kind(layer="hidden~pca2").check(study)
        kind(layer="hidden~pca2").run(live, silent)
        assert "hidden~pca2" in kind(layer="hidden~pca2").title
        with pytest.raises(BadRequest, match="was recorded"):
            kind(layer="hidden").check(study)
    for dataset in ("lab", "field"):
        assert kept_importance(study, "hidden~pca2", dataset)[0] == "exact"
        assert read_removals(study, "hidden~pca2", dataset).samples > 0


def test_layers_of_positions_and_of_what_is_left_are_derived(held):
    study = StoredStudy(held.path)
    live, kind = LiveStudy(study, held.net, held.data, encoders=Encoders(study)), job_kinds["derive"]
    asked = {"layer": "conv", "kind": "pca", "size": 2}
    kind(**asked, positions=True).check(study)
    kind(**asked, positions=True).run(live, silent)
    assert study.derived["conv~pca2~positions"].positions
    assert kind(**asked, positions=True).title == "pca of conv, 2 features of its positions"
    kind(**asked).run(live, silent)
    left = {**asked, "size": 1, "residual_of": "conv~pca2", "dataset": "field"}
    kind(**left).check(study)
    kind(**left).run(live, silent)
    assert study.derived["conv~pca2~residual~field"].units == 1
    assert kind(**left).title == "pca of what conv~pca2 leaves of field, 1 features"
    for changed, said in (
        ({"residual_of": "conv~pca2", "dataset": ""}, "give both"),
        ({"residual_of": "conv~pca2~positions", "dataset": "field"}, "are made of positions"),
        ({"residual_of": "conv~pca2", "dataset": "field", "positions": True}, "leave out positions"),
        ({"layer": "hidden", "positions": True}, "has no positions"),
    ):
        with pytest.raises(BadRequest if "layer" not in changed else LayerError, match=said):
            kind(**{**asked, **changed}).check(study)
    page = layer_units(ViewedStudy(study.path, NoJobs()), "conv")
    (form,) = (each for each in flat(page.panels) if isinstance(each, Computation) and each.kind == "derive")
    assert [field.name for field in form.fields] == ["kind", "size", "positions", "residual_of", "dataset"]
    assert form.fields[3].choices == ["conv~pca2"]
