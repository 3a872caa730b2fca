// What a reader does on the map with mouse, pen or finger: point, choose, drag.
const REACH = { mouse: 12, pen: 16, touch: 26 }; // how far off a point still is meant, in pixels
const LEAST_DRAG = 6; // pixels from which on a moved mouse drags

class MapPointer {
  constructor(map, choose) {
    Object.assign(this, { map, choose, tip: map.surface.querySelector(".tip"), from: null, to: null });
    const { surface } = map;
    surface.addEventListener("pointerdown", (event) => this.#press(event));
    surface.addEventListener("pointermove", (event) => this.#move(event));
    surface.addEventListener("pointerup", (event) => this.#release(event));
    surface.addEventListener("pointercancel", () => this.#leave());
    surface.addEventListener("pointerleave", () => this.#leave());
    surface.addEventListener("dblclick", () => map.zoom("all"));
  }

  #at(event) {
    const { left, top } = this.map.surface.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  }

  #nearest(event, place) {
    return this.map.nearest(place, REACH[event.pointerType] ?? REACH.mouse);
  }

  #press(event) {
    if (event.button !== 0) return;
    Object.assign(this, { from: this.#at(event), to: null });
    if (event.pointerType === "mouse") this.map.surface.setPointerCapture(event.pointerId);
  }

  #move(event) {
    const place = this.#at(event);
    const distance = this.from ? Math.hypot(place[0] - this.from[0], place[1] - this.from[1]) : 0;
    if (event.pointerType === "mouse" && (this.to || distance > LEAST_DRAG)) this.to = place;
    const row = this.to ? -1 : this.#nearest(event, place);
    this.map.point(row, this.to && [this.from, this.to]);
    this.#tell(row, place);
  }

  #release(event) {
    const { from, to } = this;
    Object.assign(this, { from: null, to: null });
    if (!from) return;
    if (to) return this.map.enlarge(from, to);
    const row = this.#nearest(event, from);
    if (row >= 0) this.choose(row);
  }

  #leave() {
    Object.assign(this, { from: null, to: null });
    this.map.point(-1, null);
    this.#tell(-1);
  }

  #tell(row, place) {
    this.map.surface.classList.toggle("found", row >= 0);
    this.tip.hidden = row < 0;
    if (row < 0) return;
    const { genes, frame } = this.map;
    const { base_mean, log2_fold_change, p_adjusted, gene_id } = genes.columns;
    const lines = [
      gene_id[row],
      `mean count ${written("whole", base_mean[row])}`,
      `log2 fold change ${written("two", log2_fold_change[row])}`,
      `adjusted p ${written("probability", p_adjusted[row])}`,
    ];
    this.tip.replaceChildren(element("b", {}, genes.nameOf(row)), ...lines.flatMap((words) => [element("br"), words]));
    const { width, height } = this.tip.getBoundingClientRect();
    const left = place[0] + 14 + width > frame.width ? place[0] - 14 - width : place[0] + 14;
    const top = Math.min(place[1] + 10, frame.height - height);
    Object.assign(this.tip.style, { left: `${Math.max(0, left)}px`, top: `${Math.max(0, top)}px` });
  }
}
