/** Whose columns are on the page: as many as the width has room for, remembered by the browser. */

const REMEMBERED = "syncbuy-sandbox-shown";
const COLUMN_PIXELS = 300;
const MOST = 4;
const USUAL = 3;

/** This function will keep who is chosen; when more are chosen than there is room for, the newest choices are shown. */
export function seatsFor(world) {
  const changes = new EventTarget();
  let chosen = JSON.parse(localStorage.getItem(REMEMBERED) ?? "[]");
  let room = 1;

  function known() {
    const kept = chosen.filter((id) => world.people.has(id));
    return kept.length ? kept : [...world.people.keys()].slice(0, USUAL).reverse();
  }

  /** The ids of the people shown, in the order of the bar. */
  function shown() {
    const newest = known().slice(-room);
    return [...world.people.keys()].filter((id) => newest.includes(id));
  }

  /** Shows the person, or hides them; the last one shown stays. */
  function toggle(id) {
    const hide = shown().includes(id);
    if (hide && shown().length === 1) return;
    chosen = [...known().filter((one) => one !== id), ...(hide ? [] : [id])].slice(-MOST);
    localStorage.setItem(REMEMBERED, JSON.stringify(chosen));
    changed();
  }

  /** Tells how many pixels the columns have together. */
  function fit(pixels) {
    const next = Math.max(1, Math.min(MOST, Math.floor(pixels / COLUMN_PIXELS)));
    if (next === room) return;
    room = next;
    changed();
  }

  function changed() {
    changes.dispatchEvent(new Event("change"));
  }

  return { shown, toggle, fit, onChange: (act) => changes.addEventListener("change", act) };
}
