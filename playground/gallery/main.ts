import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { launchChromium } from "../../src/documents/browser/chromium.ts";
import { galleryPage } from "./page.ts";
import { SAMPLES } from "./samples.ts";

/*
 * npm run gallery -- --out DIR [--pictures]: every card on every platform as DIR/index.html, with --pictures also as one
 * PNG a card.
 */
const { values } = parseArgs({ options: { out: { type: "string" }, pictures: { type: "boolean" } } });
const folder = values.out ?? "gallery";
await mkdir(folder, { recursive: true });
const html = galleryPage(SAMPLES);
await writeFile(join(folder, "index.html"), html);
if (values.pictures) {
  const browser = await launchChromium(process.env.PUPPETEER_EXECUTABLE_PATH);
  try {
    const page = await browser.newPage();
    await page.setViewport({ width: 1_680, height: 900 });
    await page.setContent(html);
    for (const name of Object.keys(SAMPLES)) {
      const section = await page.$(`#${name}`);
      await section?.screenshot({ path: join(folder, `${name}.png`) });
    }
  } finally {
    await browser.close();
  }
}
process.stdout.write(`${Object.keys(SAMPLES).length} cards in ${folder}\n`);
