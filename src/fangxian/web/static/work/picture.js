// A photograph as it is kept: upright and of 1,600 pixels a side at most. Drawn anew, it has lost what the camera wrote beside it.
const WIDEST = 1600;

/** Return the bytes of a JPEG of what a camera took, or null where it cannot be read. */
export async function smaller(file) {
  try {
    const taken = await createImageBitmap(file, { imageOrientation: "from-image" });
    const by = Math.min(1, WIDEST / Math.max(taken.width, taken.height)), canvas = document.createElement("canvas");
    canvas.width = Math.round(taken.width * by); canvas.height = Math.round(taken.height * by);
    canvas.getContext("2d").drawImage(taken, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.8));
    return blob?.arrayBuffer() ?? null;
  } catch {
    return null;
  }
}
