import { createHash } from "node:crypto";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import type { RenderedPdf } from "../../ports/document-renderer.ts";

/** As Chromium writes it. */
const DATED = /\/(CreationDate|ModDate) \(D:(\d{14})([^)]*)\)/g;
const COUNT = /\/Type \/Pages[^>]*?\/Count (\d+)|\/Count (\d+)[^>]*?\/Type \/Pages/g;

/**
 * The file with its dates set to midnight of `date` in place, so that no offset in it moves: the same paper printed again
 * on the same machine has the same bytes. Throws when the file is not what Chromium writes.
 */
export function withDate(pdf: Uint8Array, date: CivilDate): RenderedPdf {
  const bytes = Buffer.from(pdf);
  const text = bytes.toString("latin1");
  const midnight = `${date.replaceAll("-", "")}000000`;
  let dated = 0;
  for (const match of text.matchAll(DATED)) {
    const [whole, name = "", , zone = ""] = match;
    const fixed = `/${name} (D:${midnight}${zone})`;
    if (fixed.length !== whole.length) throw new Error("a date of another length in the PDF");
    bytes.write(fixed, match.index, "latin1");
    dated += 1;
  }
  const pages = Math.max(0, ...[...text.matchAll(COUNT)].map((match) => Number(match[1] ?? match[2])));
  if (dated === 0 || pages === 0) throw new Error("not a PDF as Chromium writes it");
  return { bytes, pages, sha256: createHash("sha256").update(bytes).digest("hex") };
}
