// Envelopes, in which values cross the wall.

import { shape } from "./graph/shapes";

/** Makes an envelope: open, so that a letter looks out; or closed with a seal. */
export function envelope(x: number, y: number, isSealed: boolean): SVGGElement {
  const place = { transform: `translate(${x},${y})` };
  if (isSealed)
    return shape(
      "g",
      { class: "envelope sealed", ...place },
      shape("rect", { width: 24, height: 17, rx: 2 }),
      shape("path", { class: "flap", d: "M1,1L12,10L23,1" }),
      shape("circle", { cx: 12, cy: 10, r: 3.2 }),
    );
  return shape(
    "g",
    { class: "envelope", ...place },
    shape("path", { d: "M0,6L12,-3L24,6V18H0Z" }),
    shape("rect", { class: "letter", x: 4, y: 0, width: 16, height: 11 }),
    shape("path", { class: "lines", d: "M7,4H17M7,7H17" }),
    shape("path", { d: "M0,6L12,13L24,6V18H0Z" }),
  );
}

/** Makes a picture of an envelope by itself. */
export function envelopePicture(isSealed: boolean): SVGSVGElement {
  const size = { width: 28, height: 25, viewBox: "-2 -5 28 25" };
  return shape("svg", { ...size, "aria-hidden": "true" }, envelope(0, 0, isSealed));
}
