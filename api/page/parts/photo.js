/** Photos: choosing one in a form, and looking at one. */

import { html, useEffect, useState } from "../html.js";
import { file, newId, upload } from "../api.js";
import { say } from "../words.js";
import { ActButton } from "./acting.js";
import { Dialog } from "./dialog.js";
import { Field } from "./fields.js";

const NAME = "photo";
const [MOST_PIXELS, LONGEST_SIDE] = [6_500_000, 8000]; // the server keeps no more
const QUALITY = 0.85;

/** What was made of the photos that were chosen: the same choice again is the same photo. */
const chosenOnes = new WeakMap();

/** This view will let a person choose a photo in a form, or take one with their telephone. */
export function PhotoField({ label, hint }) {
  return html`<${Field} label=${label} hint=${hint} name=${NAME} type="file" accept="image/*" />`;
}

/** This function will upload the photo that was chosen in a form, and return its id; null if none was. */
export async function uploaded(values) {
  const chosen = values.get(NAME);
  if (!chosen?.size) return null;
  if (!chosenOnes.has(chosen)) chosenOnes.set(chosen, { id: newId(), photo: await smaller(chosen) });
  const known = chosenOnes.get(chosen);
  if (!known.isUp) await upload(known.id, known.photo);
  known.isUp = true;
  return known.id;
}

/** Telephones make ten megabytes of what one shows as well; what the browser cannot read, the server judges. */
async function smaller(photo) {
  const picture = await createImageBitmap(photo, { imageOrientation: "from-image" }).catch(() => null);
  if (!picture) return photo;
  const sides = [picture.width, picture.height];
  const scale = Math.min(1, LONGEST_SIDE / Math.max(...sides), Math.sqrt(MOST_PIXELS / (sides[0] * sides[1])));
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = sides.map((side) => Math.max(1, Math.round(side * scale)));
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  return new Promise((done) => { canvas.toBlob((made) => done(made ?? photo), "image/jpeg", QUALITY); });
}

/** This view will draw a button that shows a photo of the API in a dialog. */
export function PhotoButton({ url, title, children, ...how }) {
  const [shown, setShown] = useState(null);
  useEffect(() => () => { if (shown) URL.revokeObjectURL(shown); }, [shown]);
  return html`<${ActButton} act=${async () => setShown(URL.createObjectURL(await file(url)))} ...${how}>${children}<//>
    ${shown && html`<${Dialog} title=${title} close=${() => setShown(null)}><img class="photo" src=${shown} alt=${say("photo")} /><//>`}`;
}
