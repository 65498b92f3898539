// Script of the page: theme, sections, tables, pictures. Names of the trace reach it only as text, never as markup or code.
"use strict";
const root = document.documentElement;
const each = (selector, act) => document.querySelectorAll(selector).forEach(act);
const make = (tag, parent, text = "", names = {}) => {
  const node = Object.assign(document.createElement(tag), names);
  node.textContent = text;
  parent?.append(node);
  return node;
};
root.classList.add("js");

// Theme: the system's preference, until the reader chooses one.
const system = matchMedia("(prefers-color-scheme: dark)");
const isDark = () => (root.dataset.theme ?? (system.matches ? "dark" : "light")) === "dark";
const button = document.getElementById("theme");
function themed() {
  root.toggleAttribute("data-dark", isDark());
  button.textContent = isDark() ? "Light" : "Dark";
  pictures.forEach(picture => picture.draw());
}
function kept(value) { // A browser may forbid storage for local files.
  try { return value ? localStorage.setItem("nsys-tools-theme", value) : localStorage.getItem("nsys-tools-theme"); } catch { return null; }
}

// Sections: a menu on a phone, and the current position.
function sections() {
  const menu = document.querySelector("nav details"), narrow = matchMedia("(max-width: 900px)");
  const fold = () => { menu.open = !narrow.matches; };
  fold();
  narrow.addEventListener("change", fold);
  const links = [...document.querySelectorAll("nav a")];
  links.forEach(link => link.addEventListener("click", () => { if (narrow.matches) menu.open = false; }));
  const targets = links.map(link => document.getElementById(link.hash.slice(1)));
  const mark = () => {
    let here = 0;
    targets.forEach((target, n) => { if (target.getBoundingClientRect().top < 120) here = n; });
    if (scrollY + innerHeight >= root.scrollHeight - 2) here = links.length - 1;
    links.forEach((link, n) => link.classList.toggle("here", n === here));
  };
  addEventListener("scroll", mark, { passive: true });
  mark();
}

// Tables: sort by a column, filter rows, copy the visible rows.
const TIMES = { ns: 1, "µs": 1e3, ms: 1e6, s: 1e9 };
function valueOf(text) {
  const found = /^(-?[\d,]*\.?\d+(?:e[-+]?\d+)?)(?: (ns|µs|ms|s))?$/i.exec(text);
  return found ? Number(found[1].replaceAll(",", "")) * (TIMES[found[2]] ?? 1) : NaN;
}
function sort(table, column, direction) {
  const body = table.tBodies[0], cell = row => row.cells[column].textContent.trim();
  const rows = [...body.rows], filled = rows.filter(row => cell(row) !== "");
  const isNumeric = filled.every(row => !Number.isNaN(valueOf(cell(row))));
  const key = isNumeric ? row => valueOf(cell(row)) : row => cell(row).toLowerCase();
  const order = direction === "ascending" ? 1 : -1;
  const sorted = direction === "none"
    ? rows.sort((a, b) => a.dataset.place - b.dataset.place)
    : [...filled.sort((a, b) => (key(a) < key(b) ? -order : key(a) > key(b) ? order : a.dataset.place - b.dataset.place)),
       ...rows.filter(row => cell(row) === "")]; // Empty cells come last in both directions.
  body.append(...sorted);
}
const quoted = text => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
const csv = table => [...table.rows].filter(row => !row.hidden)
  .map(row => [...row.cells].map(cell => quoted(cell.textContent.trim())).join(",")).join("\r\n") + "\r\n";
