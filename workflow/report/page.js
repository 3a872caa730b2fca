// Lets the page's tables sort, be searched and exported, and its genes be pointed at. Without it the page is whole.
const { DataTable, Plotly } = globalThis;
const genes = JSON.parse(document.getElementById("genes-data").textContent);
const { columns } = genes;
const MOST_PLAIN_ROWS = 5;
const SMALLEST = 5e-324; // what a p of 0 is at most

// Raw values: numbers before words, and what is missing last, whichever way a column is sorted.
const weigh = (a, b) => (typeof a === typeof b ? (a > b) - (a < b) : typeof a === "number" ? -1 : 1);
const missingLast = (sign) => (a, b) => a === null || b === null ? (a === null) - (b === null) : sign * weigh(a, b);
const rawValue = (value) => (value === null || value === "" ? null : isNaN(value) ? value : Number(value));
DataTable.type("raw", { order: { pre: rawValue, asc: missingLast(1), desc: missingLast(-1) } });

// The notation of the page's other tables.
function twoDigits(value) {
  const short = Number(value.toPrecision(2));
  return short < 1e-4 ? short.toExponential().replace(/-(\d)$/, "-0$1") : String(short);
}

const NOTATIONS = {
  text: (value) => value,
  whole: (value) => Math.round(value).toLocaleString("en"),
  two: (value) => value.toFixed(2).replace(/^-(?=0\.00$)/, "").replace("-", "−"),
  probability: (value) => (value < 1e-300 ? "< 1e-300" : twoDigits(value)),
};
const shown = (notation) => (value) => (value === null ? "–" : NOTATIONS[notation](value));

function addressOf(id) {
  const linked = genes.link && new RegExp(genes.linked).test(id);
  return linked ? genes.link.replace("{gene_id}", () => encodeURIComponent(id)) : "";
}

function linkTo(id) {
  const address = addressOf(id);
  const link = document.createElement(address ? "a" : "span");
  if (address) Object.assign(link, { href: address, target: "_blank", rel: "noopener noreferrer" });
  link.textContent = id;
  return link;
}

function controls(filename, valueOf, ...more) {
  // a spreadsheet takes what begins like a formula for one
  const body = (...cell) => valueOf(...cell).replace(/^(?=[=@\t\r])/, "'");
  const options = { extend: "csv", filename, title: null, exportOptions: { format: { body } } };
  const tsv = { ...options, text: "TSV", extension: ".tsv", fieldSeparator: "\t" };
  return { topStart: ["search", { buttons: [{ ...options, text: "CSV" }, tsv] }, ...more], topEnd: null };
}

// The controls stand around the box that scrolls, not in it.
function enhance(box, options) {
  const table = box.querySelector("table");
  box.replaceWith(table);
  const container = new DataTable(table, { autoWidth: false, order: [], ...options }).table().container();
  container.classList.add("enhanced");
  container.querySelector("input[type=search]").setAttribute("aria-label", `Search: ${box.getAttribute("aria-label")}`);
  table.replaceWith(box);
  box.append(table);
}

const seen = {};
for (const box of document.querySelectorAll("main > section .scroll:not(.interactive *)")) {
  const rows = box.querySelectorAll("tbody tr");
  if (rows.length <= MOST_PLAIN_ROWS || box.querySelector(".counted")) continue; // whose last row sums up the others
  const section = box.closest("section").id;
  seen[section] = (seen[section] ?? 0) + 1;
  const raw = [...rows[0].cells].flatMap((cell, column) => ("order" in cell.dataset ? [column] : []));
  const valueOf = (_data, _row, _column, cell) =>
    cell.classList.contains("number") ? cell.dataset.order : cell.textContent;
  const layout = { ...controls(`${section}_${seen[section]}`, valueOf), bottomStart: null };
  enhance(box, { paging: false, columnDefs: [{ type: "raw", targets: raw }], layout });
}

