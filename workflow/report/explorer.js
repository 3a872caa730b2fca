// Any gene in every sample: joins search, map and card, and makes every name of a gene on the page a link to it.
const MOST_FOUND = 12;
const MOST_LISTED = 200;
const WIDE = "(min-width: 60rem)";
const GENE = /^#gene=(.*)$/s;

class Explorer {
  constructor(genes, place) {
    Object.assign(this, { genes, place, news: place.querySelector("#gene-news"), row: -1, set: -1 });
    this.map = new GeneMap(genes, place.querySelector("#gene-map"), (row) => this.choose(row));
    this.card = new GeneCard(genes, place.querySelector("#gene-card"), {
      step: (by) => this.#step(by),
      light: (set) => this.light(set),
    });
    this.#views();
    this.#sets();
    new GeneSearch(
      genes,
      place,
      (row) => this.choose(row),
      (words) => (this.news.textContent = words),
    );
    this.show(genes.words.first);
    addEventListener("hashchange", () => this.follow());
    document.addEventListener("click", (event) => {
      // the address is there already, so that nothing changes
      const link = event.target.closest?.('a[href^="#gene="]');
      if (link && link.hash === location.hash) this.follow();
    });
    this.follow();
  }

  show(row) {
    this.row = row;
    this.map.select(row);
    this.card.show(row);
  }

  // A reader's choice: shown, said, and in the page's address.
  choose(row) {
    this.show(row);
    history.replaceState(null, "", this.genes.linkTo(row));
    this.#say(row);
    if (!matchMedia(WIDE).matches) this.card.place.scrollIntoView({ block: "nearest" });
  }

  #say(row) {
    const { log2_fold_change, p_adjusted } = this.genes.columns;
    this.news.textContent = `${this.genes.nameOf(row)}: log2 fold change ${written("two", log2_fold_change[row])}, adjusted p ${written("probability", p_adjusted[row])}.`;
  }

  // Shows what the page's address asks for.
  follow() {
    const twin =
      location.hash.startsWith("#figure-") && document.getElementById(location.hash.slice(1))?.closest(".twin");
    if (twin) {
      this.view(location.hash === "#figure-ma" ? "expression" : "evidence");
      this.place.scrollIntoView();
    }
    const asked = GENE.exec(location.hash);
    if (!asked) return;
    const words = decoded(asked[1]);
    const row = this.genes.find(words);
    if (row === undefined) {
      this.map.select(-1);
      this.card.refuse(words);
      this.news.textContent = `No gene called ${words} was tested.`;
    } else {
      this.show(row);
      this.#say(row);
    }
    (matchMedia(WIDE).matches ? this.place.querySelector(".panes") : this.card.place).scrollIntoView();
    this.place.querySelector("#gene-name").focus({ preventScroll: true });
  }

  #step(by) {
    const row = (this.row + by + this.genes.length) % this.genes.length;
    this.choose(row);
    const keys = [...this.card.place.querySelectorAll(":scope > .keys button")];
    keys[by < 0 ? 0 : 1].focus({ preventScroll: true });
  }

  view(name) {
    this.place.querySelector(`input[value="${name}"]`).checked = true;
    this.map.show(name);
  }

  #views() {
    for (const choice of this.place.querySelectorAll('input[name="gene-view"]'))
      choice.addEventListener("change", () => this.map.show(choice.value));
    for (const key of this.place.querySelectorAll("[data-zoom]"))
      key.addEventListener("click", () => this.map.zoom(key.dataset.zoom));
  }

  #sets() {
    const { sets } = this.genes.words;
    this.choice = this.place.querySelector("#gene-set");
    this.place.querySelector(".mark").hidden = !sets.length;
    const families = new Map();
    sets.forEach(([name, family], set) => {
      if (!this.genes.setRows[set].length) return;
      if (!families.has(family)) families.set(family, element("optgroup", { label: family.replaceAll("_", " ") }));
      families
        .get(family)
        .append(element("option", { value: set }, `${shortened(this.genes.wordsOf(set), 80)} (${name})`));
    });
    this.choice.append(...families.values());
    this.choice.addEventListener("change", () => this.light(this.choice.value === "" ? -1 : Number(this.choice.value)));
  }

  // Highlights a set on the map and lists its genes; -1 is none.
  light(set) {
    this.choice.value = set < 0 ? "" : set;
    const rows = set < 0 ? null : this.genes.setRows[set];
    this.map.highlight(rows);
    const list = this.place.querySelector(".members");
    list.hidden = !rows;
    if (!rows) return;
    const words = this.genes.wordsOf(set);
    const links = rows.slice(0, MOST_LISTED).flatMap((row, i) => [i ? ", " : "", this.genes.inward(row)]);
    const rest = rows.length > MOST_LISTED ? ` and ${rows.length - MOST_LISTED} more` : "";
    const size = rows.length === 1 ? "1 gene" : `${rows.length} genes`;
    list.querySelector("summary").textContent = `${size}: ${words} (${this.genes.words.sets[set][0]})`;
    list.querySelector("p").replaceChildren("The smallest p first: ", ...links, rest);
    this.news.textContent = `Highlighted, ${size}: ${words}.`;
  }
}

