import type { Browser, Page } from "puppeteer";
import {
  type DocumentRenderer,
  type RenderedPdf,
  type RenderRequest,
  RenderTimeout,
} from "../../ports/document-renderer.ts";
import { launchChromium } from "./chromium.ts";
import { withDate } from "./pdf-bytes.ts";
import { fillShell, openShell } from "./shell.ts";

export interface RendererOptions {
  /** PUPPETEER_EXECUTABLE_PATH; default: the system's browser, else the one that npm brought. */
  readonly executablePath?: string | undefined;
  /** Pages at work at once; more wait. Two fill two cores. Default 2. */
  readonly pages?: number | undefined;
  /** A browser is replaced after so many papers: what it leaks ends with it. Default 500. */
  readonly papersPerBrowser?: number | undefined;
  /** Of one paper, from its page to its bytes. Default 30 s. */
  readonly limitMs?: number | undefined;
  /** An idle browser is closed after this long; the next paper starts another. Default 5 min. */
  readonly idleMs?: number | undefined;
  /** For tests: another way to a browser. */
  readonly launch?: (() => Promise<Browser>) | undefined;
  readonly onProblem?: ((problem: string) => void) | undefined;
}

interface LiveBrowser {
  readonly browser: Browser;
  readonly idle: Page[];
  atWork: number;
  papers: number;
  /** Takes no more papers; closed when the last one at work has ended. */
  retired: boolean;
}

/**
 * Prints papers in a pool of pages of one browser. The browser starts with the first paper and is replaced after many of
 * them, after an error and when it dies; a paper that it takes along is tried once more.
 */
export function createDocumentRenderer(options: RendererOptions = {}): DocumentRenderer {
  const { pages = 2, papersPerBrowser = 500, limitMs = 30_000, idleMs = 300_000 } = options;
  const launch = options.launch ?? (() => launchChromium(options.executablePath));
  const waiting: (() => void)[] = [];
  let busy = 0;
  let live: Promise<LiveBrowser> | undefined;
  let idleTimer: NodeJS.Timeout | undefined;
  let closed = false;

  async function start(): Promise<LiveBrowser> {
    const browser = await launch();
    return { browser, idle: [], atWork: 0, papers: 0, retired: false };
  }

  /** The browser that takes papers, another one where the last has retired. */
  async function browserForPaper(): Promise<LiveBrowser> {
    for (;;) {
      live ??= start();
      const starting = live;
      const found = await starting.catch((error: unknown) => {
        if (live === starting) live = undefined;
        throw error;
      });
      if (!found.retired && found.browser.connected) return found;
      if (live === starting) live = undefined;
    }
  }

  async function retire(used: LiveBrowser): Promise<void> {
    used.retired = true;
    if (used.atWork === 0) await used.browser.close().catch(() => {});
  }

  async function printOnce(request: RenderRequest): Promise<RenderedPdf> {
    const used = await browserForPaper();
    used.atWork += 1;
    used.papers += 1;
    if (used.papers >= papersPerBrowser) used.retired = true;
    let failed = true;
    try {
      const pdf = await within(limitMs, async () => {
        const page = used.idle.pop() ?? (await openShell(used.browser));
        await fillShell(page, request.html, request.title);
        const bytes = await page.pdf({
          preferCSSPageSize: true,
          printBackground: true,
          // Tags number their elements through the life of the page: they would differ from one printing to the next.
          tagged: false,
          outline: false,
          waitForFonts: false,
          timeout: limitMs,
        });
        used.idle.push(page);
        return bytes;
      });
      failed = false;
      return withDate(pdf, request.date);
    } finally {
      used.atWork -= 1;
      // A page that did not come back may hang; its browser goes with it.
      if (failed || used.retired) await retire(used);
    }
  }

  async function render(request: RenderRequest): Promise<RenderedPdf> {
    try {
      return await printOnce(request);
    } catch (error) {
      if (error instanceof RenderTimeout || closed) throw error;
      options.onProblem?.(error instanceof Error ? error.message : "unknown");
      return printOnce(request);
    }
  }

  const stopIdling = (): void => clearTimeout(idleTimer);
  function startIdling(): void {
    idleTimer = setTimeout(() => void closeBrowser(), idleMs);
    idleTimer.unref();
  }

  async function closeBrowser(): Promise<void> {
    const ending = live;
    live = undefined;
    const found = await ending?.catch(() => undefined);
    if (found) {
      found.retired = true;
      await found.browser.close().catch(() => {});
    }
  }

  return {
    async render(request) {
      if (closed) throw new Error("the renderer is closed");
      if (busy >= pages) await new Promise<void>((resolve) => waiting.push(resolve));
      else busy += 1;
      stopIdling();
      try {
        return await render(request);
      } finally {
        const next = waiting.shift();
        if (next) next();
        else {
          busy -= 1;
          if (busy === 0 && !closed) startIdling();
        }
      }
    },
    async close() {
      closed = true;
      stopIdling();
      await closeBrowser();
    },
  };
}

/** The work, or RenderTimeout after the limit; what goes on after that ends with its browser. */
async function within<T>(limitMs: number, work: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new RenderTimeout(`no PDF within ${limitMs} ms`)), limitMs);
  });
  const done = work();
  done.catch(() => {});
  try {
    return await Promise.race([done, limit]);
  } finally {
    clearTimeout(timer);
  }
}
