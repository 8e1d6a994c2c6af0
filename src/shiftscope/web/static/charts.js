// Draws the charts after the first paint, those near the window first. Colours and fonts come from the
// style sheet. A datum with a `page` is a way there: a click takes the nearest one.
"use strict";

{
  const near = 20; // pixels from the pointer within which a datum is meant
  const own = document.currentScript.dataset;
  const libraries = [own.vega, own.vegaLite, own.vegaEmbed].map((name) => new URL(name, document.baseURI).href);
  const drawn = new Map(); // plot -> its Vega view, and what the view wants told about the pointer
  const begun = new WeakSet(); // plots whose first drawing has begun
  const dark = matchMedia("(prefers-color-scheme: dark)");

  let loading;
  const load = () => (loading ??= libraries.reduce((before, address) => before.then(() => add(address)), Promise.resolve()));
  const add = (address) =>
    new Promise((resolve, reject) => {
      const script = Object.assign(document.createElement("script"), { src: address, onload: resolve, onerror: reject });
      document.head.append(script);
    });

  const theme = () => {
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(`--${name}`).trim();
    const colours = (...names) => names.map(colour);
    const words = { labelColor: colour("muted"), titleColor: colour("ink"), labelFontSize: 11, titleFontSize: 12 };
    return {
      aria: false,
      // Of Vega, but for the space before the sign.
      locale: {
        number: { decimal: ".", thousands: ",", grouping: [3], currency: ["$", ""], percent: " %" },
      },
      background: "transparent",
      font: style.fontFamily,
      view: { stroke: null, continuousHeight: 220, discreteHeight: { step: 18 } },
      axis: {
        ...words,
        titleFontWeight: 500,
        gridColor: colour("line"),
        domainColor: colour("line-strong"),
        tickColor: colour("line-strong"),
      },
      legend: { ...words, titleFontWeight: 500, orient: "top" },
      header: words,
      title: { color: colour("ink"), fontSize: 13, fontWeight: 600, anchor: "start" },
      mark: { color: colour("neutral") },
      point: { size: 36, filled: true },
      circle: { size: 36 },
      rule: { color: colour("line-strong") },
      text: { color: colour("ink") },
      range: {
        category: colours("reference", "shifted", "third", "fourth", "fifth", "sixth", "seventh"),
        datasets: colours("reference", "shifted", "third", "fourth", "fifth", "sixth", "seventh"),
        verdict: colours("right", "wrong"),
        // As a scheme, of which each of any number of values has its own part; the palest is none on paper.
        ordinal: { scheme: colours("ramp-low", "ramp-middle", "ramp-high"), extent: [0.2, 1] },
        ramp: colours("ramp-low", "ramp-middle", "ramp-high"),
        heatmap: colours("ramp-low", "ramp-middle", "ramp-high"),
        diverging: colours("reference", "surface", "shifted"),
      },
    };
  };

  // A single plot takes the width there is; one that is composed of several keeps its own.
  const fitted = (spec) => {
    const composed = ["facet", "hconcat", "vconcat", "concat", "repeat"].some((name) => name in spec);
    if (composed || "width" in spec || spec.encoding?.column || spec.encoding?.facet) return spec;
    return { ...spec, width: "container", autosize: { type: "fit-x", contains: "padding" } };
  };

  // A title that is longer than its axis goes on in further lines.
  const titled = (spec, width) => {
    const told = { ...spec };
    if (spec.layer) told.layer = spec.layer.map((layer) => titled(layer, width));
    const title = spec.encoding?.x?.title;
    if (typeof title === "string") told.encoding = { ...spec.encoding, x: { ...spec.encoding.x, title: lines(title, width / 7) } };
    return told;
  };

  const lines = (text, most) => {
    const told = [""];
    for (const word of text.split(" ")) {
      const longer = `${told.at(-1)} ${word}`.trim();
      if (longer.length > most && told.at(-1)) told.push(word);
      else told[told.length - 1] = longer;
    }
    return told;
  };

  // The specification of a plot; its data come as one list for each name.
  const read = (plot) => {
    const spec = JSON.parse(plot.parentElement.querySelector("script").textContent);
    const columns = Object.entries(spec.data?.columns ?? {});
    if (!columns.length) return spec;
    const rows = columns[0][1].map((_, row) => Object.fromEntries(columns.map(([name, list]) => [name, list[row]])));
    return { ...spec, data: { values: rows } };
  };

  const draw = async (plot) => {
    await load();
    if (!plot.isConnected) return;
    const spec = brushed(plot, read(plot));
    plot.style.minHeight = `${plot.offsetHeight}px`; // nothing below may jump while the old drawing is gone
    drawn.get(plot)?.view.finalize();
    const told = { value: null };
    const width = plot.clientWidth;
    const look = theme();
    if (width < 560) look.legend.columns = Math.max(1, Math.floor(width / 100));
    const { view } = await vegaEmbed(plot, titled(fitted(spec), width), {
      mode: "vega-lite",
      actions: false,
      ast: true, // expressions are interpreted: the page forbids making code from text
      config: look,
      defaultStyle: false,
      renderer: "svg",
      tooltip: (handler, event, item, value) => (told.value = value ?? null),
    });
    if (!drawn.has(plot)) listen(plot);
    drawn.set(plot, { view, told, title: plot.closest(".chart").querySelector("h2, h3, h4")?.textContent });
    for (const tools of plot.parentElement.querySelectorAll(".save")) tools.hidden = false;
    plot.querySelector("svg").setAttribute("aria-hidden", "true"); // the plot around it says it in words
    plot.style.minHeight = "";
  };

  // A rectangle drawn on the plot leads to the page that its sides fill in.
  const brushed = (plot, spec) =>
    plot.dataset.brush ? { ...spec, params: [...(spec.params ?? []), { name: "brush", select: "interval" }] } : spec;

  const leave = (plot) => {
    const sides = drawn.get(plot).view.signal("brush");
    const { x, y } = read(plot).encoding;
    const [horizontal, vertical] = [sides?.[x.field], sides?.[y.field]];
    if (!horizontal || !vertical) return;
    const filled = { x0: horizontal, x1: horizontal, y0: vertical, y1: vertical };
    const exact = (name) => Number(Math[name.endsWith("0") ? "min" : "max"](...filled[name]).toPrecision(4));
    location.href = Object.keys(filled).reduce(
      (page, name) => page.replaceAll(`{${name}}`, exact(name)).replaceAll(`%7B${name}%7D`, exact(name)),
      plot.dataset.brush,
    );
  };

  const save = async (plot, kind) => {
    const { view, title } = drawn.get(plot);
    view.background(getComputedStyle(document.documentElement).getPropertyValue("--surface").trim());
    const address =
      kind === "svg"
        ? URL.createObjectURL(new Blob([await view.toSVG()], { type: "image/svg+xml" }))
        : await view.toImageURL("png", 2);
    view.background("transparent");
    const name = `${document.title} ${title ?? ""}`.replace(/[^A-Za-z0-9.]+/g, "-").replace(/^-|-$/g, "");
    Object.assign(document.createElement("a"), { href: address, download: `${name}.${kind}` }).click();
    if (kind === "svg") setTimeout(() => URL.revokeObjectURL(address), 10_000);
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-save]");
    if (button) save(button.closest("figure").querySelector(".plot"), button.dataset.save);
  });

  const listen = (plot) => {
    let pressed = null;
    plot.addEventListener("pointermove", (event) => {
      const item = meant(plot, event);
      const value = drawn.get(plot).told.value ?? item?.tooltip;
      plot.classList.toggle("leads", Boolean(item));
      if (value) shiftscope.tip.show(event.clientX, event.clientY, (box) => fill(box, value));
      else shiftscope.tip.hide();
    });
    plot.addEventListener("pointerleave", () => shiftscope.tip.hide());
    plot.addEventListener("pointerdown", (event) => (pressed = [event.clientX, event.clientY]));
    plot.addEventListener("click", (event) => {
      const dragged = pressed && Math.hypot(event.clientX - pressed[0], event.clientY - pressed[1]) > 4;
      if (dragged && plot.dataset.brush) leave(plot);
      const item = dragged ? null : meant(plot, event);
      if (item) shiftscope.go(item.datum.page, event);
    });
  };

  const fill = (box, value) => {
    if (typeof value !== "object") {
      box.textContent = value;
      return;
    }
    const list = document.createElement("dl");
    for (const [name, text] of Object.entries(value)) {
      const [term, detail] = [document.createElement("dt"), document.createElement("dd")];
      term.textContent = name;
      detail.textContent = text;
      list.append(term, detail);
    }
    box.append(list);
  };

  // The drawn item with a page that the pointer is in or nearest to. Points overlap, so the element under the
  // pointer is often not the one that is meant.
  const meant = (plot, event) => {
    const { view } = drawn.get(plot);
    const box = plot.querySelector("svg")?.getBoundingClientRect();
    if (!box) return null; // being drawn anew
    const [left, top] = view.origin();
    const [x, y] = [event.clientX - box.left - left, event.clientY - box.top - top];
    let best = null;
    let least = near;
    const look = (mark, dx, dy) => {
      for (const item of mark.items ?? []) {
        if (mark.marktype === "group") {
          for (const inner of item.items ?? []) look(inner, dx + (item.x ?? 0), dy + (item.y ?? 0));
        } else if (item.datum?.page) {
          const { x1, y1, x2, y2 } = item.bounds;
          const distance =
            mark.marktype === "symbol"
              ? Math.hypot(x - dx - (x1 + x2) / 2, y - dy - (y1 + y2) / 2)
              : Math.hypot(Math.max(x1 + dx - x, 0, x - x2 - dx), Math.max(y1 + dy - y, 0, y - y2 - dy));
          if (distance < least) [best, least] = [item, distance];
        }
      }
    };
    look(view.scenegraph().root, 0, 0);
    return best;
  };

  const drawFirst = (plot) => {
    begun.add(plot);
    watch.unobserve(plot);
    return draw(plot);
  };

  const watch = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        if (!isIntersecting) continue;
        if (!begun.has(target)) drawFirst(target);
      }
    },
    { rootMargin: "400px" },
  );

  const idle = window.requestIdleCallback ?? ((act) => setTimeout(act, 500));

  // What nobody has scrolled to is drawn when there is time, one by one: the page may be printed.
  const drawRest = () => {
    const plot = [...document.querySelectorAll(".plot")].find((each) => !begun.has(each));
    if (plot) drawFirst(plot).finally(() => idle(drawRest));
  };

  const begin = () => {
    for (const [plot, { view }] of drawn) {
      if (plot.isConnected) continue;
      view.finalize();
      drawn.delete(plot);
    }
    for (const plot of document.querySelectorAll(".plot")) if (!begun.has(plot)) watch.observe(plot);
    idle(drawRest);
  };

  requestAnimationFrame(() => setTimeout(begin)); // the page first
  document.addEventListener("htmx:after:swap", begin);
  dark.addEventListener("change", () => [...drawn.keys()].forEach(draw));
}
