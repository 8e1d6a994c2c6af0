"""The pictures of the documentation: pages of the demo's study in a browser without a window, and shifts on a dial.

    python docs/make_images.py                  # makes the demo's study first, in a temporary folder
    python docs/make_images.py --study PATH     # or takes one that `shiftscope demo` made

It shows handwritten digits (CC BY 4.0) and a photograph (CC BY 2.0) that come with scikit-learn, whose licences allow
it. It needs Chromium or Chrome and the development dependencies. Maps, pictures and features are computed in a copy of
the study, by the weights beside it.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import Page, sync_playwright

import shiftscope as ss
from shiftscope.datasets.shifts.contact_sheet import STRENGTHS, contact_sheet
from shiftscope.scores.estimation.stored_estimates import stored_estimates
from shiftscope.store.stored_study import StoredStudy
from shiftscope.web.server.server import view

IMAGES = Path(__file__).parent / "images"
WIDTH = 1260  # pixels, of the window and of the pictures
HEIGHT = 560  # pixels, of a picture of a fold, at most
LARGEST = 300_000  # bytes of one picture
LAYER, SHIFTED = "hidden", "permuted"
FEATURES = f"{LAYER}~nmf16"
SHIFTS = ("gaussian_noise", "motion_blur", "contrast", "hue", "low_pass", "occlusion")
SIDE, MARGIN = 112, 128  # pixels, of each shifted picture and of the names beside them
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
OFFLINE = ["--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1, EXCLUDE localhost"]


def pages(study: StoredStudy) -> dict[str, tuple[str, int]]:
    """Address in the study and height in pixels of each picture: what one looks at first after the overview."""
    shifted = study[SHIFTED]
    unit = changed_unit(study, LAYER)
    labels, predictions = shifted.samples.labels, shifted.samples.predictions
    wrong = np.flatnonzero(labels != predictions)
    pairs, first, counts = np.unique(
        np.stack([labels, predictions])[:, wrong], axis=1, return_index=True, return_counts=True
    )
    most = int(counts.argmax())
    sample, (label, prediction) = int(wrong[first[most]]), pairs[:, most].tolist()
    return {
        "overview": (f"?layer={LAYER}", 1500),
        "unit": (f"layers/{LAYER}/units/{unit}", 1300),
        "sample": (f"datasets/{SHIFTED}/samples/{sample}?layer={LAYER}", 1080),
        "confusion": (f"confusions/{label}/{prediction}?layer={LAYER}", 1000),
        "paths": (f"paths?focus={SHIFTED}", 1420),
    }


def changed_unit(study: StoredStudy, layer: str) -> int:
    """One that lost its digit and answers to others."""
    scores = stored_estimates(study, SHIFTED, study.reference, layer)
    return int(np.nanargmax(scores["novelty"].value + scores["spurious"].value))


def explain(study: ss.Study, unit: int) -> None:
    """Compute what the pictures of the systems show: maps, pictures made for a unit, a dictionary."""
    from safetensors.torch import load_file

    from shiftscope.demo import DigitNet, weights_of

    net = DigitNet()
    net.load_state_dict(load_file(weights_of(study.path)))
    for dataset in (study.reference, SHIFTED):
        study.attribute(LAYER, unit, method="integrated_gradients", dataset=dataset, model=net)
    study.visualise(LAYER, unit, dataset=SHIFTED, placebo=True, model=net)
    study.derive(LAYER, "nmf", size=16)
    study.fit_under_shift(FEATURES)


def folds(unit: int) -> dict[str, tuple[str, str]]:
    """Address and heading of the fold that each picture shows."""
    page = f"layers/{LAYER}/units/{unit}?focus={SHIFTED}"
    return {"attribution": (page, "Where it looks"), "visualisation": (page, "What it looks like")}


def take_fold(page: Page, address: str, heading: str, file: Path) -> None:
    """One screenshot of a fold, opened, from its heading down to the last row that fits."""
    page.set_viewport_size({"width": WIDTH, "height": 4000})  # nothing scrolls below the bar
    page.goto(address, wait_until="networkidle")
    fold = page.locator("details", has=page.locator("summary", has_text=heading)).first
    if not fold.evaluate("fold => fold.open"):
        fold.locator("summary").first.click()
    page.wait_for_load_state("networkidle")
    box = fold.evaluate("fold => fold.getBoundingClientRect().toJSON()")
    ends = fold.evaluate(
        "fold => [...fold.querySelectorAll('tr, figure, article, details')]"
        ".map(e => e.getBoundingClientRect().bottom)"
    )
    end = max(bottom for bottom in ends if bottom <= box["top"] + HEIGHT) + 8
    page.screenshot(
        path=file, clip={"x": box["x"], "y": box["y"], "width": box["width"], "height": end - box["y"]}
    )
    shrink(file)


def dial(file: Path) -> None:
    """The photograph of a flower that comes with scikit-learn under some shifts, named, at rising strength."""
    import sklearn.datasets

    flower = Path(sklearn.datasets.__file__).parent / "images" / "flower.jpg"
    sheet = contact_sheet(ss.dataset([flower], preprocess=ss.Preprocess(resize=SIDE, crop=SIDE)), SHIFTS)
    named = Image.new("RGB", (MARGIN + sheet.width, 24 + sheet.height), "white")
    named.paste(sheet, (MARGIN, 24))
    pen, font = ImageDraw.Draw(named), ImageFont.load_default(14)
    for column, strength in enumerate(STRENGTHS):
        pen.text((MARGIN + (column + 0.5) * SIDE, 12), f"{strength:g}", "black", font, anchor="mm")
    for row, name in enumerate(SHIFTS):
        pen.text((MARGIN - 8, 24 + (row + 0.5) * SIDE), name, "black", font, anchor="rm")
    named.save(file, quality=85)


def take(page: Page, address: str, height: int, file: Path) -> None:
    """One screenshot from the top of the page down to the last panel or table row that fits `height`."""
    page.set_viewport_size({"width": WIDTH, "height": height})
    page.goto(address, wait_until="networkidle")
    if page.locator(".plot:visible").count():
        page.wait_for_function("document.querySelectorAll('.plot canvas, .plot svg.marks').length > 0")
        page.wait_for_load_state("networkidle")
    page.wait_for_function(
        "[...document.images].filter(i => i.checkVisibility())"
        ".filter(i => i.parentElement.getBoundingClientRect().top < innerHeight).every(i => i.complete)"
    )
    ends = page.evaluate(
        "[...document.querySelectorAll('main > *, main tr, main article, main details')]"
        ".map(e => e.getBoundingClientRect().bottom)"
    )
    end = max((bottom for bottom in ends if height / 2 < bottom + 16 <= height), default=height - 16) + 16
    page.screenshot(path=file, clip={"x": 0, "y": 0, "width": WIDTH, "height": round(end)})
    shrink(file)


def shrink(file: Path) -> None:
    """Take as few colours as keep the picture small."""
    for colours in (256, 128, 64, 32):
        Image.open(file).convert("RGB").quantize(colours, dither=Image.Dither.NONE).save(file, optimize=True)
        if file.stat().st_size < LARGEST:
            return
    raise SystemExit(f"{file} has {file.stat().st_size:,} bytes; choose a smaller height.")


def make(study: ss.Study, into: Path) -> None:
    chromium = next(filter(None, map(shutil.which, BROWSERS)), None)
    if chromium is None:
        raise SystemExit(f"no browser found; looked for {', '.join(BROWSERS)}.")
    into.mkdir(parents=True, exist_ok=True)
    dial(into / "shifts.jpg")
    unit = changed_unit(study, LAYER)
    plain = pages(study)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=OFFLINE)
        page = browser.new_page(color_scheme="light", bypass_csp=True)  # which refuses what is waited for
        with shown(study, page) as root:
            for name, (address, height) in plain.items():
                take(page, root + address, height, into / f"{name}.png")
        explain(study, unit)
        feature = f"layers/{FEATURES}/units/{changed_unit(study, FEATURES)}?focus={SHIFTED}"
        with shown(study, page) as root:
            for name, (address, heading) in folds(unit).items():
                take_fold(page, root + address, heading, into / f"{name}.png")
            take(page, root + feature, 1000, into / "features.png")
        browser.close()


@contextmanager
def shown(study: ss.Study, page: Page) -> Iterator[str]:
    """The address before those of all pages, while a viewer shows the study."""
    viewer = view(study, port=0, open_browser=False)
    try:
        page.goto(viewer.url)
        yield page.url
    finally:
        viewer.stop()


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--study", type=Path, help="a study of `shiftscope demo`; made where not given")
    options.add_argument("--out", type=Path, default=IMAGES, help="folder for the pictures")
    given = options.parse_args()
    from shiftscope.demo import make_study, weights_of

    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "demo.study"
        if given.study:
            shutil.copytree(given.study, place)
            shutil.copy(weights_of(given.study), weights_of(place))
            make(ss.open_study(place), given.out)
        else:
            make(make_study(place), given.out)


if __name__ == "__main__":
    main()
