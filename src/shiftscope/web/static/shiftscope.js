// Small conveniences of a page; everything also works without them. Listeners sit on the document, so they
// outlive the swaps of in-place navigation.
"use strict";

const shiftscope = {
  // One box for all that is told on pointing: `fill(box)` puts the content in.
  tip: {
    show(x, y, fill) {
      let box = document.querySelector(".tip");
      if (!box) {
        box = document.createElement("div");
        box.className = "tip";
        box.setAttribute("aria-hidden", "true"); // what it says stands in alternative texts and tables
        document.body.append(box);
      }
      box.replaceChildren();
      fill(box);
      const { width, height } = box.getBoundingClientRect();
      const right = x + 14 + width < innerWidth ? x + 14 : x - 14 - width;
      const below = y + 16 + height < innerHeight ? y + 16 : y - 12 - height;
      box.style.left = `${Math.max(4, right)}px`;
      box.style.top = `${Math.max(4, below)}px`;
    },
    hide() {
      document.querySelector(".tip")?.remove();
    },
  },

  go(address, event) {
    if (event?.ctrlKey || event?.metaKey) window.open(address);
    else location.href = address;
  },
};

{
  // Keys. A link or control names its keys in data-keys, with commas between several; "g o" are two, struck one after
  // the other.
  let first = "";
  const forget = { timer: 0 };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.target.closest?.("input, textarea, select, [contenteditable]")) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    if (event.key === "Escape") [closeMenus, closeTerms].forEach((close) => close());
    if (event.key === "?") document.getElementById("keys").showModal();
    if (event.key === "/") {
      document.querySelector("input[type=search]")?.focus();
      event.preventDefault();
    }
    const struck = first ? `${first} ${event.key}` : event.key;
    [...document.querySelectorAll("[data-keys]")].find((link) => link.dataset.keys.split(",").includes(struck))?.click();
    if (struck === "f") nextFocus();
    if (struck === "b") swapSets();
    if (event.key === "Enter") mainOfRow(event)?.click();
    if (event.key === "x") document.activeElement?.closest("li")?.querySelector("input[name=chosen]")?.click();
    const field = document.querySelector(`[data-focus="${CSS.escape(event.key)}"]`);
    if (field) {
      field.focus();
      event.preventDefault();
    }
    if (kinds[struck]) {
      ask(kinds[struck]);
      event.preventDefault();
    }
    first = event.key === "g" ? "g" : "";
    clearTimeout(forget.timer);
    forget.timer = setTimeout(() => (first = ""), 1500);
  });

  // The sets compared, by their menus; a page without them has nothing to change.
  const menuOf = (name) => document.querySelector(`details.choice[data-choice="${name}"]`);
  const nextFocus = () => {
    const links = [...(menuOf("Focus")?.querySelectorAll("a") ?? [])];
    const now = links.findIndex((link) => link.getAttribute("aria-current") === "true");
    if (links.length > 1 || (links.length && now < 0)) links[(now + 1) % links.length].click();
  };
  const swapSets = () => {
    const [focus, baseline] = ["Focus", "Baseline"].map((name) => menuOf(name)?.querySelector("summary b").textContent);
    if (!focus || !baseline || focus === baseline) return;
    const address = new URL(location.href);
    address.searchParams.set("focus", baseline);
    address.searchParams.set("baseline", focus);
    location.href = address.href;
  };

  // The row at hand holds the keyboard or, where nothing does, the pointer.
  const mainOfRow = ({ target }) => {
    const rows = "article.case, tbody tr";
    if (target.matches?.("a, button, summary, label")) return null; // Enter is theirs
    const held = target.closest?.(rows) ?? document.querySelector("article.case:hover, tbody tr:hover");
    return held?.querySelector("a.go.first, a.main") ?? held?.querySelector("a");
  };

  // "g" and a letter begin a search for a thing of one kind, near the page that is shown.
  const kinds = { "g u": "unit", "g i": "image", "g c": "category" };
  const around = { unit: /\/layers\/([^/]+)/, image: /\/datasets\/([^/]+)/ };
  const ask = (kind) => {
    const search = document.querySelector("input[type=search]");
    if (!search) return;
    const near = around[kind]?.exec(location.pathname)?.[1];
    search.value = `${near ? `${decodeURIComponent(near)} ` : ""}${kind} `;
    search.focus();
  };

  // Menus: one open at a time, closed by a click elsewhere.
  const closeMenus = (except) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) if (menu !== except) menu.open = false;
  };

  // Explanations: closed by a click elsewhere, and by Escape.
  const closeTerms = (except) => {
    for (const term of document.querySelectorAll("details.term[open]")) if (term !== except) term.open = false;
  };

  // An open one lies over the table that would clip it, and within the window.
  const placeTerm = (term) => {
    const note = term.querySelector(":scope > [role=note]");
    if (!note || getComputedStyle(note).position === "static") return;
    note.style.position = "fixed";
    const { left, bottom } = term.getBoundingClientRect();
    const most = document.documentElement.clientWidth - note.offsetWidth - 8;
    note.style.left = `${Math.max(8, Math.min(left, most))}px`;
    note.style.top = `${bottom}px`;
  };
  const placeTerms = () => document.querySelectorAll("details.term[open]").forEach(placeTerm);
  document.addEventListener("toggle", placeTerms, true);
  document.addEventListener("scroll", placeTerms, { capture: true, passive: true });
  addEventListener("resize", placeTerms);

  // Folds: which are open is remembered, for all pages that have one of that name.
  const remembered = () => {
    try {
      return JSON.parse(localStorage.getItem("shiftscope.folds") ?? "[]");
    } catch {
      return []; // a browser that keeps nothing
    }
  };
  document.addEventListener("toggle", ({ target }) => {
    const key = target.dataset?.fold;
    if (!key) return;
    const others = remembered().filter((one) => one !== key);
    try {
      localStorage.setItem("shiftscope.folds", JSON.stringify(target.open ? [...others, key] : others));
    } catch {} // as above
  }, true);
  const openFolds = () => {
    for (const key of [...remembered(), location.hash.slice(1)]) {
      const fold = key && document.querySelector(`[data-fold="${CSS.escape(key)}"]`);
      if (fold) fold.open = true;
    }
  };
  addEventListener("hashchange", openFolds);

  // How large the images of a dataset are: chosen once for all pages that let one choose.
  const sized = (slider) => slider.closest(".panel").style.setProperty("--thumb", `${slider.value}px`);
  document.addEventListener("input", ({ target }) => {
    if (target.dataset?.size === undefined) return;
    sized(target);
    try {
      localStorage.setItem("shiftscope.size", target.value);
    } catch {} // as above
  });
  const size = () => {
    for (const slider of document.querySelectorAll("[data-size]")) {
      slider.closest("label").hidden = false;
      slider.value = 56;
      try {
        slider.value = localStorage.getItem("shiftscope.size") ?? 56;
      } catch {} // as above
      sized(slider);
    }
  };

  document.addEventListener("click", (event) => {
    closeMenus(event.target.closest("details.menu"));
    closeTerms(event.target.closest("details.term"));
    if (event.target.closest("button.keys")) document.getElementById("keys").showModal();
    const zoom = event.target.closest("button.zoom");
    if (zoom) zoom.setAttribute("aria-pressed", zoom.closest(".panel").classList.toggle("zoomed"));
  });

  // Names to complete what is typed, fetched when first wanted.
  let names;
  document.addEventListener("focusin", async (event) => {
    const address = event.target.dataset?.names;
    if (!address) return;
    names ??= fetch(address).then((answer) => (answer.ok ? answer.json() : []), () => []);
    const options = (await names).map((name) => Object.assign(document.createElement("option"), { value: name }));
    event.target.list?.replaceChildren(...options);
  });

  // Thumbnails of few pixels keep their pixels; the event does not bubble, hence the capture.
  const few = 128;
  const keepPixels = (image) => {
    if (image.naturalWidth) image.classList.toggle("pixels", image.naturalWidth < few);
  };
  document.addEventListener("load", (event) => event.target.closest?.(".thumbnail") && keepPixels(event.target), true);

  // Pointing at a thumbnail shows it large, above or below its row.
  let soon = 0;
  document.addEventListener("pointerover", (event) => {
    clearTimeout(soon);
    document.querySelector(".loupe")?.remove();
    const image = event.pointerType === "mouse" && event.target.closest(".thumbnail")?.querySelector("img");
    if (image?.naturalWidth) soon = setTimeout(enlarge, 250, image);
  });

  const enlarge = (image) => {
    if (!image.isConnected) return;
    const figure = document.createElement("figure");
    const large = Object.assign(document.createElement("img"), { src: image.src, alt: "", className: image.className });
    const caption = document.createElement("figcaption");
    caption.textContent = image.alt;
    figure.className = "loupe";
    figure.append(large, caption);
    document.body.append(figure);
    const [at, size] = [image.getBoundingClientRect(), figure.getBoundingClientRect()];
    const left = Math.min(Math.max(4, at.left + at.width / 2 - size.width / 2), innerWidth - size.width - 4);
    figure.style.left = `${left}px`;
    figure.style.top = `${at.top - size.height - 8 > 0 ? at.top - size.height - 8 : at.bottom + 8}px`;
  };

  // After the first load and after each swap.
  const begin = () => {
    openFolds();
    size();
    for (const button of document.querySelectorAll("button.keys, button.zoom")) button.hidden = false;
    for (const image of document.querySelectorAll(".thumbnail img")) keepPixels(image);
  };
  begin();
  document.addEventListener("htmx:after:swap", () => {
    begin();
    if (document.activeElement === document.body) document.getElementById("content").focus({ preventScroll: true });
  });
  // The head stays when the address changes, and a relative icon would be looked for at the new one.
  for (const icon of document.querySelectorAll("link[rel=icon]")) icon.href = new URL(icon.href).href;
  document.addEventListener("htmx:error", () => {
    const status = document.querySelector(".status");
    if (status) status.textContent = "No answer. Is shiftscope still running?";
  });
}

