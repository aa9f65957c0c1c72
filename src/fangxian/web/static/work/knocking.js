// One door: who, where, and what became of the knock. It is kept on the phone before anything else happens.
import { keepKnock } from "./kept.js";
import { smaller } from "./picture.js";
import { of, say } from "./words.js";

const dialog = document.getElementById("door"), form = document.getElementById("knock"), at = (id) => document.getElementById(id);
let stop, kept;

/** Show a door; `whenKept` is called with the knock once it is on the disk, `move` with what else is to be done with the task. */
export function show(chosen, { whenKept, move, due }) {
  stop = chosen; kept = whenKept;
  form.reset();
  picked();
  at("door-name").textContent = stop.full_name ?? say("work.no_name");
  at("door-address").textContent = stop.address ?? say("work.no_address");
  at("door-kind").textContent = `${of(stop.title)} · ${say("work.due", { at: due })}${stop.knocks ? ` · ${say("work.knocked_before", { times: stop.knocks })}` : ""}`;
  const call = at("door-phone");
  call.hidden = !stop.phone;
  if (stop.phone) { call.href = `tel:${stop.phone}`; call.textContent = say("work.call", { number: stop.phone }); }
  for (const each of form.querySelectorAll("[name=outcome]")) each.closest("label").hidden = !stop.outcomes.includes(each.value);
  for (const each of dialog.querySelectorAll("[data-move]")) each.onclick = () => move(stop, each.dataset.move, at("colleague").value.trim());
  at("not-kept").hidden = true;
  dialog.showModal();
  dialog.scrollTop = 0;
}

form.addEventListener("change", picked);

function picked() {
  at("moved").hidden = form.outcome.value !== "moved";
  at("photograph").textContent = say(form.photograph.files.length ? "work.photographed" : "work.photograph");
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const file = form.photograph.files[0], picture = file ? await smaller(file) : null, outcome = form.outcome.value;
  const unread = Boolean(file) && !picture;
  if (!outcome || unread) {
    at("not-kept").textContent = say(unread ? "work.no_picture" : "work.choose");
    at("not-kept").hidden = false;
    return;
  }
  const moved_to = outcome === "moved" ? form.moved_to.value.trim() : "";
  const knock = { visit_id: crypto.randomUUID(), kept_ms: Date.now(), task: stop.task, outcome, note: form.note.value.trim(), moved_to };
  await keepKnock(knock, picture);
  dialog.close();
  kept(knock);
});

for (const each of dialog.querySelectorAll("[data-close]")) each.addEventListener("click", () => dialog.close());
