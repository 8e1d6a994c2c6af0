// A matrix answers to the pointer: names and count of the cell, and a click opens its page.
"use strict";

{
  const near = 6; // pixels within which a cell that is not zero attracts the pointer
  const known = new WeakMap();

  const read = (figure) => {
    if (!known.has(figure)) {
      const data = JSON.parse(figure.querySelector("script").textContent);
      const columns = data.columns ?? data.rows;
      const counts = new Map();
      if (data.amounts) {
        const bytes = Uint8Array.from(atob(data.amounts), (letter) => letter.charCodeAt(0));
        new Float32Array(bytes.buffer).forEach((amount, place) => Number.isNaN(amount) || counts.set(place, amount));
      }
      for (let i = 0; i < data.cells.length; i += 3) {
        counts.set(data.cells[i] * columns.length + data.cells[i + 1], data.cells[i + 2]);
      }
      known.set(figure, { ...data, columns, counts });
    }
    return known.get(figure);
  };

  const cellAt = (figure, event) => {
    const { rows, columns, counts, amounts } = read(figure);
    const box = figure.querySelector("image").getBoundingClientRect();
    const [height, width] = [box.height / rows.length, box.width / columns.length];
    const row = Math.floor((event.clientY - box.top) / height);
    const column = Math.floor((event.clientX - box.left) / width);
    if (row < 0 || column < 0 || row >= rows.length || column >= columns.length) return null;
    let best = { row, column, distance: Infinity };
    // Where every cell holds something, the one under the pointer is meant.
    const reach = amounts ? 0 : near;
    const [down, across] = [Math.floor(reach / height), Math.floor(reach / width)];
    for (let r = Math.max(0, row - down); r <= Math.min(rows.length - 1, row + down); r++) {
      for (let c = Math.max(0, column - across); c <= Math.min(columns.length - 1, column + across); c++) {
        const distance = Math.hypot((r - row) * height, (c - column) * width);
        if (counts.has(r * columns.length + c) && distance < best.distance) best = { row: r, column: c, distance };
      }
    }
    return { ...best, count: counts.get(best.row * columns.length + best.column) ?? (amounts ? NaN : 0) };
  };

  const mark = (figure, cell) => {
    const [rowCursor, columnCursor] = figure.querySelectorAll(".row-cursor, .column-cursor");
    for (const cursor of [rowCursor, columnCursor]) cursor.setAttribute("visibility", cell ? "visible" : "hidden");
    if (!cell) return;
    const { rows, columns } = read(figure);
    const ground = figure.querySelector(".ground");
    const [width, height] = [Number(ground.getAttribute("width")), Number(ground.getAttribute("height"))];
    const place = (cursor, box) => Object.entries(box).forEach(([name, size]) => cursor.setAttribute(name, size));
    place(rowCursor, { x: 0, y: (cell.row * height) / rows.length, width, height: height / rows.length });
    place(columnCursor, { x: (cell.column * width) / columns.length, y: 0, width: width / columns.length, height });
  };

  const told = (count, signed, amounts) => {
    if (amounts) return Number.isNaN(count) ? "–" : count.toLocaleString("en", { maximumSignificantDigits: 3 });
    return count.toLocaleString("en", signed ? { signDisplay: "exceptZero", maximumFractionDigits: 1 } : {});
  };

  let pointed = null;
  document.addEventListener("pointermove", (event) => {
    const figure = event.target.closest?.(".cells")?.closest("figure");
    const cell = figure && cellAt(figure, event);
    if (pointed && (pointed !== figure || !cell)) {
      mark(pointed, null);
      shiftscope.tip.hide();
    }
    pointed = cell ? figure : null;
    if (!cell) return;
    const { rows, columns, rowAxis, columnAxis, hiddenDiagonal, diagonal, signed, amounts, measuredIn } = read(figure);
    mark(figure, cell);
    shiftscope.tip.show(event.clientX, event.clientY, (box) => {
      const itself = cell.row === cell.column;
      const count = hiddenDiagonal && itself ? "not shown" : told(cell.count, signed, amounts);
      const what = diagonal && itself ? `, ${diagonal}` : "";
      const unit = signed || amounts ? ` ${measuredIn}` : "";
      box.textContent = `${rowAxis} ${rows[cell.row]}, ${columnAxis} ${columns[cell.column]}${what}: ${count}${unit}`;
    });
  });

  document.addEventListener("click", (event) => {
    const figure = event.target.closest(".cells")?.closest("figure");
    const cell = figure && cellAt(figure, event);
    if (!cell) return;
    const { page, keys } = read(figure);
    const [row, column] = keys ? [keys[cell.row], keys[cell.column]] : [cell.row, cell.column];
    if (page) shiftscope.go(page.replaceAll("{row}", row).replaceAll("{column}", column), event);
  });
}