async function copy(text) {
  try { await navigator.clipboard.writeText(text); } catch { // Not available for local files in some browsers.
    const area = make("textarea", document.body);
    area.value = text;
    area.select();
    document.execCommand("copy");
    area.remove();
  }
}
function equip(table) {
  const rows = [...(table.tBodies[0]?.rows ?? [])], heads = [...table.tHead.rows[0].cells];
  if (rows.length < 2 || heads.every(head => head.textContent === "")) return;
  rows.forEach((row, place) => { row.dataset.place = place; });
  heads.forEach((head, column) => {
    const next = () => {
      const isNumber = head.style.textAlign === "right", now = head.ariaSort ?? "none";
      const order = isNumber ? ["none", "descending", "ascending"] : ["none", "ascending", "descending"];
      const direction = order[(order.indexOf(now) + 1) % 3];
      heads.forEach(other => { other.ariaSort = "none"; });
      head.ariaSort = direction;
      sort(table, column, direction);
    };
    head.classList.add("sorts");
    head.tabIndex = 0;
    head.addEventListener("click", next);
    head.addEventListener("keydown", event => { if (event.key === "Enter") next(); });
  });
  table.addEventListener("click", ({ target }) => { // Long names show two lines until they are clicked.
    const cell = target.closest("td"), name = cell?.querySelector("code");
    if (name && (name.scrollHeight > name.clientHeight + 2 || cell.className) && getSelection().isCollapsed) cell.classList.toggle("whole");
  });
  const tools = make("div", null, "", { className: "tools" });
  if (rows.length > 4) {
    const field = make("input", tools, "", { type: "search", placeholder: "Filter rows", ariaLabel: "Filter rows" });
    const count = make("span", null, "", { className: "note" });
    field.addEventListener("input", () => {
      const wanted = field.value.toLowerCase();
      rows.forEach(row => { row.hidden = !row.textContent.toLowerCase().includes(wanted); });
      count.textContent = wanted ? `${rows.filter(row => !row.hidden).length} of ${rows.length}` : "";
    });
    tools.append(count);
  }
  const button = make("button", tools, "Copy as CSV", { type: "button" });
  button.addEventListener("click", async () => {
    await copy(csv(table));
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy as CSV"; }, 1500);
  });
  table.parentElement.before(tools);
}

