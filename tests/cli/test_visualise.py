"""`shiftscope visualise`: pictures, a sentence each, JSON."""

import json

import numpy as np
from PIL import Image

from shiftscope.explain.interventions.worst_units import worst_units
from shiftscope.explain.visualisation.stored_pictures import asked_pictures
from shiftscope.store.stored_study import StoredStudy
from shiftscope.study import open_study

MODEL = ("--model", "nets:tiny")


def test_pictures_are_drawn_saved_and_found_again(run, recorded, folder):
    asked = ("visualise", recorded, "--layer", "hidden", "--units", "3", "5", "--steps", "3", "--crops", "2")
    answer = run(*asked, *MODEL, "-o", folder / "pictures")
    assert answer.status == 0, answer.err
    assert "hidden:3: response " in answer.out
    assert " samples" in answer.out
    names = {path.name for path in (folder / "pictures").iterdir()}
    assert names == {f"maco-hidden-{unit}{kind}.png" for unit in (3, 5) for kind in ("", "-blended")}
    assert Image.open(folder / "pictures" / "maco-hidden-3.png").size == (16, 16)
    run(*asked, *MODEL, "--seed", "1", "-o", folder / "pictures")  # another picture of the same unit
    assert (folder / "pictures" / "maco-hidden-3-2-blended.png").is_file()
    run(*asked, *MODEL, "-o", folder / "pictures")  # the same ones
    assert len(list((folder / "pictures").iterdir())) == 8
    shown = f"shiftscope view {recorded} shows them"
    assert shown in run(*asked).err
    again = run(*asked, "--json")
    assert shown not in again.err
    first, second = json.loads(again.out)
    assert (first["objective"], second["objective"]) == ("hidden:3", "hidden:5")
    assert first["samples"] > 0


def test_facets_and_pictures_drawn_together_are_saved_apart(run, recorded, folder):
    asked = ("visualise", recorded, "--layer", "hidden", "--unit", "3", "--steps", "2", "--crops", "0")
    climb = ("--method", "activation_maximisation", *MODEL, "-o", folder / "pictures")
    answer = run(*asked, *climb, "--facets", "2")
    assert answer.status == 0, answer.err
    assert "hidden:3, facet 2 of 2: response " in answer.out
    answer = run(*asked, *climb, "--option", "together=2", "diversity=0.5")
    assert answer.status == 0, answer.err
    assert "hidden:3, 2 of 2: response " in answer.out
    assert len(list((folder / "pictures").iterdir())) == 8
    answer = run(*asked, *climb, "--option", "prior=pca")
    assert answer.status != 0
    assert "32 at least" in answer.err


def test_how_much_to_believe_stands_below_each(run, recorded):
    asked = ("visualise", recorded, "--layer", "hidden", "--unit", "3", "--steps", "2", "--crops", "2")
    answer = run(*asked, *MODEL, "--believe")
    assert answer.status == 0, answer.err
    assert "path similarity at conv" in answer.out
    told = json.loads(run(*asked, "--believe", "--json").out)[0]["belief"]  # kept, and read without the model
    assert list(told["path"]) == ["conv"]
    assert told["columns"][0] == "picture"


def test_a_placebo_takes_samples_enough(run, recorded):
    asked = ("visualise", recorded, "--layer", "hidden", "--unit", "3", "--dataset", "shifted")
    assert "too few for two halves" in run(*asked, *MODEL, "--placebo", "--at", "conv").err
    assert "give --placebo too" in run(*asked, *MODEL, "--at", "conv").err
    assert "--placebo is a whole number, not 2.5" in run(*asked, *MODEL, "--placebo", "2.5").refused()
    assert "whole number of at least 0" in run(*asked, *MODEL, "--placebo", "-1").refused()


