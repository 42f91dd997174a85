/** The start of the page: it reads the world, puts the bar, columns and drawer in place and keeps them there. */

import { bar, wearTheme } from "./bar.js";
import { Column } from "./column.js";
import { h } from "./dom.js";
import { drawer } from "./drawer.js";
import { closeMenusOnClick } from "./head.js";
import { seatsFor } from "./seats.js";
import { language, say } from "./words.js";
import { openWorld } from "./world.js";

wearTheme();
closeMenusOnClick();
document.documentElement.lang = language();
const offline = h("div", { class: "offline", role: "status", hidden: true }, h("span", { class: "spinner" }), say("offline"));
document.body.append(offline);
const world = await openWorld({ onLink: (open) => { offline.hidden = open; } });

const seats = seatsFor(world);
const columns = h("main", { class: "columns" });
const outside = drawer(world, { close: () => showOutside(false) });
const top = bar(world, { seats, outside: () => showOutside(outside.element.hidden) });
const page = h("div", { class: "page" }, top.element, offline, columns, outside.element);
const standing = new Map();

function showOutside(show) {
  outside.element.hidden = !show;
  top.door.setAttribute("aria-expanded", String(show));
}

function draw() {
  const wanted = seats.shown();
  for (const [viewer, column] of standing) {
    if (wanted.includes(viewer)) continue;
    column.stop();
    column.element.remove();
    standing.delete(viewer);
  }
  for (const viewer of wanted) {
    if (!standing.has(viewer)) standing.set(viewer, new Column(world, viewer, { close: () => seats.toggle(viewer) }));
  }
  wanted.forEach((viewer, at) => {
    const { element } = standing.get(viewer);
    if (columns.children[at] !== element) columns.insertBefore(element, columns.children[at] ?? null);
  });
}

document.body.replaceChildren(page);
showOutside(false);
new ResizeObserver(([{ contentRect }]) => seats.fit(contentRect.width)).observe(columns);
seats.onChange(draw);
world.addEventListener("changed", draw);
draw();
