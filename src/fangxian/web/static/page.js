// What the page does beyond its links and forms: one day for all of it, the map, the lines, and the questions to try.
import { drawMap } from "./map.js";
import { drawCodes } from "./codes.js";

const language = document.documentElement.lang.startsWith("zh") ? "zh" : "en";
const slider = document.getElementById("day-slider");
const choice = document.getElementById("county-choice");
const shown = document.getElementById("day-shown");
const container = document.getElementById("map-drawing");
const day = { days: [], now: shown.value };
let waiting;

function showParts() {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    htmx.ajax("GET", `/day?day=${day.now}`, { target: "#levels" });
    showCounty();
  }, 120);
}

function showCounty() {
  if (choice.value) htmx.ajax("GET", `/county/${choice.value}?day=${day.now}`, { target: "#county" });
}

function choose(code) {
  choice.value = code;
  showCounty();
}

async function start() {
  const codes = drawCodes(language);
  try {
    const map = await drawMap(container, language, choose);
    const lines = await codes;
    const show = (now) => {
      day.now = now;
      shown.value = now;
      slider.value = map.days.indexOf(now);
      slider.setAttribute("aria-valuetext", now);
      map.show(now);
      lines.mark(now);
    };
    slider.addEventListener("input", () => { show(map.days[slider.value]); showParts(); });
    lines.onDay((now) => { show(now); showParts(); });
    choice.addEventListener("change", () => { map.select(choice.value); showCounty(); });
    // A browser may have kept the slider where the reader had left it, or the reader may have moved it already.
    const wanted = map.days[slider.value];
    const moved = wanted !== day.now;
    show(wanted);
    if (moved) showParts();
    document.getElementById("no-shape").textContent = map.without.length
      ? document.getElementById("no-shape").dataset.words.replace("…", map.without.join(", ")) : "";
  } catch (error) {
    container.textContent = container.dataset.failed;
    throw error;
  }
}

// A county's name in the lists leads to the same panel as a click on the map.
document.getElementById("levels").addEventListener("click", (event) => {
  const link = event.target.closest("[data-county]");
  if (!link) return;
  event.preventDefault();
  choose(link.dataset.county);
});

// A question to try fills the form before it is sent, so that the reader sees what was asked.
for (const button of document.querySelectorAll("[data-person-id]")) {
  button.addEventListener("click", () => {
    const { personId, policy, at, knownAt } = button.dataset;
    Object.entries({ person_id: personId, policy, at, known_at: knownAt }).forEach(([name, value]) => {
      button.form.elements[name].value = value;
    });
  });
}

start();
