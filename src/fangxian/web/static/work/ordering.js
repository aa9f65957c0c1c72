// The way of a round: nearest first, from where one stands; who has no known place comes last.
const EARTH_M = 6_371_008.8, radians = (degrees) => (degrees * Math.PI) / 180;

/** Return the great-circle distance of two places in metres (haversine). */
export function metres(one, other) {
  const a = radians(one.latitude), b = radians(other.latitude);
  const chord = Math.sin((b - a) / 2) ** 2 + Math.cos(a) * Math.cos(b) * Math.sin(radians(other.longitude - one.longitude) / 2) ** 2;
  return 2 * EARTH_M * Math.asin(Math.sqrt(chord));
}

export const placed = (stop) => stop.latitude !== null && stop.longitude !== null;

/** Return stops in the order of a walk that goes to the nearest next, each with `leg`, the metres from the one before. */
export function nearestFirst(stops, start) {
  const left = stops.filter(placed), way = [];
  let here = start ?? left[0];
  while (left.length) {
    let best = 0;
    for (let at = 1; at < left.length; at += 1) if (metres(here, left[at]) < metres(here, left[best])) best = at;
    const [next] = left.splice(best, 1);
    way.push({ ...next, leg: metres(here, next) });
    here = next;
  }
  return [...way, ...stops.filter((stop) => !placed(stop)).map((stop) => ({ ...stop, leg: null }))];
}
