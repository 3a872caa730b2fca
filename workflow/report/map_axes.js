// The axes of the map, and words on a canvas.
const EDGES = { left: 58, right: 12, top: 12, bottom: 46 };
const FONT = "12px system-ui, sans-serif";

function ticksOf(low, high, most) {
  const rough = (high - low) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((factor) => factor * power >= rough);
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.max(0, Math.floor(high / step) - first + 1) }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  );
}
const plainTick = (value) => String(value).replace("-", "−");
const powerTick = (value) =>
  10 ** value >= 1 ? Math.round(10 ** value).toLocaleString("en") : String(Number((10 ** value).toPrecision(3)));

// Draws both axes, the line at zero, and a dashed one at `least`, if that is in sight.
function drawAxes(pen, view, frame, colours, least) {
  const { x, y, zero } = view;
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
  const across =
    zero === "x" ? [frame.x(0), EDGES.top, frame.x(0), bottom] : [EDGES.left, frame.y(0), right, frame.y(0)];
  if (across[0] >= EDGES.left && across[0] <= right && across[3] >= EDGES.top && across[3] <= bottom)
    line(...across, colours.line);
  if (least >= frame.y0 && least <= frame.y1)
    line(EDGES.left, frame.y(least), right, frame.y(least), colours.soft, [5, 4]);
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

function writeOver(pen, words, left, top, colours) {
  Object.assign(pen, {
    textAlign: "left",
    textBaseline: "top",
    lineWidth: 3,
    strokeStyle: colours.paper,
    fillStyle: colours.ink,
    lineJoin: "round",
  });
  pen.strokeText(words, left, top);
  pen.fillText(words, left, top);
  pen.lineWidth = 1;
}

const shortened = (words, most) => (words.length > most ? `${words.slice(0, most - 1)}…` : words);

// The first wording that fits, or else the last one cut.
function fitting(pen, wordings, width) {
  let fit = wordings.find((words) => pen.measureText(words).width <= width) ?? wordings.at(-1);
  while (fit.length > 4 && pen.measureText(fit).width > width) fit = `${fit.slice(0, -2)}…`;
  return fit;
}
