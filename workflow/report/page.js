// Lets the page's tables sort, be searched and exported. Without it the page is whole.
const { DataTable } = globalThis;
const MOST_PLAIN_ROWS = 5;

// Raw values: numbers before words, and what is missing last, whichever way a column is sorted.
const weigh = (a, b) => (typeof a === typeof b ? (a > b) - (a < b) : typeof a === "number" ? -1 : 1);
const missingLast = (sign) => (a, b) => a === null || b === null ? (a === null) - (b === null) : sign * weigh(a, b);
const rawValue = (value) => (value === null || value === "" ? null : isNaN(value) ? value : Number(value));
DataTable.type("raw", { order: { pre: rawValue, asc: missingLast(1), desc: missingLast(-1) } });

function controls(filename, valueOf, ...more) {
  const body = (...cell) => harmless(valueOf(...cell));
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

function columnOf(genes, [name, title, notation]) {
  const data = (row) => genes.columns[name][row];
  const [text, write] = [DataTable.render.text(), (value) => written(notation, value)];
  const links = { gene_id: (_id, _kind, row) => genes.outward(row), symbol: (_symbol, _kind, row) => genes.inward(row) };
  if (name in links) return { title, data, render: { ...text, display: links[name] } };
  if (notation === "text") return { title, data, render: text };
  return { title, data, type: "raw", className: "number", render: { display: write, filter: write } };
}

function listGenes(place, genes) {
  const { headings } = genes.words;
  const valueOf = (_data, row, column) => String(genes.columns[headings[column][0]][row] ?? "");
  enhance(place.querySelector(".scroll"), {
    data: [...genes.columns.gene_id.keys()],
    columns: headings.map((heading) => columnOf(genes, heading)),
    ...{ pageLength: 25, lengthMenu: [25, 100, 500] },
    language: { entries: { _: "genes", 1: "gene" } },
    layout: controls("genes", valueOf, "pageLength"),
  });
}

// What takes time is made when a reader comes near it.
unpackedGenes.then((genes) => {
  if (!genes) return;
  const place = document.getElementById("all-genes");
  const near = new IntersectionObserver(([{ isIntersecting }]) => {
    if (!isIntersecting) return;
    near.disconnect();
    listGenes(place, genes);
  }, { rootMargin: "600px" });
  place.hidden = false;
  near.observe(place);
});
