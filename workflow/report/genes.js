// Unpacks the genes that the page carries (claimcheck/page/explorer.py packs them), for the table of all genes and the explorer.
// `unpackedGenes` is a promise of them, or of null where a browser cannot unpack: everything else of the page works without.
const SMALLEST = 5e-324; // what a p of 0 is at most
const EXPONENT_BASE = 400;

// The notation of the page's tables.
function twoDigits(value) {
  const short = Number(value.toPrecision(2));
  return short < 1e-4 ? short.toExponential().replace(/-(\d)$/, "-0$1") : String(short);
}
const NOTATIONS = {
  text: (value) => value,
  whole: (value) => Math.round(value).toLocaleString("en"),
  two: (value) =>
    value
      .toFixed(2)
      .replace(/^-(?=0\.00$)/, "")
      .replace("-", "−"),
  probability: (value) => (value < 1e-300 ? "< 1e-300" : twoDigits(value)),
};
const written = (notation, value) => (value === null ? "–" : NOTATIONS[notation](value));

// HTML elements; `data` are attributes that are no properties.
function element(name, properties = {}, ...children) {
  const { data, ...others } = properties;
  const made = Object.assign(document.createElement(name), others);
  for (const [key, value] of Object.entries(data ?? {})) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

async function inflated(text) {
  const packed = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function columnsOf(bytes, at, described) {
  const wholes = (length) => {
    const values = new Int32Array(length);
    for (let weight = 0; weight < 32; weight += 8, at += length) {
      for (let i = 0; i < length; i++) values[i] |= bytes[at + i] << weight;
    }
    return values;
  };
  const numbers = (length) => {
    const digits = wholes(length);
    const exponents = wholes(length);
    return Array.from(digits, (mantissa, i) =>
      exponents[i] ? Number(`${mantissa}e${exponents[i] - EXPONENT_BASE}`) : null,
    );
  };
  return Object.fromEntries(
    described.map(([name, kind, length]) => [name, kind === "number" ? numbers(length) : wholes(length)]),
  );
}

// Of a Map from text to row: what several genes share leads to none of them.
function rowsBy(texts, change = (text) => text) {
  const rows = new Map();
  texts.forEach((text, row) => rows.set(change(text), rows.has(change(text)) ? null : row));
  return rows;
}

class Genes {
  constructor(words, columns) {
    const { gene_id, symbol } = words;
    this.words = words;
    const end = (sign) =>
      columns.log2_fold_change.map((change, row) =>
        change === null || columns.lfc_se[row] === null
          ? null
          : Number((change + sign * words.half_width * columns.lfc_se[row]).toFixed(5)),
      );
    this.columns = { ...columns, gene_id, symbol, ci95_low: end(-1), ci95_high: end(1) };
    this.length = gene_id.length;
    this.evidence = columns.p_value.map((p) => (p === null ? null : -Math.log10(Math.max(p, SMALLEST))));
    this.lower = symbol.map((text) => text.toLowerCase());
    this.lowerIds = gene_id.map((text) => text.toLowerCase());
    this.bySymbol = rowsBy(symbol);
    this.byId = rowsBy(gene_id);
    this.byLowerId = rowsBy(this.lowerIds);
    this.byAlias = new Map(words.aliases.map(([alias, row]) => [alias.toLowerCase(), row]));
    this.aliases = words.aliases.map(([alias, row]) => [alias, alias.toLowerCase(), row]);
    this.countsAt = new Map(Array.from(columns.counted, (row, place) => [row, place]));
    this.setRows = this.#sets(words.sets);
  }

  #sets(sets) {
    let at = 0;
    return sets.map((_, set) => {
      let row = 0;
      return Array.from({ length: this.columns.sizes[set] }, () => (row += this.columns.members[at++]));
    });
  }

  // What a set holds, in words.
  wordsOf(set) {
    const [name, , description] = this.words.sets[set];
    return description || name.replaceAll("_", " ");
  }

  setsOf(row) {
    return [...this.setRows.keys()].filter((set) => this.setRows[set].includes(row));
  }

  // Counts of a gene in every sample as they were counted; null where the page does not carry them.
  countsOf(row) {
    const n = this.words.samples.length;
    const place = this.countsAt.get(row);
    return place === undefined ? null : Array.from(this.columns.counts.subarray(place * n, (place + 1) * n));
  }

  nameOf(row) {
    return this.columns.symbol[row] || this.columns.gene_id[row];
  }

  // The fragment of the page's address that shows a gene.
  linkTo(row) {
    const symbol = this.columns.symbol[row];
    return `#gene=${encodeURIComponent(symbol && this.bySymbol.get(symbol) === row ? symbol : this.columns.gene_id[row])}`;
  }

  // The row of a symbol, an id with or without its version, or a former symbol; of a symbol that several genes share the one with the
  // smallest p; undefined where there is none.
  find(words) {
    const asked = words.trim();
    const lower = asked.toLowerCase();
    if (!asked) return undefined;
    const found = [
      this.bySymbol.get(asked),
      this.byId.get(asked),
      this.columns.symbol.indexOf(asked),
      this.lower.indexOf(lower),
      this.byLowerId.get(lower),
      this.byAlias.get(lower),
      this.byLowerId.get(lower.replace(/\.\d+$/, "")),
    ];
    return found.find((row) => row !== undefined && row !== null && row >= 0);
  }

  // Rows that a reader who types this may mean, the best first, each with what was found where it is not the symbol.
  search(words, most) {
    const asked = words.trim().toLowerCase();
    if (!asked) return [];
    const tiers = [[], [], [], []];
    for (let row = 0; row < this.length; row++) {
      const at = this.lower[row].indexOf(asked);
      if (at === 0) tiers[this.lower[row] === asked ? 0 : 1].push([row, ""]);
      else if (this.lowerIds[row].startsWith(asked)) tiers[2].push([row, ""]);
      else if (at > 0) tiers[3].push([row, ""]);
    }
    for (const [alias, lower, row] of this.aliases) {
      if (lower.startsWith(asked)) tiers[lower === asked ? 0 : 2].push([row, alias]);
    }
    return tiers.flat().slice(0, most);
  }

  // The address of a gene's page elsewhere, "" where it has none.
  addressOf(row) {
    const id = this.columns.gene_id[row];
    const linked = this.words.link && new RegExp(this.words.linked).test(id);
    return linked ? this.words.link.replace("{gene_id}", () => encodeURIComponent(id)) : "";
  }

  outward(row) {
    const address = this.addressOf(row);
    const link = document.createElement(address ? "a" : "span");
    if (address) Object.assign(link, { href: address, target: "_blank", rel: "noopener noreferrer" });
    link.textContent = this.columns.gene_id[row];
    return link;
  }

  inward(row, words = this.nameOf(row)) {
    return Object.assign(document.createElement("a"), { href: this.linkTo(row), textContent: words });
  }
}

async function unpack() {
  if (!("DecompressionStream" in globalThis)) return null;
  const bytes = await inflated(JSON.parse(document.getElementById("genes-data").textContent));
  const length = new DataView(bytes.buffer).getUint32(0, true);
  const words = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  return new Genes(words, columnsOf(bytes, 4 + length, words.columns));
}

// The rule of the tables in results/ (claimcheck.core.text): what a spreadsheet would run gets an apostrophe.
const FORMULA = /^'*\s*(?:[=@\uff1d\uff20]|[+\-\uff0b\uff0d].*[(|!])/s;
const harmless = (text) => (FORMULA.test(text) ? `'${text}` : text);

// A cell of CSV (RFC 4180).
function cellOf(value) {
  const text = harmless(String(value));
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function saved(filename, type, text) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  element("a", { href: address, download: filename.replace(/[^\w.-]+/g, "_") }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}

const unpackedGenes = unpack();
