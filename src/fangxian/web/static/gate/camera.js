// Codes from the camera: found by the browser where it can, else by jsQR, some times a second.
const EVERY = 150, SAME_FOR = 20_000;
const canvas = document.createElement("canvas");
const pen = canvas.getContext("2d", { willReadFrequently: true });

/** Show the camera in `video` and give each new text to `found`; returns how to stop. Throws where there is no camera. */
export async function watch(video, found) {
  const wanted = { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 960 } };
  const stream = await navigator.mediaDevices.getUserMedia({ video: wanted });
  video.srcObject = stream;
  await video.play();
  const read = await reader();
  const last = { text: "", at: 0 };
  let going = true;
  (async () => {
    while (going) {
      const text = await read(video);
      // A person holds the same picture up for a while: that is one scan.
      if (text && (text !== last.text || Date.now() - last.at > SAME_FOR)) {
        Object.assign(last, { text, at: Date.now() });
        await found(text);
      }
      await new Promise((resolve) => setTimeout(resolve, EVERY));
    }
  })();
  return () => {
    going = false;
    stream.getTracks().forEach((track) => track.stop());
    video.srcObject = null;
  };
}

async function reader() {
  const known = "BarcodeDetector" in window ? await BarcodeDetector.getSupportedFormats() : [];
  if (!known.includes("qr_code")) return readPicture;
  const detector = new BarcodeDetector({ formats: ["qr_code"] });
  return async (video) => (await detector.detect(video).catch(() => []))[0]?.rawValue;
}

function readPicture(video) {
  if (!video.videoWidth) return "";
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  pen.drawImage(video, 0, 0);
  const { data, width, height } = pen.getImageData(0, 0, canvas.width, canvas.height);
  return jsQR(data, width, height, { inversionAttempts: "dontInvert" })?.data;
}
