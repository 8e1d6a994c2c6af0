"""The pictures of the documentation: pages of the demo's study in a browser without a window.

    python docs/make_images.py                  # makes the demo's study first, in a temporary folder
    python docs/make_images.py --study PATH     # or takes one that `shiftscope demo` made

It shows handwritten digits only, whose licence (CC BY 4.0) allows it. It needs Chromium or Chrome and the development
dependencies.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Page, sync_playwright

import shiftscope as ss
from shiftscope.scores.estimation.stored_estimates import stored_estimates
from shiftscope.store.stored_study import StoredStudy
from shiftscope.web.server.server import view

IMAGES = Path(__file__).parent / "images"
WIDTH = 1440  # pixels, of the window and of the pictures
LARGEST = 300_000  # bytes of one picture
LAYER, SHIFTED = "hidden", "permuted"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
OFFLINE = ["--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1, EXCLUDE localhost"]


def pages(study: StoredStudy) -> dict[str, tuple[str, int]]:
    """Address in the study and height in pixels of each picture: what one looks at first after the overview."""
    shifted = study[SHIFTED]
    scores = stored_estimates(study, SHIFTED, study.reference, LAYER)
    # A unit that lost its digit and answers to others.
    unit = int(np.nanargmax(scores["novelty"].value + scores["spurious"].value))
    labels, predictions = shifted.samples.labels, shifted.samples.predictions
    wrong = np.flatnonzero(labels != predictions)
    pairs, first, counts = np.unique(
        np.stack([labels, predictions])[:, wrong], axis=1, return_index=True, return_counts=True
    )
    most = int(counts.argmax())
    sample, (label, prediction) = int(wrong[first[most]]), pairs[:, most].tolist()
    return {
        "overview": (f"?layer={LAYER}", 1120),
        "unit": (f"layers/{LAYER}/units/{unit}", 1500),
        "sample": (f"datasets/{SHIFTED}/samples/{sample}?layer={LAYER}", 1000),
        "confusion": (f"confusions/{label}/{prediction}?layer={LAYER}", 1000),
        "paths": (f"paths?focus={SHIFTED}", 1420),
    }


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
    for colours in (256, 128, 64, 32):
        Image.open(file).convert("RGB").quantize(colours, dither=Image.Dither.NONE).save(file, optimize=True)
        if file.stat().st_size < LARGEST:
            return
    raise SystemExit(f"{file} has {file.stat().st_size:,} bytes; choose a smaller height.")


def make(study: StoredStudy, into: Path) -> None:
    chromium = next(filter(None, map(shutil.which, BROWSERS)), None)
    if chromium is None:
        raise SystemExit(f"no browser found; looked for {', '.join(BROWSERS)}.")
    into.mkdir(parents=True, exist_ok=True)
    viewer = view(study, port=0, open_browser=False)
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=OFFLINE)
            page = browser.new_page(color_scheme="light", bypass_csp=True)  # which refuses what is waited for
            page.goto(viewer.url)
            root = page.url  # of all pages
            for name, (address, height) in pages(study).items():
                take(page, root + address, height, into / f"{name}.png")
            browser.close()
    finally:
        viewer.stop()


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--study", type=Path, help="a study of `shiftscope demo`; made where not given")
    options.add_argument("--out", type=Path, default=IMAGES, help="folder for the pictures")
    given = options.parse_args()
    if given.study:
        make(ss.open_study(given.study), given.out)
        return
    from shiftscope.demo import make_study

    with tempfile.TemporaryDirectory() as folder:
        make(make_study(Path(folder) / "demo.study"), given.out)


if __name__ == "__main__":
    main()
