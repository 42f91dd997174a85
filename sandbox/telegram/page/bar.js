/** The bar on top: whose eyes the page sees with, the simulated clock, theme, language, the way to the outside world. */

import { askPerson } from "./dialogs.js";
import { avatar, h, icon, iconButton, soon } from "./dom.js";
import { dateAndTime, language, say, switchLanguage } from "./words.js";

const THEME = "syncbuy-sandbox-theme";

/** This function will make the bar; `seats` knows who is shown, `outside()` opens and closes the drawer. */
export function bar(world, { seats, outside }) {
  const people = h("nav", { class: "people", "aria-label": say("people") });
  const clock = h("span", { class: "clock" });
  const door = h("button", { type: "button", class: "button", "aria-controls": "outside", on: { click: outside } },
    icon("world"), h("span", { class: "label" }, say("outside")));
  door.setAttribute("aria-label", say("outside"));
  const element = h("header", { class: "bar" },
    h("div", { class: "brand" }, h("span", { class: "mark" }), h("span", { class: "name" }, "SyncBuy "), h("small", {}, say("tagline"))),
    people, clock,
    h("div", { class: "tools" },
      iconButton(dark() ? "sun" : "moon", say("theme"), switchTheme, { class: "theme" }),
      h("button", { type: "button", class: "icon-button language", title: say("language"), "aria-label": say("language"),
        on: { click: switchLanguage } }, language() === "ru" ? "EN" : "RU"),
      door));

  function draw() {
    const shown = seats.shown();
    const focused = people.contains(document.activeElement) && document.activeElement.dataset.person;
    people.replaceChildren(...[...world.people.values()].map((person) => {
      const unread = shown.includes(person.id) ? 0 : world.unreadOf(person.id);
      return h("button", { type: "button", class: "person-chip", "aria-pressed": String(shown.includes(person.id)),
        "aria-label": say("show_person", { name: person.name }), data: { person: person.id }, on: { click: () => seats.toggle(person.id) } },
        avatar(person.first_name, person.color, "small"), person.first_name, unread > 0 && h("span", { class: "badge" }, unread));
    }), iconButton("plus", say("add_person"), () => askPerson(world)));
    if (focused) people.querySelector(`[data-person="${focused}"]`)?.focus();
    tick();
  }

  function tick() {
    clock.replaceChildren(icon("clock"), dateAndTime(world.now()));
    clock.classList.toggle("moved", world.clockOffset !== 0);
  }

  setInterval(tick, 1000);
  world.addEventListener("changed", draw);
  world.addEventListener("thread", soon(draw));
  seats.onChange(draw);
  draw();
  return { element, door };
}

/** This function will put on the theme that was chosen before, if any; without one the system's stands. */
export function wearTheme() {
  const theme = localStorage.getItem(THEME);
  if (theme) document.documentElement.dataset.theme = theme;
}

function dark() {
  const theme = document.documentElement.dataset.theme;
  return theme ? theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

function switchTheme(event) {
  const theme = dark() ? "light" : "dark";
  localStorage.setItem(THEME, theme);
  wearTheme();
  event.currentTarget.replaceChildren(icon(theme === "dark" ? "sun" : "moon"));
}
