// All genes as points on a canvas: evidence or expression against fold change. What a reader points at is drawn on a second canvas above.
const EDGES = { left: 58, right: 12, top: 12, bottom: 46 };
const REACH = { mouse: 12, pen: 16, touch: 26 }; // how far off a point still is meant, in pixels
const MOST_ROUND = 8000; // points that are drawn as circles; of more, those that are not called are squares
const MOST_NAMED = 12;
const FONT = "12px system-ui, sans-serif";

function ticksOf(low, high, most) {
  const rough = (high - low) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((factor) => factor * power >= rough);
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.max(0, Math.floor(high / step) - first + 1) }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}
const plainTick = (value) => String(value).replace("-", "−");
const powerTick = (value) => (10 ** value >= 1 ? Math.round(10 ** value).toLocaleString("en") : String(Number((10 ** value).toPrecision(3))));

class GeneMap {
  constructor(genes, place, choose) {
    Object.assign(this, { genes, place, choose, view: "evidence", box: null, selected: -1, hovered: -1, lit: null, drag: null });
    [this.base, this.over] = place.querySelectorAll("canvas");
    this.tip = place.querySelector(".tip");
    this.surface = place.querySelector(".surface");
    this.views = { evidence: this.#evidence(), expression: this.#expression() };
    this.#listen();
    this.describe();
  }

  #evidence() {
    const { limits, direction } = this.genes.words;
    const { log2_fold_change: change } = this.genes.columns;
    return this.#placed(change, this.genes.evidence, limits.change, limits.evidence, {
      full: [-1.06 * limits.change, 1.06 * limits.change, 0, 1.12 * limits.evidence],
      x: { words: direction, brief: direction.split(";")[0], tick: plainTick },
      y: { words: "−log10 p (Wald test)", tick: plainTick },
    });
  }

  #expression() {
    const { limits, direction } = this.genes.words;
    const { log2_fold_change: change, base_mean } = this.genes.columns;
    const mean = base_mean.map((value) => (value > 0 ? Math.log10(value) : null));
    const known = mean.filter((value) => value !== null);
    const [low, high] = known.reduce(([a, b], value) => [Math.min(a, value), Math.max(b, value)], [Infinity, -Infinity]);
    const ends = known.length ? [low, high] : [0, 1];
    const pad = 0.04 * (ends[1] - ends[0] || 1);
    return this.#placed(mean, change, Infinity, limits.change, {
      full: [ends[0] - pad, ends[1] + pad, -1.06 * limits.change, 1.06 * limits.change],
      x: { words: "mean of normalised counts", tick: powerTick, whole: true },
      y: { words: direction.split(";")[0], tick: plainTick },
    });
  }

  // Where each gene lies: at the end of the scale where it lies beyond.
  #placed(x, y, mostX, mostY, view) {
    const n = this.genes.length;
    Object.assign(view, { px: new Float64Array(n), py: new Float64Array(n), beyond: new Uint8Array(n) });
    const within = (value, most) => Math.max(-most, Math.min(most, value));
    for (let row = 0; row < n; row++) {
      const missing = x[row] === null || y[row] === null;
      view.px[row] = missing ? NaN : within(x[row], mostX);
      view.py[row] = missing ? NaN : within(y[row], mostY);
      view.beyond[row] = !missing && (view.px[row] !== x[row] || view.py[row] !== y[row]) ? 1 : 0;
    }
    return view;
  }

  get shown() {
    return this.views[this.view];
  }

  #frame() {
    const { width, height } = this.surface.getBoundingClientRect();
    const [x0, x1, y0, y1] = this.box ?? this.shown.full;
    const w = Math.max(1, width - EDGES.left - EDGES.right);
    const h = Math.max(1, height - EDGES.top - EDGES.bottom);
    return {
      ...{ width, height, w, h, x0, x1, y0, y1 },
      x: (value) => EDGES.left + ((value - x0) / (x1 - x0)) * w,
      y: (value) => EDGES.top + h - ((value - y0) / (y1 - y0)) * h,
      acrossAt: (pixel) => x0 + ((pixel - EDGES.left) / w) * (x1 - x0),
      upAt: (pixel) => y0 + ((EDGES.top + h - pixel) / h) * (y1 - y0),
    };
  }

  #clean(canvas, { width, height }) {
    const scale = globalThis.devicePixelRatio || 1;
    Object.assign(canvas, { width: Math.round(width * scale), height: Math.round(height * scale) });
    const pen = canvas.getContext("2d");
    pen.scale(scale, scale);
    pen.font = FONT;
    return pen;
  }

  #colours() {
    const style = getComputedStyle(this.place);
    return Object.fromEntries(["ink", "soft", "line", "paper", "spot", "test", "reference"].map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
  }

  draw() {
    const frame = this.#frame();
    if (frame.width < EDGES.left + EDGES.right + 20) return;
    this.frame = frame;
    const colours = (this.colours = this.#colours());
    const pen = this.#clean(this.base, frame);
    this.#axes(pen, frame, colours);
    pen.save();
    pen.beginPath();
    pen.rect(EDGES.left - 4, EDGES.top - 4, frame.w + 8, frame.h + 8);
    pen.clip();
    this.#points(pen, frame, colours);
    this.#names(pen, frame, colours);
    pen.restore();
    this.drawOver();
  }

  #axes(pen, frame, colours) {
    const { x, y } = this.shown;
    const [bottom, right] = [EDGES.top + frame.h, EDGES.left + frame.w];
    pen.lineWidth = 1;
    const line = (x1, y1, x2, y2, colour, dash = []) => {
      pen.strokeStyle = colour;
      pen.setLineDash(dash);
      pen.beginPath();
      pen.moveTo(x1, y1);
      pen.lineTo(x2, y2);
      pen.stroke();
      pen.setLineDash([]);
    };
    pen.fillStyle = colours.ink;
    pen.textAlign = "center";
    pen.textBaseline = "top";
    let ticks = ticksOf(frame.x0, frame.x1, Math.max(3, frame.w / 80));
    if (x.whole && ticks.some(Number.isInteger)) ticks = ticks.filter(Number.isInteger);
    for (const value of ticks) {
      line(frame.x(value), bottom, frame.x(value), bottom + 4, colours.ink);
      pen.fillText(x.tick(value), frame.x(value), bottom + 6);
    }
    pen.textAlign = "right";
    pen.textBaseline = "middle";
    for (const value of ticksOf(frame.y0, frame.y1, Math.max(2, frame.h / 50))) {
      line(EDGES.left - 4, frame.y(value), EDGES.left, frame.y(value), colours.ink);
      pen.fillText(y.tick(value), EDGES.left - 7, frame.y(value));
    }
    const zero = this.view === "evidence" ? [frame.x(0), EDGES.top, frame.x(0), bottom] : [EDGES.left, frame.y(0), right, frame.y(0)];
    if (zero[0] >= EDGES.left && zero[0] <= right && zero[3] >= EDGES.top && zero[3] <= bottom) line(...zero, colours.line);
    const least = this.#leastCalled();
    if (least >= frame.y0 && least <= frame.y1) line(EDGES.left, frame.y(least), right, frame.y(least), colours.soft, [5, 4]);
    line(EDGES.left, bottom, right, bottom, colours.ink);
    line(EDGES.left, EDGES.top, EDGES.left, bottom, colours.ink);
    pen.textAlign = "center";
    pen.textBaseline = "bottom";
    pen.fillText(fitting(pen, [x.words, x.brief ?? x.words], frame.w), EDGES.left + frame.w / 2, frame.height - 4);
    pen.save();
    pen.translate(12, EDGES.top + frame.h / 2);
    pen.rotate(-Math.PI / 2);
    pen.textBaseline = "middle";
    pen.fillText(fitting(pen, [y.words], frame.h + EDGES.bottom), 0, 0);
    pen.restore();
  }

  #leastCalled() {
    if (this.view !== "evidence") return NaN;
    const { call } = this.genes.columns;
    return this.shown.py.reduce((least, value, row) => (call[row] && value < least ? value : least), Infinity);
  }

  #points(pen, frame, colours) {
    const { px, py, beyond } = this.shown;
    const { call } = this.genes.columns;
    const round = this.genes.length <= MOST_ROUND;
    const dot = (row, radius) => {
      const [x, y] = [frame.x(px[row]), frame.y(py[row])];
      pen.beginPath();
      if (beyond[row]) pen.lineTo(x - radius, y + radius), pen.lineTo(x + radius, y + radius), pen.lineTo(x, y - radius), pen.closePath();
      else pen.arc(x, y, radius, 0, 2 * Math.PI);
      pen.fill();
    };
    pen.globalAlpha = this.lit ? 0.35 : 1;
    for (const [value, colour, radius] of [[0, colours.spot, 1.8], [2, colours.reference, 2.8], [1, colours.test, 2.8]]) {
      pen.fillStyle = colour;
      for (let row = this.genes.length - 1; row >= 0; row--) {
        if (call[row] !== value || Number.isNaN(px[row])) continue;
        if (value || round || beyond[row]) dot(row, radius);
        else pen.fillRect(frame.x(px[row]) - 1, frame.y(py[row]) - 1, 2, 2);
      }
    }
    pen.globalAlpha = 1;
    pen.strokeStyle = colours.ink;
    for (const row of this.lit ?? []) {
      if (Number.isNaN(px[row])) continue;
      pen.fillStyle = [colours.spot, colours.test, colours.reference][call[row]];
      dot(row, 4.2);
      pen.stroke();
    }
  }

  // Names where there is room: of the highlighted set, or else of the genes that the drawn figures name.
  #names(pen, frame, colours) {
    const named = this.lit ? this.lit.slice(0, MOST_NAMED).map((row) => [row, false]) : this.genes.words.labelled;
    const taken = this.#nameOfSelected(pen, frame);
    for (const [row, bold] of [...named].sort((a, b) => b[1] - a[1])) {
      const [x, y] = [frame.x(this.shown.px[row]), frame.y(this.shown.py[row])];
      if (row === this.selected) continue; // named above
      if (!(x >= EDGES.left && x <= EDGES.left + frame.w && y >= EDGES.top && y <= EDGES.top + frame.h)) continue;
      pen.font = bold ? `bold ${FONT}` : FONT;
      const words = this.#short(row);
      const width = pen.measureText(words).width;
      const places = [[x + 6, y - 7], [x - 6 - width, y - 7], [x - width / 2, y - 19], [x - width / 2, y + 6]];
      const free = places.find(([left, top]) =>
        left > EDGES.left && left + width < EDGES.left + frame.w && top > EDGES.top - 4 &&
        !taken.some(([l, t, w]) => left < l + w && left + width > l && Math.abs(top - t) < 14));
      if (!free) continue;
      taken.push([...free, width]);
      this.#write(pen, words, ...free, colours);
    }
    pen.font = FONT;
  }

  // Where the name of the selected gene stands, beside its ring; nothing where it is out of sight.
  #nameOfSelected(pen, frame) {
    if (this.selected < 0) return [];
    const [x, y] = [frame.x(this.shown.px[this.selected]), frame.y(this.shown.py[this.selected])];
    if (!(x >= EDGES.left - 4 && x <= frame.width && y >= 0 && y <= EDGES.top + frame.h + 4)) return [];
    pen.font = `bold ${FONT}`;
    const width = pen.measureText(this.#short(this.selected)).width;
    return [[x + 12 + width > frame.width ? x - 12 - width : x + 12, Math.max(0, y - 7), width]];
  }

  #short(row) {
    return shortened(this.genes.nameOf(row), 24);
  }

  #write(pen, words, left, top, colours) {
    Object.assign(pen, { textAlign: "left", textBaseline: "top", lineWidth: 3, strokeStyle: colours.paper, fillStyle: colours.ink, lineJoin: "round" });
    pen.strokeText(words, left, top);
    pen.fillText(words, left, top);
    pen.lineWidth = 1;
  }

  drawOver() {
    const { frame, colours } = this;
    if (!frame) return;
    const pen = this.#clean(this.over, frame);
    for (const [left, top] of this.#nameOfSelected(pen, frame)) this.#write(pen, this.#short(this.selected), left, top, colours);
    for (const [row, radius] of [[this.hovered, 6], [this.selected, 8]]) {
      const [x, y] = row < 0 ? [NaN, NaN] : [frame.x(this.shown.px[row]), frame.y(this.shown.py[row])];
      if (!(x >= EDGES.left - 4 && x <= frame.width && y >= 0 && y <= EDGES.top + frame.h + 4)) continue;
      Object.assign(pen, { strokeStyle: colours.ink, lineWidth: 2 });
      pen.beginPath();
      pen.arc(x, y, radius, 0, 2 * Math.PI);
      pen.stroke();
    }
    if (this.drag?.to) {
      const [[x1, y1], [x2, y2]] = [this.drag.from, this.drag.to];
      Object.assign(pen, { strokeStyle: colours.ink, lineWidth: 1 });
      pen.setLineDash([4, 3]);
      pen.strokeRect(Math.min(x1, x2), Math.min(y1, y2), Math.abs(x2 - x1), Math.abs(y2 - y1));
    }
  }

  #at(event) {
    const box = this.surface.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  // The gene nearest to a place on the canvas, of those within reach; -1 where there is none.
  nearest([x, y], reach) {
    const { frame } = this;
    let [found, least] = [-1, reach * reach];
    for (let row = 0; frame && row < this.genes.length; row++) {
      const distance = (frame.x(this.shown.px[row]) - x) ** 2 + (frame.y(this.shown.py[row]) - y) ** 2;
      if (distance < least) [found, least] = [row, distance];
    }
    return found;
  }

  #listen() {
    const { surface } = this;
    new ResizeObserver(() => this.draw()).observe(surface);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
    surface.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      this.drag = { from: this.#at(event), reach: REACH[event.pointerType] ?? REACH.mouse };
      if (event.pointerType === "mouse") surface.setPointerCapture(event.pointerId);
    });
    surface.addEventListener("pointermove", (event) => {
      const place = this.#at(event);
      if (this.drag && event.pointerType === "mouse" && Math.hypot(place[0] - this.drag.from[0], place[1] - this.drag.from[1]) > 6) this.drag.to = place;
      this.#hover(this.drag?.to ? -1 : this.nearest(place, REACH[event.pointerType] ?? REACH.mouse), place);
    });
    surface.addEventListener("pointerup", () => {
      const { drag } = this;
      this.drag = null;
      if (drag?.to) return this.#enlarge(drag);
      const row = drag ? this.nearest(drag.from, drag.reach) : -1;
      if (row >= 0) this.choose(row);
    });
    surface.addEventListener("pointercancel", () => { this.drag = null; this.drawOver(); });
    surface.addEventListener("pointerleave", () => this.#hover(-1));
    surface.addEventListener("dblclick", () => this.zoom("all"));
  }

  #enlarge({ from, to }) {
    const { frame } = this;
    const [x0, x1] = [from[0], to[0]].map(frame.acrossAt).sort((a, b) => a - b);
    const [y0, y1] = [from[1], to[1]].map(frame.upAt).sort((a, b) => a - b);
    if (Math.abs(from[0] - to[0]) > 6 && Math.abs(from[1] - to[1]) > 6) this.box = [x0, x1, y0, y1];
    this.draw();
  }

  #hover(row, place) {
    if (row !== this.hovered || this.drag) {
      this.hovered = row;
      this.drawOver();
    }
    this.surface.classList.toggle("found", row >= 0);
    this.tip.hidden = row < 0;
    if (row < 0) return;
    const { base_mean, log2_fold_change, p_adjusted, gene_id } = this.genes.columns;
    const name = Object.assign(document.createElement("b"), { textContent: this.genes.nameOf(row) });
    const lines = [
      gene_id[row],
      `mean count ${written("whole", base_mean[row])}`,
      `log2 fold change ${written("two", log2_fold_change[row])}`,
      `adjusted p ${written("probability", p_adjusted[row])}`,
    ].flatMap((words) => [document.createElement("br"), words]);
    this.tip.replaceChildren(name, ...lines);
    const { width, height } = this.tip.getBoundingClientRect();
    const left = place[0] + 14 + width > this.frame.width ? place[0] - 14 - width : place[0] + 14;
    Object.assign(this.tip.style, { left: `${Math.max(0, left)}px`, top: `${Math.max(0, Math.min(place[1] + 10, this.frame.height - height))}px` });
  }

  // Enlarges or reduces around the selected gene, if it is in sight, or else around the middle.
  zoom(how) {
    const { full, px, py } = this.shown;
    const [x0, x1, y0, y1] = this.box ?? full;
    const factor = how === "in" ? 0.5 : 2;
    const [x, y] = this.selected < 0 ? [NaN, NaN] : [px[this.selected], py[this.selected]];
    const sighted = x >= x0 && x <= x1 && y >= y0 && y <= y1;
    const [cx, cy] = sighted ? [x, y] : [(x0 + x1) / 2, (y0 + y1) / 2];
    const around = (low, high, centre, [least, most]) => [Math.max(least, centre - (centre - low) * factor), Math.min(most, centre + (high - centre) * factor)];
    const box = [...around(x0, x1, cx, full.slice(0, 2)), ...around(y0, y1, cy, full.slice(2))];
    this.box = how === "all" || box.every((end, i) => end === full[i]) ? null : box;
    this.draw();
  }

  select(row) {
    this.selected = row;
    this.draw();
  }

  highlight(rows) {
    this.lit = rows;
    this.draw();
  }

  show(view) {
    Object.assign(this, { view, box: null });
    this.describe();
    this.draw();
  }

  // What the colours mean, and the same in words for those who do not see the canvas.
  describe() {
    const { call } = this.genes.columns;
    const { test, reference, alpha } = this.genes.words;
    const counts = [0, 0, 0];
    for (let row = 0; row < this.genes.length; row++) if (!Number.isNaN(this.shown.px[row])) counts[call[row]]++;
    const entries = [[1, "test", `higher in ${test}`], [2, "reference", `higher in ${reference}`], [0, "spot", "not significant"]];
    const key = entries.map(([value, name, words]) => {
      const mark = Object.assign(document.createElement("span"), { className: `dot ${name}` });
      const entry = document.createElement("span");
      entry.append(mark, `${words}: ${counts[value].toLocaleString("en")}`);
      return entry;
    });
    const notes = [`coloured: adjusted p < ${alpha}`];
    if (Number.isFinite(this.#leastCalled())) notes.push("dashed: the largest p of these");
    if (this.shown.beyond.includes(1)) notes.push("triangles: beyond the scale");
    this.place.querySelector(".key").replaceChildren(...key, Object.assign(document.createElement("span"), { textContent: notes.join("; ") }));
    const { x, y } = this.shown;
    const told = entries.map(([value, , words]) => `${counts[value]} ${words}`).join(", ");
    this.base.setAttribute("aria-label", `Plot of all genes, ${y.words} against ${x.words}: ${told}. The search and the table of all genes lead to the same genes.`);
  }
}

const shortened = (words, most) => (words.length > most ? `${words.slice(0, most - 1)}…` : words);

// The first wording that fits, or else the last one cut.
function fitting(pen, wordings, width) {
  let fit = wordings.find((words) => pen.measureText(words).width <= width) ?? wordings.at(-1);
  while (fit.length > 4 && pen.measureText(fit).width > width) fit = `${fit.slice(0, -2)}…`;
  return fit;
}
