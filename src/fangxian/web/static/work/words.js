// The page's words in both languages: they came with the page, so that they change without a network.
const said = JSON.parse(document.getElementById("words").textContent), KEPT = "fangxian-work-language";
let language = localStorage.getItem(KEPT) ?? (document.documentElement.lang.startsWith("zh") ? "zh" : "en");

export const now = () => language;
export const of = (text) => text?.[language] ?? "";

/** Return the words of a key, with values put in. */
export const say = (key, values = {}) => Object.entries(values).reduce((text, [name, value]) => text.replace(`{${name}}`, value), of(said[key]));

/** Put the words in the page, in the other language where asked. */
export function speak(change = false) {
  if (change) { language = language === "zh" ? "en" : "zh"; localStorage.setItem(KEPT, language); }
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  document.title = say("work.title");
  for (const each of document.querySelectorAll("[data-say]")) each.textContent = say(each.dataset.say);
  for (const each of document.querySelectorAll("[data-hint]")) each.placeholder = say(each.dataset.hint);
}
