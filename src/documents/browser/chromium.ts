import { existsSync } from "node:fs";
import type { Browser } from "puppeteer";

const SYSTEM_BROWSERS = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** Without sandbox: containers rarely allow it to be made, and what we show is our own HTML with scripts off. */
const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
  "--font-render-hinting=none",
];
const LAUNCH_LIMIT_MS = 60_000;

/** A Chromium: the given one (PUPPETEER_EXECUTABLE_PATH), else the system's, else the one that npm brought. Close it yourself. */
export async function launchChromium(executablePath?: string): Promise<Browser> {
  // Loaded with the first paper: most commands print none, and reading it takes a quarter of a second.
  const { default: puppeteer } = await import("puppeteer");
  const options = { timeout: LAUNCH_LIMIT_MS, protocolTimeout: LAUNCH_LIMIT_MS };
  const system = executablePath ?? SYSTEM_BROWSERS.find((path) => existsSync(path));
  if (system !== undefined) return puppeteer.launch({ ...options, executablePath: system, args: ARGUMENTS });
  const { default: chromium } = await import("@sparticuz/chromium");
  return puppeteer.launch({
    ...options,
    executablePath: await chromium.executablePath(),
    args: [...chromium.args, ...ARGUMENTS],
  });
}
