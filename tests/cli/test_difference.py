"""`shiftscope difference`: what is kept is told, saved and given as JSON; too few samples are refused."""

import json
from dataclasses import replace

import numpy as np

from shiftscope.explain.visualisation.belief.reached import Reached
from shiftscope.explain.visualisation.course import Course
from shiftscope.explain.visualisation.differences.difference_direction import Separation
from shiftscope.explain.visualisation.differences.stored_differences import write_separation
from shiftscope.explain.visualisation.stored_pictures import asked_pictures, read_picture, write_picture
from shiftscope.study import open_study

ASKED = "--layer", "hidden", "--unit", "3", "--dataset", "shifted"  # by the layer before, conv
QUICK = "--steps", "2", "--crops", "2"
ALONE = "--no-placebo"


def test_what_is_kept_is_told_and_saved(run, recorded, folder):
    drawn = run("visualise", recorded, "--layer", "hidden", "--unit", "3", *QUICK, "--model", "nets:tiny")
    assert drawn.status == 0, drawn.err
    study = open_study(recorded)
    (plain,) = asked_pictures(study, "hidden", 3)
    for sign, name in ((1, "shifted"), (-1, "val")):
        question = replace(plain, use=("shifted", "conv", sign))
        picture = replace(
            read_picture(study, plain),
            objective=f"hidden:3 as in {name}",
            score=0.5,
            reached=Reached(0.995, 1.0, 200),
            course=Course(np.array([-1.0, 0.5])),
        )
        write_picture(study, question, picture)
    write_separation(study, question, Separation(np.ones(4), 0.75, 0.7, 0.8, np.array([0.5, 0.25])))
    answer = run("difference", recorded, *ASKED, *QUICK, ALONE, "-o", folder / "both")
    assert answer.status == 0, answer.err
    assert "AUROC 0.75 (0.70 to 0.80); halves of the reference up to 0.50" in answer.out
    assert answer.out.count(": response ") == 2
    names = sorted(path.name for path in (folder / "both").iterdir())
    assert names == [
        f"maco-hidden-3-as-in-{name}.png" for name in ("shifted-blended", "shifted", "val-blended", "val")
    ]
    told = json.loads(run("difference", recorded, *ASKED, *QUICK, ALONE, "--json").out)
    assert (told["auroc"], told["placebo"], told["found"]) == (0.75, [0.5, 0.25], True)
    assert told["shifted"]["objective"] == "hidden:3 as in shifted"
    assert (told["weight"], told["equally_strong"], told["level"]) == (1.0, True, 0.5)
    assert (told["shifted"]["level"], told["shifted"]["steps_taken"]) == (None, 1)


def test_too_few_samples_are_refused(run, recorded):
    answer = run("difference", recorded, *ASKED, *QUICK, "--model", "nets:tiny")
    assert "30 are needed" in answer.refused()
