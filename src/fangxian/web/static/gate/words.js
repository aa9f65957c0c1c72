// The page's words in both languages: they come with the page, so that it speaks without a network too.
const all = JSON.parse(document.getElementById("words").textContent);
const root = document.documentElement;

export const language = () => (root.lang.startsWith("zh") ? "zh" : "en");
export const say = (key) => all.page[key][language()];
export const sayOutcome = (outcome, colour) => {
  const said = outcome === "colour" && colour ? all.colours[colour] : (all.outcomes[outcome] ?? all.page[`gate.${outcome}`]);
  return said[language()];
};
export const sayOld = () => all.old_files[language()];

/** Put every word of the page in its place, in the language that was chosen here. */
export function speak(chosen = localStorage.getItem("language")) {
  if (chosen) {
    localStorage.setItem("language", chosen);
    root.lang = chosen === "zh" ? "zh-CN" : "en";
  }
  for (const element of document.querySelectorAll("[data-say]")) element.textContent = say(element.dataset.say);
  document.title = say("gate.title");
}
