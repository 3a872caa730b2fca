// One gene: its counts in every sample, its test, and the sets that hold it.
class GeneCard {
  constructor(genes, place, { step, light }) {
    Object.assign(this, { genes, place, step, light, mark: genes.words.marks[0] ?? "" });
    const { test, reference, samples, marks } = genes.words;
    this.groups = [reference, test];
    this.samples = samples.map(([name, group, factor, ...values]) => ({
      name,
      group,
      factor,
      values: Object.fromEntries(marks.map((mark, i) => [mark, values[i]])),
    }));
  }

  show(row) {
    this.row = row;
    const { genes } = this;
    const counts = genes.countsOf(row);
    const former = genes.words.aliases.filter(([, of]) => of === row).map(([alias]) => alias);
    this.place.replaceChildren(
      element("h4", { id: "gene-name", tabIndex: -1 }, genes.nameOf(row)),
      element(
        "p",
        { className: "ids" },
        genes.outward(row),
        former.length ? ` · formerly ${former.join(", ")} · ` : " · ",
        genes.inward(row, "link to this gene"),
      ),
      element("p", {}, this.#sentence(row)),
      this.#numbers(row),
      ...(counts
        ? this.#inSamples(row, counts)
        : [
            element("p", {}, "The page does not carry this gene's counts; they are in results/counts/gene_counts.tsv."),
          ]),
      this.#sets(row),
      element(
        "div",
        { className: "keys" },
        this.#button("Previous by p", () => this.step(-1)),
        this.#button("Next by p", () => this.step(1)),
      ),
    );
  }

  // What is said of a name that is none of a tested gene.
  refuse(words) {
    const text =
      "No gene of this name was tested: it is not in the reference or the table of counts, or hardly expressed.";
    this.place.replaceChildren(element("h4", { id: "gene-name", tabIndex: -1 }, words), element("p", {}, text));
  }

  #button(words, act) {
    const button = element("button", { type: "button" }, words);
    button.addEventListener("click", act);
    return button;
  }

