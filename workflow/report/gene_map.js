// All genes as points on a canvas, fold changes with their evidence or with their expression; above it a second one for what a reader
// points at.
const MOST_ROUND = 8000; // points that are drawn as circles; of more, those that are not called are squares
const MOST_NAMED = 12;
const TRIANGLE = [
  [-1, 1],
  [1, 1],
  [0, -1],
];

class GeneMap {
  constructor(genes, place, choose) {
    Object.assign(this, {
      genes,
      place,
      view: "evidence",
      box: null,
      selected: -1,
      hovered: -1,
      lit: null,
      dragged: null,
    });
    [this.base, this.over] = place.querySelectorAll("canvas");
    this.surface = place.querySelector(".surface");
    this.views = { evidence: this.#evidence(), expression: this.#expression() };
    new MapPointer(this, choose);
    new ResizeObserver(() => this.draw()).observe(this.surface);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
    this.describe();
  }

  #evidence() {
    const { limits, direction } = this.genes.words;
    const { log2_fold_change: change } = this.genes.columns;
    return this.#placed(change, this.genes.evidence, limits.change, limits.evidence, {
      full: [-1.06 * limits.change, 1.06 * limits.change, 0, 1.12 * limits.evidence],
      zero: "x",
      x: { words: direction, brief: direction.split(";")[0], tick: plainTick },
      y: { words: "−log10 p (Wald test)", tick: plainTick },
    });
  }

  #expression() {
    const { limits, direction } = this.genes.words;
    const { log2_fold_change: change, base_mean } = this.genes.columns;
    const mean = base_mean.map((value) => (value > 0 ? Math.log10(value) : null));
    const known = mean.filter((value) => value !== null);
    const [low, high] = known.reduce(
      ([a, b], value) => [Math.min(a, value), Math.max(b, value)],
      [Infinity, -Infinity],
    );
    const ends = known.length ? [low, high] : [0, 1];
    const pad = 0.04 * (ends[1] - ends[0] || 1);
    return this.#placed(mean, change, Infinity, limits.change, {
      full: [ends[0] - pad, ends[1] + pad, -1.06 * limits.change, 1.06 * limits.change],
      zero: "y",
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
    return Object.fromEntries(
      ["ink", "soft", "line", "paper", "spot", "test", "reference"].map((name) => [
        name,
        style.getPropertyValue(`--${name}`).trim(),
      ]),
    );
  }

  draw() {
    const frame = this.#frame();
    if (frame.width < EDGES.left + EDGES.right + 20) return;
    this.frame = frame;
    const colours = (this.colours = this.#colours());
    const pen = this.#clean(this.base, frame);
    drawAxes(pen, this.shown, frame, colours, this.leastCalled());
    pen.save();
    pen.beginPath();
    pen.rect(EDGES.left - 4, EDGES.top - 4, frame.w + 8, frame.h + 8);
    pen.clip();
    this.#points(pen, frame, colours);
    this.#names(pen, frame, colours);
    pen.restore();
    this.drawOver();
  }

  leastCalled() {
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
      if (beyond[row]) for (const [dx, dy] of TRIANGLE) pen.lineTo(x + dx * radius, y + dy * radius);
      else pen.arc(x, y, radius, 0, 2 * Math.PI);
      pen.closePath();
      pen.fill();
    };
    pen.globalAlpha = this.lit ? 0.35 : 1;
    for (const [value, colour, radius] of [
      [0, colours.spot, 1.8],
      [2, colours.reference, 2.8],
      [1, colours.test, 2.8],
    ]) {
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
      const places = [
        [x + 6, y - 7],
        [x - 6 - width, y - 7],
        [x - width / 2, y - 19],
        [x - width / 2, y + 6],
      ];
      const free = places.find(
        ([left, top]) =>
          left > EDGES.left &&
          left + width < EDGES.left + frame.w &&
          top > EDGES.top - 4 &&
          !taken.some(([l, t, w]) => left < l + w && left + width > l && Math.abs(top - t) < 14),
      );
      if (!free) continue;
      taken.push([...free, width]);
      writeOver(pen, words, ...free, colours);
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

  drawOver() {
    const { frame, colours } = this;
    if (!frame) return;
    const pen = this.#clean(this.over, frame);
    for (const [left, top] of this.#nameOfSelected(pen, frame))
      writeOver(pen, this.#short(this.selected), left, top, colours);
    for (const [row, radius] of [
      [this.hovered, 6],
      [this.selected, 8],
    ]) {
      const [x, y] = row < 0 ? [NaN, NaN] : [frame.x(this.shown.px[row]), frame.y(this.shown.py[row])];
      if (!(x >= EDGES.left - 4 && x <= frame.width && y >= 0 && y <= EDGES.top + frame.h + 4)) continue;
      Object.assign(pen, { strokeStyle: colours.ink, lineWidth: 2 });
      pen.beginPath();
      pen.arc(x, y, radius, 0, 2 * Math.PI);
      pen.stroke();
    }
    if (this.dragged) {
      const [[x1, y1], [x2, y2]] = this.dragged;
      Object.assign(pen, { strokeStyle: colours.ink, lineWidth: 1 });
      pen.setLineDash([4, 3]);
      pen.strokeRect(Math.min(x1, x2), Math.min(y1, y2), Math.abs(x2 - x1), Math.abs(y2 - y1));
    }
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

  // Rings the gene that is pointed at (-1: none), and frames what is dragged over (two places; null: nothing).
  point(row, dragged) {
    if (row === this.hovered && !dragged && !this.dragged) return;
    Object.assign(this, { hovered: row, dragged });
    this.drawOver();
  }

  // Shows what lies between two places on the canvas alone.
  enlarge(from, to) {
    const ends = (i, valueAt) => [from[i], to[i]].map(valueAt).sort((a, b) => a - b);
    const large = Math.abs(from[0] - to[0]) > LEAST_DRAG && Math.abs(from[1] - to[1]) > LEAST_DRAG;
    if (large) this.box = [...ends(0, this.frame.acrossAt), ...ends(1, this.frame.upAt)];
    this.dragged = null;
    this.draw();
  }

  // Enlarges or reduces around the selected gene, if it is in sight, or else around the middle.
  zoom(how) {
    const { full, px, py } = this.shown;
    const [x0, x1, y0, y1] = this.box ?? full;
    const factor = how === "in" ? 0.5 : 2;
    const [x, y] = this.selected < 0 ? [NaN, NaN] : [px[this.selected], py[this.selected]];
    const sighted = x >= x0 && x <= x1 && y >= y0 && y <= y1;
    const [cx, cy] = sighted ? [x, y] : [(x0 + x1) / 2, (y0 + y1) / 2];
    const around = (low, high, centre, [least, most]) => [
      Math.max(least, centre - (centre - low) * factor),
      Math.min(most, centre + (high - centre) * factor),
    ];
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
    const { up, down, alpha } = this.genes.words;
    const counts = [0, 0, 0];
    for (let row = 0; row < this.genes.length; row++) if (!Number.isNaN(this.shown.px[row])) counts[call[row]]++;
    const entries = [
      [1, "test", `higher in ${up}`],
      [2, "reference", `higher in ${down}`],
      [0, "spot", "not significant"],
    ];
    const key = entries.map(([value, name, words]) =>
      element(
        "span",
        {},
        element("span", { className: `dot ${name}` }),
        `${words}: ${counts[value].toLocaleString("en")}`,
      ),
    );
    const notes = [`coloured: adjusted p < ${alpha}`];
    if (Number.isFinite(this.leastCalled())) notes.push("dashed: the largest p of these");
    if (this.shown.beyond.includes(1)) notes.push("triangles: beyond the scale");
    this.place.querySelector(".key").replaceChildren(...key, element("span", {}, notes.join("; ")));
    const { x, y } = this.shown;
    const told = entries.map(([value, , words]) => `${counts[value]} ${words}`).join(", ");
    this.base.setAttribute(
      "aria-label",
      `Plot of all genes, ${y.words} against ${x.words}: ${told}. The search and the table of all genes lead to the same genes.`,
    );
  }
}
