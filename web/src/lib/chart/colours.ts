/** Tokens as the chart library reads them: red, green, blue of what the browser resolved. */

const canvas = document.createElement("canvas");
canvas.width = canvas.height = 1;
const pen = canvas.getContext("2d", { willReadFrequently: true });

export function colourOf(token: string, alpha = 1): string {
  const probe = document.createElement("span");
  probe.style.color = `var(--color-${token})`;
  document.body.append(probe);
  const resolved = getComputedStyle(probe).color;
  probe.remove();
  if (!pen) return resolved;
  pen.clearRect(0, 0, 1, 1);
  pen.fillStyle = resolved;
  pen.fillRect(0, 0, 1, 1);
  const [red, green, blue] = pen.getImageData(0, 0, 1, 1).data;
  return `rgba(${red},${green},${blue},${alpha})`;
}