def test_a_placebo_is_of_as_many_divisions_as_are_asked_for(run, recorded, monkeypatch):
    monkeypatch.setattr("shiftscope.explain.visualisation.colour_pair.ENOUGH", 2)  # the sets are small
    asked = ("visualise", recorded, "--layer", "hidden", "--unit", "3", "--dataset", "shifted")
    quick = ("--steps", "1", "--crops", "0", "--at", "conv")
    answer = run(*asked, *quick, *MODEL, "--placebo", "1")
    assert answer.status == 0, answer.err
    assert "1 pair in 2 would" in answer.out or "says nothing of the shift" in answer.out
    (told,) = json.loads(run(*asked, *quick, "--placebo", "1", "--json").out)  # kept
    found = open_study(recorded).visualise(
        "hidden", 3, dataset="shifted", steps=1, crops=0, placebo=1, at="conv", progress=False
    )
    assert told == json.loads(json.dumps(found.numbers()))
    assert found.apart.in_words() in answer.out
    assert len(told["distance_of_halves"]) == 1
    assert "give --model" in run(*asked, *quick, "--placebo").refused()  # for four more divisions


def test_a_second_network_is_shown_the_pictures(run, recorded):
    asked = ("visualise", recorded, "--layer", "hidden", "--unit", "3", "--steps", "1", "--crops", "1")
    answer = run(*asked, *MODEL, "--second", MODEL[1])
    assert answer.status == 0, answer.err
    assert "response of the second network (" in " ".join(answer.out.split())
    assert "give --second too" in run(*asked, "--second-weights", "x.pt").err


def test_what_a_shift_does_to_spectra_is_told(run, recorded):
    answer = run("spectra", recorded, "--dataset", "shifted", *MODEL)
    assert answer.status == 0, answer.err
    assert "times the magnitude above 0.25 cycles per pixel" in " ".join(answer.out.split())
    told = json.loads(run("spectra", recorded, "--dataset", "shifted", "--json").out)  # kept
    assert told["bands"][0].keys() == {"cycles_per_pixel", "ratio", "low", "high"}


def test_the_worst_units_by_a_score_are_drawn(run, recorded):
    asked = ("--layer", "hidden", "--worst", "2", "--by", "shift_auroc", "--steps", "1", "--crops", "1")
    answer = run("visualise", recorded, *asked, *MODEL)
    assert answer.status == 0, answer.err
    assert answer.out.count("response ") == 2


def test_units_that_are_the_worst_under_one_set_have_the_colours_of_another(run, recorded):
    asked = (
        "visualise",
        recorded,
        "--layer",
        "hidden",
        "--worst",
        "1",
        "--steps",
        "1",
        "--crops",
        "1",
        *MODEL,
    )
    by = ("--by", "shift_auroc")
    (worst,) = worst_units(StoredStudy(recorded), 1, "shift_auroc", layer="hidden", dataset="shifted")
    assert run(*asked, *by, "--under", "shifted").status == 0
    assert run(*asked, *by, "--dataset", "shifted").status == 0  # the one shifted set, also as colours
    drawn = {(each.unit, each.dataset) for each in asked_pictures(StoredStudy(recorded), "hidden")}
    assert drawn == {(worst, "val"), (worst, "shifted")}


def test_of_several_shifted_sets_colours_do_not_say_under_which_units_are_the_worst(run, recorded, folder):
    np.savez(folder / "plain.npz", image=np.zeros((4, 8, 8, 3), np.uint8))
    record = ("record", recorded, "--model", "nets:tiny", "--data", "npz:plain.npz", "--name", "plain")
    assert run(*record).status == 0
    asked = ("visualise", recorded, "--layer", "hidden")
    told = run(*asked, "--worst", "2", "--dataset", "shifted", *MODEL).refused()
    assert "there are 2 shifted sets (shifted, plain); give --under UNDER to say under which one" in told
    assert "(--dataset gives the colours)" in told
    assert "no dataset 'day'" in run(*asked, "--worst", "2", "--under", "day", *MODEL).refused()
    for given in (("--by", "blame"), ("--under", "shifted")):
        told = run(*asked, "--unit", "1", *given, *MODEL).refused()
        assert "--by and --under choose the worst units; give them with --worst" in told


def test_which_unit_has_to_be_said_once(run, recorded):
    for given in ((), ("--unit", "1", "--units", "2"), ("--worst", "2")):
        answer = run("visualise", recorded, *given)
        assert answer.status != 0
        assert "say which unit" in answer.err or "give --layer" in answer.err


def test_an_option_that_is_none_of_the_methods_is_refused(run, recorded):
    for command in ("visualise", "attribute"):
        answer = run(command, recorded, "--layer", "hidden", "--unit", "1", "--option", "layer=conv", *MODEL)
        assert answer.status != 0
        assert "'layer' is none of the method's options" in answer.err