  #sentence(row) {
    const { call, p_value, p_adjusted, missing } = this.genes.columns;
    const reason = this.genes.words.reasons[missing[row]];
    const { alpha, up, down } = this.genes.words;
    if (call[row])
      return `Higher in ${call[row] === 1 ? up : down} (significant at a false discovery rate of ${Number((100 * alpha).toPrecision(3))} %).`;
    if (p_value[row] === null) return `Without a p-value${reason && `: ${reason}`}.`;
    if (p_adjusted[row] === null) return `Without an adjusted p${reason && `: ${reason}`}.`;
    return "Not significant after correction, which does not show that it is unchanged.";
  }

  #numbers(row) {
    const { columns, words } = this.genes;
    const two = (name) => written("two", columns[name][row]);
    const rows = [
      [
        `log2 fold change, ${words.up} / ${words.down}`,
        `${two("log2_fold_change")} (95 % interval ${two("ci95_low")} to ${two("ci95_high")})`,
      ],
      ["p, two-sided (Wald)", written("probability", columns.p_value[row])],
      ["adjusted p", written("probability", columns.p_adjusted[row])],
      ["mean count", written("whole", columns.base_mean[row])],
    ];
    if ("log2_fold_change_shrunken" in columns)
      rows.splice(1, 0, ["the same, shrunken", two("log2_fold_change_shrunken")]);
    return element("dl", {}, ...rows.flatMap(([term, value]) => [element("dt", {}, term), element("dd", {}, value)]));
  }

  #inSamples(row, counts) {
    const measured = this.samples.map((sample, i) => ({
      ...sample,
      count: counts[i],
      level: counts[i] / sample.factor,
    }));
    const picture = this.#plot(measured);
    const readout = element(
      "p",
      { className: "readout", data: { "aria-hidden": "true" } },
      `Point at or tap any ${this.genes.words.subject} for its name.`,
    );
    picture.addEventListener("pointerover", ({ target }) => {
      const sample = measured[target.closest(".sample")?.dataset.sample];
      if (sample) readout.textContent = this.#told(sample);
    });
    const name = this.genes.nameOf(row);
    return [
      element("div", { className: "samples" }, picture, this.#key(), readout),
      element(
        "details",
        {},
        element("summary", {}, `Counts of ${measured.length} ${this.genes.words.subjects}`),
        this.#table(name, measured),
        element(
          "div",
          { className: "keys" },
          this.#button("CSV", () => saved(`${name}.csv`, "text/csv", this.#csv(row, measured))),
          this.#button("SVG", () =>
            saved(`${name}.svg`, "image/svg+xml", printable(picture, name, this.genes.words.stamp)),
          ),
        ),
      ),
    ];
  }

  #told({ name, group, count, level, values }) {
    const more = Object.entries(values)
      .filter(([, value]) => value)
      .map(([mark, value]) => `${mark} ${value}`);
    return [`${name}: ${precise(level)} normalised (${count.toLocaleString("en")} counted)`, group, ...more].join(", ");
  }

  #markValues() {
    return [...new Set(this.samples.map(({ values }) => values[this.mark]))].sort();
  }

  #plot(measured) {
    const values = this.#markValues();
    const shapeOf = (sample) => (this.mark ? values.indexOf(sample.values[this.mark]) : 0);
    return plotSamples(measured, this.groups, shapeOf, this.#summary(measured));
  }

  #summary(measured) {
    const { subject, subjects } = this.genes.words;
    const of = this.groups.map((group) => {
      const own = measured.filter((sample) => sample.group === group).map(({ level }) => level);
      return own.length
        ? `${group}: ${own.length} ${subjects}, ${precise(Math.min(...own))} to ${precise(Math.max(...own))}`
        : `${group}: none`;
    });
    return `Normalised counts, one point for each ${subject}. ${of.join("; ")}. The table below has them all.`;
  }

  // What shapes mean, and, where several covariates tell samples apart, which of them.
  #key() {
    const { marks } = this.genes.words;
    if (!this.mark) return element("p", { className: "key" }, "Line: mean on the log scale.");
    const entries = this.#markValues().map((value, i) =>
      element(
        "span",
        {},
        drawn("svg", { viewBox: "-8 -8 16 16", class: "shape", "aria-hidden": "true" }, SHAPES[i]()),
        value || "not stated",
      ),
    );
    const choice = element(
      "select",
      { data: { "aria-label": "What the shapes stand for" } },
      ...marks.map((mark) => element("option", { value: mark, selected: mark === this.mark }, mark)),
    );
    choice.addEventListener("change", () => {
      this.mark = choice.value;
      this.show(this.row);
      this.place.querySelector(".key select").focus();
    });
    return element(
      "p",
      { className: "key" },
      marks.length > 1 ? choice : `${this.mark}:`,
      ...entries,
      element("span", {}, "line: mean on the log scale"),
    );
  }

  #fields() {
    return [this.genes.words.subject, "group", ...this.genes.words.marks, "normalised count", "count"];
  }

  #table(name, measured) {
    const head = this.#fields().map((field, i, all) =>
      element("th", { scope: "col", className: i < all.length - 2 ? "" : "number" }, field),
    );
    const rows = measured.map(({ name: sample, group, values, level, count }) =>
      element(
        "tr",
        {},
        element("th", { scope: "row" }, sample),
        element("td", {}, group),
        ...Object.values(values).map((value) => element("td", {}, value || "–")),
        element("td", { className: "number" }, precise(level)),
        element("td", { className: "number" }, count.toLocaleString("en")),
      ),
    );
    const table = element(
      "table",
      {},
      element("caption", { className: "unseen" }, `Counts of ${name}`),
      element("thead", {}, element("tr", {}, ...head)),
      element("tbody", {}, ...rows),
    );
    return element(
      "div",
      {
        className: "scroll",
        tabIndex: 0,
        data: { role: "region", "aria-label": `Counts of ${name}, one by one` },
      },
      table,
    );
  }

  #csv(row, measured) {
    const { gene_id, symbol } = this.genes.columns;
    const rows = measured.map(({ name, group, values, level, count }) => [
      gene_id[row],
      symbol[row],
      name,
      group,
      ...Object.values(values),
      Number(level.toPrecision(6)),
      count,
    ]);
    return [["id", "gene", ...this.#fields()], ...rows].map((cells) => cells.map(cellOf).join(",")).join("\n") + "\n";
  }

  #sets(row) {
    const { sets } = this.genes.words;
    const own = this.genes.setsOf(row);
    if (!sets.length) return "";
    if (!own.length) return element("p", {}, "In no gene set of this study.");
    const entry = (set) =>
      element(
        "li",
        {},
        this.#button(this.genes.wordsOf(set), () => this.light(set)),
        element("small", {}, ` ${sets[set][0]}`),
      );
    return element(
      "div",
      { className: "sets" },
      element(
        "p",
        {},
        `In ${own.length === 1 ? "one gene set" : `${own.length} gene sets`}; choose one to highlight it:`,
      ),
      element("ul", {}, ...own.map(entry)),
    );
  }
}

const precise = (level) => (level < 10 ? level.toFixed(1) : Math.round(level).toLocaleString("en"));