function columnOf([name, title, notation]) {
  const data = (gene) => columns[name][gene];
  const [text, write] = [DataTable.render.text(), shown(notation)];
  if (name === "gene_id") return { title, data, render: { ...text, display: linkTo } };
  if (notation === "text") return { title, data, render: text };
  return { title, data, type: "raw", className: "number", render: { display: write, filter: write } };
}

function listGenes(place) {
  const valueOf = (_data, gene, column) => String(columns[genes.headings[column][0]][gene] ?? "");
  enhance(place.querySelector(".scroll"), {
    data: [...columns.gene_id.keys()],
    columns: genes.headings.map(columnOf),
    ...{ pageLength: 25, lengthMenu: [25, 100, 500] },
    language: { entries: { _: "genes", 1: "gene" } },
    layout: controls("genes", valueOf, "pageLength"),
  });
}

const escaped = (words) => words.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

function describe(gene) {
  const numbers = genes.headings
    .filter(([name]) => ["base_mean", "log2_fold_change", "p_adjusted"].includes(name))
    .map(([name, title, notation]) => `${title} ${shown(notation)(columns[name][gene])}`);
  return [`<b>${escaped(columns.symbol[gene])}</b> ${escaped(columns.gene_id[gene])}`, ...numbers].join("<br>");
}

function plot(place, x, y, xaxis, yaxis) {
  const { drawn, legend } = genes.plots[place.id];
  const traces = legend.map(([call, colour, words]) => {
    const own = [...drawn.keys()].filter((gene) => drawn[gene] && columns.call[gene] === call);
    const points = { x: own.map(x), y: own.map(y), customdata: own, text: own.map(describe), hoverinfo: "text" };
    const none = own.length ? {} : { x: [null], y: [null] }; // keeps the entry of the legend
    const marker = { color: colour, size: call ? 6 : 4 };
    return { type: "scatter", mode: "markers", name: escaped(words), marker, ...points, ...none };
  });
  const layout = {
    ...{ xaxis, yaxis },
    title: { text: genes.stamp, x: 0.01, font: { color: "#7a0019", size: 13 } },
    font: { color: "#1a1a1a" },
    ...{ height: 480, margin: { l: 70, r: 10, t: 40, b: 110 } },
    hovermode: "closest",
    dragmode: matchMedia("(pointer: coarse)").matches ? false : "zoom",
    legend: { orientation: "h", x: 0, y: -0.25, yanchor: "top", itemclick: false, itemdoubleclick: false },
  };
  Plotly.newPlot(place, traces, layout, {
    ...{ displaylogo: false, displayNotifier: false, plotlyServerURL: "", responsive: true },
    modeBarButtons: [["zoom2d", "pan2d", "zoomIn2d", "zoomOut2d", "resetScale2d", "toImage"]],
    toImageButtonOptions: { format: "svg", filename: place.id },
  });
  place.on("plotly_click", ({ points }) => {
    const address = addressOf(columns.gene_id[points[0].customdata]);
    if (address) window.open(address, "_blank", "noopener,noreferrer");
  });
}

const of = (name) => (gene) => columns[name][gene];
const evidence = (gene) => -Math.log10(Math.max(columns.p_value[gene], SMALLEST));
const axis = (text, more = {}) => ({ title: { text }, zerolinecolor: "#bbb", ...more });
const change = axis(escaped(genes.direction).replace("; ", "<br>"));
const mean = axis("mean of normalised counts", { type: "log", dtick: 1 });
const tasks = {
  evidence: (place) => plot(place, of("log2_fold_change"), evidence, change, axis("−log10 p (Wald test)")),
  expression: (place) => plot(place, of("base_mean"), of("log2_fold_change"), mean, change),
  "all-genes": listGenes,
};

// What takes time is made when a reader comes near it.
const near = new IntersectionObserver((entries) => {
  for (const { target } of entries.filter((entry) => entry.isIntersecting)) {
    near.unobserve(target);
    tasks[target.id](target);
  }
}, { rootMargin: "600px" });
for (const place of document.querySelectorAll(".interactive")) place.hidden = false;
for (const name of Object.keys(tasks)) near.observe(document.getElementById(name));
