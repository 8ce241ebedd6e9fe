/** Line drawings. */

const SVG = "http://www.w3.org/2000/svg";

/** A line drawing on a grid of 24, in the colour of the text around it. */
export function icon(path: string, size = "16"): SVGElement {
  const svg = document.createElementNS(SVG, "svg");
  const look = { viewBox: "0 0 24 24", width: size, height: size, fill: "none" };
  const line = { stroke: "currentColor", "stroke-width": "1.75", "stroke-linecap": "round" };
  const rest = { "stroke-linejoin": "round", "aria-hidden": "true" };
  for (const [name, value] of Object.entries({ ...look, ...line, ...rest })) svg.setAttribute(name, value);
  const shape = document.createElementNS(SVG, "path");
  shape.setAttribute("d", path);
  svg.append(shape);
  return svg;
}

export const KEY =
  "M12.5 15.5a4.25 4.25 0 1 1-8.5 0a4.25 4.25 0 0 1 8.5 0ZM11.3 12.5L20 4M16 8l3 3M13.5 10.5l2 2";
export const EYE =
  "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12ZM15 12a3 3 0 1 1-6 0a3 3 0 0 1 6 0Z";
export const PERSON = "M16 8a4 4 0 1 1-8 0a4 4 0 0 1 8 0ZM4.5 20.5c.8-4 3.7-6 7.5-6s6.7 2 7.5 6";
export const LEAVE = "M14 4H5v16h9M10 12h11M17.5 8.5L21 12l-3.5 3.5";