// Pictures: drawn with Vega when they come near the viewport, in the colors of the page.
const tip = make("div", document.body, "", { className: "tip", hidden: true });
const time = ns => {
  const [unit, step] = Object.entries(TIMES).reverse().find(([, step]) => Math.abs(ns) >= step) ?? ["ns", 1];
  return `${Number((ns / step).toPrecision(4)).toLocaleString("en-US", { maximumFractionDigits: 3 })} ${unit}`;
};
const share = (part, whole) => `${(100 * part / Math.max(whole, 1)).toFixed(1)} %`;
const told = {
  "timeline-data": (row, [, whole]) => {
    const length = row.to - row.from, many = row.count > 1;
    const at = Number((row.from / 1e6).toFixed(3)).toLocaleString("en-US", { maximumFractionDigits: 3 });
    return [row.what, `starts at ${at} ms, lasts ${time(length)} (${share(length, whole)} of the total)`,
      ...(many || row.sum !== length ? [`${row.count.toLocaleString("en-US")} ${row.unit}${many ? "s" : ""}, ${time(row.sum)} total`] : [])];
  },
  "flame-data": (row, [, whole]) => [row.path, `${time(row.to - row.from)}, ${share(row.to - row.from, whole)} of the total`,
    ...(row.members > 1 ? [`${row.members.toLocaleString("en-US")} ranges`] : row.own ? [`${time(row.own)} outside inner ranges`] : [])],
};
const shade = name => {
  tip.style.outlineColor = `var(${name})`;
  return getComputedStyle(tip).outlineColor;
};
function look() {
  const [ink, soft, line, page] = ["--ink", "--soft", "--line", "--page"].map(shade);
  return {
    background: null, view: { stroke: null }, rect: { stroke: page },
    axis: { labelColor: ink, titleColor: soft, gridColor: line, domainColor: line, tickColor: line, labelFontSize: 11.5,
      titleFontWeight: "normal" },
  };
}
function rowsOf(columns) {
  const read = Object.entries(columns).map(([name, column]) => [name, column.of ? column.at.map(n => column.of[n]) : column]);
  return read[0][1].map((_, n) => Object.fromEntries(read.map(([name, column]) => [name, column[n]])));
}
let loading = null;
function load() { // The bundle runs on first use; its digest is in the policy of the page.
  loading ??= new Promise(done => {
    make("script", document.head, document.getElementById("bundle").textContent);
    done();
  });
  return loading;
}
class Picture {
  constructor(section) {
    this.section = section;
    this.place = section.querySelector(".drawn");
    this.where = section.querySelector(".where");
    this.name = section.dataset.picture;
    const found = JSON.parse(document.getElementById(this.name).textContent);
    Object.assign(this, found);
    this.data = Object.fromEntries(Object.entries(found.data).map(([name, columns]) => [name, rowsOf(columns)]));
    [this.lo, this.hi] = this.extent;
    this.listen();
  }
  async draw() {
    await load();
    const number = this.drawing = (this.drawing ?? 0) + 1, views = {}, place = make("div", null);
    const width = this.place.clientWidth, labels = width < 600 ? 110 : 190;
    for (const role of ["overview", "main"].filter(role => this.specs[role])) {
      const spec = structuredClone(this.specs[role]);
      const named = (spec.layer ?? [spec]).map(layer => layer.encoding.y?.axis).filter(axis => axis?.minExtent);
      named.forEach(axis => Object.assign(axis, { minExtent: labels, maxExtent: labels }, axis.labelLimit && { labelLimit: labels - 12 }));
      Object.assign(spec, { width: Math.max(width - (named.length && labels + 8) - 12, 120), datasets: this.data, padding: { left: 0, right: 8, top: 4, bottom: 4 } });
      spec.params?.forEach(param => { if (param.name in this) param.value = this[param.name]; });
      const options = { mode: "vega-lite", ast: true, actions: false, renderer: "canvas", defaultStyle: false, config: look(),
        tooltip: (_, event, __, value) => this.hover(event, value) };
      views[role] = (await vegaEmbed(make("div", place, "", { className: role }), spec, options)).view;
    }
    if (number !== this.drawing) return Object.values(views).forEach(view => view.finalize());
    Object.values(this.views ?? {}).forEach(view => view.finalize());
    this.place.replaceChildren(place);
    Object.assign(this, { views, drawn: width });
    const brushed = (_, brush) => { if (brush.at && !this.isMoving) this.show(...brush.at, true); };
    views.overview?.addSignalListener("brush", brushed);
    views.main.addEventListener("click", (_, item) => { if (item?.datum?.path) this.click(item.datum); });
    this.show(this.lo, this.hi);
    this.section.dataset.ready = "yes";
  }
  hover(event, row) {
    tip.hidden = !row;
    if (!row) return;
    const lines = told[this.name](row, this.extent);
    tip.textContent = lines.join("\n");
    this.where.textContent = lines.join(" · ");
    const box = tip.getBoundingClientRect();
    tip.style.left = `${Math.max(4, Math.min(event.clientX + 14, innerWidth - box.width - 8))}px`;
    tip.style.top = `${event.clientY + 18 + box.height > innerHeight ? event.clientY - box.height - 10 : event.clientY + 18}px`;
  }
  click(row) {
    const isShown = this.lo === row.from && this.hi === row.to;
    const around = isShown && this.data.nodes.findLast(other =>
      other.depth < row.depth && other.from <= row.from && other.to >= row.to && other.to - other.from > row.to - row.from);
    this.show(...(isShown ? (around ? [around.from, around.to] : this.extent) : [row.from, row.to]));
  }
  show(lo, hi, isBrushed = false) {
    const [first, last] = this.extent, least = Math.min(100, last - first);
    const length = Math.min(Math.max(hi - lo, least), last - first);
    this.lo = Math.min(Math.max(lo, first), last - length);
    this.hi = this.lo + length;
    this.views.main.signal("lo", this.lo).signal("hi", this.hi).run();
    const view = this.views.overview;
    if (!view || isBrushed) return;
    const at = value => (value - first) / (last - first) * view.signal("width");
    this.isMoving = true;
    view.signal("brush_x", length < last - first ? [at(this.lo), at(this.hi)] : [0, 0]).run();
    this.isMoving = false;
  }
  at(event) { // The value of x under the pointer.
    const canvas = this.place.querySelector(".main canvas"), view = this.views.main;
    const part = (event.clientX - canvas.getBoundingClientRect().left - view.origin()[0]) / view.signal("width");
    return this.lo + Math.min(Math.max(part, 0), 1) * (this.hi - this.lo);
  }
  zoom(factor, around = (this.lo + this.hi) / 2) {
    this.show(around - (around - this.lo) * factor, around + (this.hi - around) * factor);
  }
  listen() {
    const { place } = this, isMain = event => this.views && event.target.closest(".main");
    const acts = { in: () => this.zoom(0.5), out: () => this.zoom(2), all: () => this.show(...this.extent) };
    this.section.querySelectorAll("[data-zoom]").forEach(one => one.addEventListener("click", () => this.views && acts[one.dataset.zoom]()));
    place.tabIndex = 0;
    place.addEventListener("wheel", event => { // Without a click or Ctrl, the wheel scrolls the page.
      if (!isMain(event) || !(event.ctrlKey || event.metaKey || document.activeElement === place)) return;
      event.preventDefault();
      this.zoom(Math.exp(Math.sign(event.deltaY) * 0.25), this.at(event));
    }, { passive: false });
    place.addEventListener("keydown", event => {
      const by = (this.hi - this.lo) / 4, keys = { "+": acts.in, "=": acts.in, "-": acts.out, Escape: acts.all, 0: acts.all,
        ArrowLeft: () => this.show(this.lo - by, this.hi - by), ArrowRight: () => this.show(this.lo + by, this.hi + by) };
      if (!this.views || !keys[event.key]) return;
      event.preventDefault();
      keys[event.key]();
    });
    place.addEventListener("dblclick", event => { if (isMain(event)) acts.all(); });
    place.addEventListener("pointerdown", event => { if (isMain(event) && event.button === 0) this.drag(event); });
    place.addEventListener("pointerleave", event => this.hover(event, null));
  }
  drag(begin) {
    if (!this.specs.overview) return;
    const { place } = this, from = this.at(begin), band = make("div", null, "", { className: "range" });
    const move = event => {
      const left = place.getBoundingClientRect().left, ends = [begin.clientX - left, event.clientX - left].sort((a, b) => a - b);
      if (ends[1] - ends[0] > 3) place.append(band);
      band.style.left = `${ends[0]}px`;
      band.style.width = `${ends[1] - ends[0]}px`;
    };
    const end = event => {
      removeEventListener("pointermove", move);
      ["pointerup", "pointercancel"].forEach(name => removeEventListener(name, end));
      if (band.isConnected && event.type === "pointerup") this.show(...[from, this.at(event)].sort((a, b) => a - b));
      band.remove();
    };
    addEventListener("pointermove", move);
    ["pointerup", "pointercancel"].forEach(name => addEventListener(name, end));
  }
}
const pictures = new Map();
const near = new IntersectionObserver(entries => entries.filter(entry => entry.isIntersecting).forEach(({ target }) => {
  near.unobserve(target);
  pictures.set(target, new Picture(target));
  pictures.get(target).draw();
}), { rootMargin: "300px" });

root.dataset.theme = kept() ?? "";
if (!root.dataset.theme) delete root.dataset.theme;
themed();
button.hidden = false;
button.addEventListener("click", () => { kept(root.dataset.theme = isDark() ? "light" : "dark"); themed(); });
system.addEventListener("change", themed);
let resized = 0;
addEventListener("resize", () => {
  clearTimeout(resized);
  resized = setTimeout(() => pictures.forEach(one => { if (one.drawn && one.drawn !== one.place.clientWidth) one.draw(); }), 150);
});
sections();
each(".wide table", equip);
each("[data-picture]", section => near.observe(section));
