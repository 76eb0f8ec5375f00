import { getDocument, VerbosityLevel } from "pdfjs-dist/legacy/build/pdf.mjs";

let before: Promise<unknown> = Promise.resolve();

/** The text of a PDF, page by page, in the order in which it is drawn and without any white space. Read by Mozilla's reader. */
export function pdfTextPages(bytes: Uint8Array): Promise<string[]> {
  // Without a worker of its own it mixes up two files that are open at once.
  const reading = before.then(() => readPages(bytes));
  before = reading.catch(() => {});
  return reading;
}

async function readPages(bytes: Uint8Array): Promise<string[]> {
  const task = getDocument({ data: new Uint8Array(bytes), verbosity: VerbosityLevel.ERRORS, isEvalSupported: false });
  const document = await task.promise;
  try {
    const pages: string[] = [];
    for (let number = 1; number <= document.numPages; number += 1) {
      const page = await document.getPage(number);
      const content = await page.getTextContent({ disableNormalization: true });
      pages.push(content.items.map((item) => ("str" in item ? item.str : "")).join(""));
    }
    return pages.map(withoutSpace);
  } finally {
    await task.destroy();
  }
}

export const withoutSpace = (text: string): string => text.replaceAll(/\s/g, "");

/** Where each text stands, each after the one before; throws with the first that does not. */
export function readInOrder(text: string, expected: readonly string[]): void {
  let from = 0;
  for (const one of expected) {
    const wanted = withoutSpace(one);
    const at = text.indexOf(wanted, from);
    if (at < 0)
      throw new Error(`not there after place ${from}: ${wanted}\n${text.slice(Math.max(0, from - 40), from + 200)}`);
    from = at + wanted.length;
  }
}