{
  // Jobs under way: their progress in place, and the page anew when one is over. It holds where it was scrolled to.
  const every = 1000; // milliseconds

  const watch = async () => {
    const panels = [...document.querySelectorAll("[data-job]")];
    const over = await Promise.all(panels.map(advance));
    if (over.some(Boolean)) await again();
    setTimeout(watch, every);
  };

  const advance = async (panel) => {
    try {
      const answer = await fetch(panel.dataset.job, { cache: "no-store" });
      if (answer.status === 404) return true; // of a viewer that was started again since
      if (!answer.ok) return false;
      const job = await answer.json();
      const bar = panel.querySelector("progress");
      if (job.total) Object.assign(bar, { max: job.total, value: job.done });
      panel.querySelector(".told").textContent = job.told;
      return !["waiting", "running"].includes(job.state);
    } catch {
      return false; // the next look may be answered
    }
  };

  const again = async () => {
    const answer = await fetch(location.href, { cache: "no-store" });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const [now, before] = [page.getElementById("content"), document.getElementById("content")];
    const written = [...before.querySelectorAll("input, textarea")].some((field) => field.value !== field.defaultValue);
    if (!now || written) return; // what a person writes is not taken away; the next look may find it saved
    before.replaceWith(now);
    htmx.process(now);
    document.dispatchEvent(new CustomEvent("htmx:after:swap"));
  };

  setTimeout(watch, every);
}
