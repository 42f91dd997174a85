/** Who owes whom as a picture: who pays on the left, who is paid on the right, an arrow for each debt. */

import { html } from "../html.js";
import { money, say } from "../words.js";

const WIDTH = 360;
const ROW = 46;
const TOP = 26;
const [LEFT, RIGHT] = [112, 248];
const SHOWN_MAX = 24;
const NAME_MAX = 10;

/**
 * This view will draw debts `[{payer, payee, amount_cents}]` with names; an arrow is the thicker the more it carries.
 * The same stands beside it as a list for who cannot see the picture.
 */
export function Picture({ debts, currency }) {
  const shown = [...debts].sort((a, b) => b.amount_cents - a.amount_cents).slice(0, SHOWN_MAX);
  if (!shown.length) return null;
  const payers = [...new Set(shown.map(({ payer }) => payer))];
  const payees = [...new Set(shown.map(({ payee }) => payee))];
  const height = TOP * 2 + (Math.max(payers.length, payees.length) - 1) * ROW;
  const most = shown[0].amount_cents || 1;
  const at = (names, name) => height / 2 + (names.indexOf(name) - (names.length - 1) / 2) * ROW;
  return html`<figure class="picture">
    <svg viewBox=${`0 0 ${WIDTH} ${height}`} role="img" aria-label=${say("picture", { count: debts.length })}>
      ${shown.map((debt, index) => html`<${Arrow} key=${index} from=${at(payers, debt.payer)} to=${at(payees, debt.payee)}
        thickness=${1.5 + (4.5 * debt.amount_cents) / most} />`)}
      ${payers.map((name) => html`<${Node} key=${name} name=${name} x=${LEFT - 8} y=${at(payers, name)} side="end" />`)}
      ${payees.map((name) => html`<${Node} key=${name} name=${name} x=${RIGHT + 8} y=${at(payees, name)} side="start" />`)}
    </svg>
    <figcaption class="spoken">${shown.map((debt) => say("owes-line", { ...debt, amount: money(debt.amount_cents, currency) })).join(" ")}</figcaption>
  </figure>`;
}

function Arrow({ from, to, thickness }) {
  const head = 4 + thickness;
  const end = RIGHT - head;
  const middle = (LEFT + end) / 2;
  return html`<g class="arrow"><path d=${`M${LEFT} ${from}C${middle} ${from} ${middle} ${to} ${end} ${to}`} stroke-width=${thickness} />
    <polygon points=${`${end},${to - head * 0.8} ${RIGHT},${to} ${end},${to + head * 0.8}`} /></g>`;
}

function Node({ name, x, y, side }) {
  const letters = [...name];
  const short = letters.length > NAME_MAX ? `${letters.slice(0, NAME_MAX - 1).join("")}…` : name;
  return html`<text x=${x} y=${y + 5} text-anchor=${side}>${short}</text>`;
}
