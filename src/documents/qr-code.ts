import { create } from "qrcode";
import { Html, html } from "./html.ts";

const QUIET_MODULES = 4;

/** A QR code as inline SVG, dark on white by day and by night, with a name for those who don't see it. */
export function qrCodeSvg(text: string, label: string): Html {
  const { modules } = create(text, { errorCorrectionLevel: "M" });
  const side = modules.size + 2 * QUIET_MODULES;
  const path: string[] = [];
  for (let row = 0; row < modules.size; row += 1) {
    for (let column = 0; column < modules.size; column += 1) {
      if (modules.get(row, column)) path.push(`M${column + QUIET_MODULES} ${row + QUIET_MODULES}h1v1h-1z`);
    }
  }
  return html`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${side} ${side}" role="img" aria-label="${label}" shape-rendering="crispEdges"><rect width="${side}" height="${side}" fill="#fff"/><path d="${new Html(path.join(""))}" fill="#000"/></svg>`;
}
