// The published colours of the map, as in page.css; and what every drawing has in common.
export const LEVELS = { red: "#c62f2a", orange: "#ef8a33", yellow: "#f6d94c", blue: "#5b9bd9", green: "#58a55c", none: "#cfd5dc" };

export const still = matchMedia("(prefers-reduced-motion: reduce)").matches;

export const FONT = getComputedStyle(document.documentElement).fontFamily;

/** Make a drawing in an element, which follows the element's size. */
export function drawingIn(element) {
  element.replaceChildren();
  const drawing = echarts.init(element, null, { renderer: "canvas" });
  new ResizeObserver(() => drawing.resize()).observe(element);
  return drawing;
}

/** Fetch JSON of this page; the language is that of the page. */
export async function fetched(path) {
  const answer = await fetch(path, { credentials: "same-origin" });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}
