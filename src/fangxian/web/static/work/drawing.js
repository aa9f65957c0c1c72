// The round as a plain picture: doors as numbered points, the way between them, a scale. No map server is asked where anybody lives.
import { metres, placed } from "./ordering.js";

const SVG = "http://www.w3.org/2000/svg", WIDE = 360, HIGH = 220, EDGE = 24;

function shape(name, attributes, text) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

/** Draw stops in their order; `start` is where the walk begins. Doors that were knocked at are pale. */
export function draw(svg, stops, start, { label, choose }) {
  const points = stops.map((stop, at) => ({ ...stop, number: at + 1 })).filter(placed), all = start ? [start, ...points] : points;
  svg.replaceChildren();
  svg.toggleAttribute("hidden", !points.length);
  if (!points.length) return;
  svg.setAttribute("viewBox", `0 0 ${WIDE} ${HIGH}`);
  svg.setAttribute("aria-label", label);
  const place = placing(all);
  svg.append(shape("polyline", { class: "way", points: all.map((each) => place(each).join(",")).join(" ") }));
  if (start) { const [x, y] = place(start); svg.append(shape("rect", { class: "start", x: x - 5, y: y - 5, width: 10, height: 10 })); }
  for (const point of [...points].reverse()) {
    const [x, y] = place(point), group = shape("g", { class: point.knocked ? "door knocked" : point.late ? "door late" : "door" });
    group.append(shape("circle", { cx: x, cy: y, r: 11 }), shape("text", { x, y: y + 4 }, point.number));
    group.addEventListener("click", () => choose(point));
    svg.append(group);
  }
  scale(svg, all, place);
}

function placing(points) {
  const latitudes = points.map((each) => each.latitude), longitudes = points.map((each) => each.longitude);
  const middle = (Math.max(...latitudes) + Math.min(...latitudes)) / 2, narrow = Math.cos((middle * Math.PI) / 180);
  const wide = Math.max((Math.max(...longitudes) - Math.min(...longitudes)) * narrow, 1e-5), high = Math.max(Math.max(...latitudes) - Math.min(...latitudes), 1e-5);
  const by = Math.min((WIDE - 2 * EDGE) / wide, (HIGH - 2 * EDGE) / high);
  const left = (WIDE - wide * by) / 2, top = (HIGH - high * by) / 2;
  return ({ latitude, longitude }) => [
    Math.round((left + (longitude - Math.min(...longitudes)) * narrow * by) * 10) / 10,
    Math.round((top + (Math.max(...latitudes) - latitude) * by) * 10) / 10,
  ];
}

function scale(svg, all, place) {
  if (all.length < 2) return;
  const far = all.reduce((best, each) => (metres(all[0], each) > metres(all[0], best) ? each : best), all[0]);
  const [ax, ay] = place(all[0]), [bx, by] = place(far), drawn = Math.hypot(bx - ax, by - ay), long = metres(all[0], far);
  if (!drawn || !long) return;
  const round = [10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000].findLast((m) => (m * drawn) / long <= 110) ?? 10;
  const wide = (round * drawn) / long;
  svg.append(shape("path", { class: "scale", d: `M8 ${HIGH - 8}h${wide}` }), shape("text", { class: "scale", x: 8, y: HIGH - 13 }, round < 1000 ? `${round} m` : `${round / 1000} km`));
}
