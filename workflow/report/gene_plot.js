// The counts of a gene as points, a sample each: groups side by side, a log scale.
const PLOT = { width: 340, height: 250, left: 66, right: 8, top: 12, bottom: 42 };
const OFFSET = 0.5; // added to counts, so that 0 has a place on a log scale
const LEAST_SPAN = 8; // ratio of the ends of the scale at the least, so that noise does not look like a difference
const PRINTED = `text{font:11px sans-serif;fill:#1a1a1a}.name{display:none}.axis{stroke:#1a1a1a;fill:none}
.mean{stroke:#555;stroke-width:1.5}.test{fill:#d55e00}.reference{fill:#0072b2}`;

function drawn(name, attributes = {}, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

const corners = (n, size, turn = 0) =>
  Array.from({ length: n }, (_, i) => (2 * Math.PI * i) / n + turn - Math.PI / 2)
    .map((angle) => `${(size * Math.cos(angle)).toFixed(2)},${(size * Math.sin(angle)).toFixed(2)}`)
    .join(" ");
// One a value of the covariate that shapes stand for.
const SHAPES = [
  () => drawn("circle", { r: 5 }),
  () => drawn("polygon", { points: corners(3, 6.6) }),
  () => drawn("polygon", { points: corners(4, 6.6, Math.PI / 4) }),
  () => drawn("polygon", { points: corners(4, 6.6) }),
  () => drawn("polygon", { points: corners(3, 6.6, Math.PI) }),
  () => drawn("polygon", { points: corners(6, 6) }),
];

// Draws samples (name, group, level: normalised count) of two groups; `shapeOf` says which of SHAPES each has.
function plotSamples(samples, groups, shapeOf, label) {
  const { width, height, left, right, top, bottom } = PLOT;
  const levels = samples.map(({ level }) => Math.log10(level + OFFSET));
  const [low, high] = countScale(levels);
  const [base, across] = [height - bottom, (width - left - right) / groups.length];
  const y = (value) => top + ((high - value) / (high - low)) * (base - top);
  const svg = drawn("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label });
  svg.append(...countAxis(low, high, y, base));
  for (const [number, group] of groups.entries()) {
    const middle = left + across * (number + 0.5);
    const own = [...samples.keys()].filter((i) => samples[i].group === group);
    const centred = (at, words) => drawn("text", { x: middle, y: base + at, "text-anchor": "middle" }, words);
    svg.append(centred(16, shortened(group, 22)), centred(31, `n = ${own.length}`));
    if (!own.length) continue;
    const mean = y(own.reduce((sum, i) => sum + levels[i], 0) / own.length).toFixed(1);
    svg.append(drawn("path", { class: "mean", d: `M${middle - across * 0.36} ${mean}h${across * 0.72}` }));
    own.forEach((i, place) => {
      const x = middle + across * 0.56 * (own.length > 1 ? place / (own.length - 1) - 0.5 : 0);
      const side = number ? { x: -10, "text-anchor": "end" } : { x: 10 };
      const where = `translate(${x.toFixed(1)} ${y(levels[i]).toFixed(1)})`;
      const point = { class: `sample ${number ? "test" : "reference"}`, "data-sample": i, transform: where };
      const name = drawn("text", { class: "name", y: -9, ...side }, shortened(samples[i].name, 24));
      svg.append(
        drawn("g", point, drawn("circle", { r: 11, fill: "transparent" }), SHAPES[shapeOf(samples[i])](), name),
      );
    });
  }
  return svg;
}

function countScale(levels) {
  const [least, most] = [Math.min(...levels), Math.max(...levels)];
  const widen = Math.log10(1.25) + Math.max(0, (Math.log10(LEAST_SPAN) - (most - least)) / 2);
  return [least - widen, most + widen];
}

function countAxis(low, high, y, base) {
  const { width, left, right, top } = PLOT;
  const ticks = countTicks(low, high).flatMap((value) => {
    const at = y(Math.log10(value)).toFixed(1);
    const words = value >= 1 ? value.toLocaleString("en") : String(value);
    const mark = drawn("path", { class: "axis", d: `M${left - 4} ${at}H${left}` });
    return [mark, drawn("text", { x: left - 7, y: at, dy: "0.35em", "text-anchor": "end" }, words)];
  });
  const turned = { transform: `translate(9 ${(top + base) / 2}) rotate(-90)`, "text-anchor": "middle" };
  const lines = drawn("path", { class: "axis", d: `M${left} ${top}V${base}H${width - right}` });
  return [lines, ...ticks, drawn("text", turned, "normalised count + 0.5 (log scale)")];
}

// Round counts on a log scale: the fewer powers of ten, the more of each.
function countTicks(low, high) {
  const factors = high - low < 1.2 ? [1, 2, 5] : high - low < 2.5 ? [1, 3] : [1];
  const powers = Array.from({ length: Math.ceil(high) - Math.floor(low) + 1 }, (_, i) => Math.floor(low) + i);
  const ticks = powers.flatMap((power) => factors.map((factor) => Number((factor * 10 ** power).toPrecision(6))));
  return ticks.filter((value) => Math.log10(value) >= low && Math.log10(value) <= high);
}

// The plot as a file of its own: dark on white whatever the page looks like, with a note of its own.
function printable(picture, title, note) {
  const { width, height, left } = PLOT;
  const copy = picture.cloneNode(true);
  const above = 20;
  copy.setAttribute("viewBox", `0 ${-above} ${width} ${height + above}`);
  copy.setAttribute("width", width);
  copy.setAttribute("height", height + above);
  copy.prepend(drawn("style", {}, PRINTED), drawn("rect", { y: -above, width, height: height + above, fill: "#fff" }));
  copy.append(
    drawn("text", { x: left, y: 0 - above / 4, "font-weight": "bold" }, [title, note].filter(Boolean).join(", ")),
  );
  return new XMLSerializer().serializeToString(copy);
}
