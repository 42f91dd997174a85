/** Building blocks of the page: elements made from plain values, and the icons. */

const SVG = "http://www.w3.org/2000/svg";

const ICONS = {
  send: "M4 12 20 4l-5 16-3-7-8-1Zm8 1 4-5",
  attach: "m8 13 6-6a3 3 0 0 1 4 4l-8 8a5 5 0 0 1-7-7l7-7",
  close: "M6 6l12 12M18 6 6 18",
  more: "M12 5v.01M12 12v.01M12 19v.01",
  pin: "M9 4h6l-1 6 3 3v2H7v-2l3-3-1-6Zm3 11v5",
  down: "m6 9 6 6 6-6",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8Zm0-6v2m0 16v2M2 12h2m16 0h2M5 5l1.5 1.5m11 11L19 19M5 19l1.5-1.5m11-11L19 5",
  moon: "M20 14A8 8 0 1 1 10 4a6.5 6.5 0 0 0 10 10Z",
  world: "M4 7h10m4 0h2M4 17h2m4 0h10M16 4.5v5M8 14.5v5",
  plus: "M12 5v14M5 12h14",
  file: "M7 3h7l5 5v13H7V3Zm7 0v5h5",
  reply: "M10 6 4 11l6 5v-3c5 0 8 1 10 5 0-6-3-10-10-10V6Z",
  copy: "M9 9h11v11H9V9Zm-4 6H4V4h11v1",
  link: "M9 15 19 5m-7 0h7v7",
  eye: "M2 12s4-7 10-7 10 7 10 7-4 7-10 7S2 12 2 12Zm10-3a3 3 0 1 0 0 6 3 3 0 0 0 0-6Z",
  lock: "M7 11V8a5 5 0 0 1 10 0v3M5 11h14v9H5v-9Z",
  app: "M5 5h14v14H5V5Zm0 4h14",
  back: "M14 6l-6 6 6 6",
  clock: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Zm0 4v5l3 2",
};

/**
 * This function will make an element. `props` may hold `class`, `on` (event name to listener), `data`
 * (data attributes), ready DOM properties and, for names with a dash or `role`, attributes; null children are left out.
 */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") element.className = value;
    else if (name === "on") for (const [kind, act] of Object.entries(value)) element.addEventListener(kind, act);
    else if (name === "data") Object.assign(element.dataset, value);
    else if (name === "style") element.style.cssText = value;
    else if (name.includes("-") || !(name in element)) element.setAttribute(name, value === true ? "" : value);
    else element[name] = value;
  }
  element.append(...children.flat().filter((child) => child !== undefined && child !== null && child !== false));
  return element;
}

/** This function will make a function that runs `act` once before the next frame, however often it is called until then. */
export function soon(act) {
  let frame = null;
  return () => {
    frame ??= requestAnimationFrame(() => {
      frame = null;
      act();
    });
  };
}

/** This function will make a decorative icon, silent for screen readers; `name` is a key of ICONS. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", `icon icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

/** This function will make a button that shows only an icon and says `label` to screen readers and on hover. */
export function iconButton(name, label, act, props = {}) {
  return h("button", { type: "button", title: label, "aria-label": label, on: { click: act }, ...props,
    class: `icon-button ${props.class ?? ""}` }, icon(name));
}

/** This function will make a round picture of a person or chat: its initials on its colour. */
export function avatar(name, color, size = "") {
  const letters = [...name.replace(/[^\p{L}\p{N} ]/gu, "").trim()];
  return h("span", { class: `avatar ${size}`, style: `--person: ${color}`, "aria-hidden": "true" },
    (letters[0] ?? "•").toUpperCase());
}