// A combobox (WAI-ARIA authoring practices): the list below the field is walked with the arrow keys.
class GeneSearch {
  constructor(genes, place, choose, say) {
    Object.assign(this, { genes, choose, say, active: -1, found: [] });
    this.field = place.querySelector("#gene-search");
    this.list = place.querySelector("#gene-matches");
    if (!genes.aliases.length) this.field.placeholder = "symbol or id";
    this.field.addEventListener("input", () => this.#open());
    this.field.addEventListener("focus", () => this.field.value && this.#open());
    this.field.addEventListener("blur", () => this.#close());
    this.field.addEventListener("keydown", (event) => this.#press(event));
    this.list.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
    this.list.addEventListener("click", ({ target }) => this.#take(target.closest("[data-place]")?.dataset.place));
  }

  #open() {
    this.found = this.genes.search(this.field.value, MOST_FOUND);
    this.list.replaceChildren(
      ...this.found.map(([row, alias], place) => {
        const { gene_id, log2_fold_change } = this.genes.columns;
        const more = `${alias ? `formerly ${alias} · ` : ""}${gene_id[row]} · log2 ${written("two", log2_fold_change[row])}`;
        return element(
          "li",
          { id: `gene-match-${place}`, data: { role: "option", "data-place": place, "aria-selected": "false" } },
          element("b", {}, this.genes.nameOf(row)),
          ` ${more}`,
        );
      }),
    );
    if (!this.found.length && this.field.value.trim()) {
      this.list.append(
        element(
          "li",
          { data: { role: "option", "aria-disabled": "true", "aria-selected": "false" } },
          "no tested gene has this name",
        ),
      );
    }
    this.#show(Boolean(this.list.children.length));
    this.#point(-1);
  }

  #close() {
    this.#show(false);
    this.#point(-1);
  }

  #show(open) {
    this.list.hidden = !open;
    this.field.setAttribute("aria-expanded", String(open));
  }

  #point(place) {
    this.active = place;
    [...this.list.children].forEach((item, i) => item.setAttribute("aria-selected", String(i === place)));
    if (place < 0) return this.field.removeAttribute("aria-activedescendant");
    this.field.setAttribute("aria-activedescendant", `gene-match-${place}`);
    this.list.children[place].scrollIntoView({ block: "nearest" });
  }

  #press(event) {
    const n = this.found.length;
    if (event.key === "Escape") return this.#close();
    if (event.key === "Enter") {
      event.preventDefault();
      const exact = this.genes.find(this.field.value);
      return this.active < 0 && exact !== undefined ? this.#choose(exact) : this.#take(Math.max(0, this.active));
    }
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    if (this.list.hidden) this.#open();
    if (this.found.length) this.#point(this.active < 0 ? (by > 0 ? 0 : n - 1) : (this.active + by + n) % n);
  }

  #take(place) {
    if (place === undefined) return;
    if (this.found[place]) this.#choose(this.found[place][0]);
    else this.say(`No gene called ${this.field.value} was tested.`);
  }

  #choose(row) {
    this.field.value = this.genes.nameOf(row);
    this.#close();
    this.choose(row);
  }
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // no encoded text
  }
}

// Cells that hold genes by their symbols, one or several.
function linkCells(genes) {
  const linked = (word) => {
    const row = genes.bySymbol.get(word) ?? genes.byId.get(word);
    return row === undefined || row === null ? word : genes.inward(row, word);
  };
  for (const cell of document.querySelectorAll("td.gene")) cell.replaceChildren(linked(cell.textContent));
  for (const cell of document.querySelectorAll("td.genes"))
    cell.replaceChildren(...cell.textContent.split(/(, | and )/).map(linked));
}

unpackedGenes.then((genes) => {
  if (!genes?.length) return;
  const place = document.getElementById("explore");
  place.hidden = false;
  document.documentElement.classList.add("explorable");
  linkCells(genes);
  new Explorer(genes, place);
});
