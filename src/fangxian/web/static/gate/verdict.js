// The verdict for whoever stands there: the whole screen in one colour, words, a sound and a shake that differ for yes and no.
const place = document.getElementById("verdict");
const PASS_SHOWN = 3500;
let closing, audio;

/** Show a verdict; `shown` has {className, colour, act, name, said, by, passes}. */
export function showVerdict(shown) {
  for (const part of ["colour", "act", "name", "said", "by"]) place.querySelector(`.${part}`).textContent = shown[part] ?? "";
  place.className = `${shown.className} ${shown.passes ? "passes" : "stops"}`;
  place.hidden = false;
  place.focus();
  sound(shown.passes);
  navigator.vibrate?.(shown.passes ? 120 : [250, 120, 250, 120, 250]);
  clearTimeout(closing);
  if (shown.passes) closing = setTimeout(hideVerdict, PASS_SHOWN);
}

export function hideVerdict() {
  clearTimeout(closing);
  place.hidden = true;
  document.getElementById("text").focus();
}

place.addEventListener("click", hideVerdict);

/** Yes is two rising tones, no is three low ones: known without looking. */
function sound(passes) {
  try {
    audio ??= new AudioContext();
    audio.resume();
    const tones = passes ? [[660, 0], [880, 0.14]] : [[220, 0], [220, 0.25], [220, 0.5]];
    for (const [pitch, after] of tones) tone(pitch, audio.currentTime + after, passes ? 0.12 : 0.2);
  } catch {
    // A device without sound still has its colours.
  }
}

function tone(pitch, at, lasts) {
  const wave = new OscillatorNode(audio, { frequency: pitch, type: "square" });
  const volume = new GainNode(audio, { gain: 0.2 });
  wave.connect(volume).connect(audio.destination);
  wave.start(at);
  wave.stop(at + lasts);
}
