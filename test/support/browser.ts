import { existsSync } from "node:fs";
import puppeteer, { type Browser } from "puppeteer";

const SYSTEM_BROWSERS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** A real Chromium: PUPPETEER_EXECUTABLE_PATH, else the system's, else the one that npm brought. Close it yourself. */
export async function launchBrowser(): Promise<Browser> {
  const system = [process.env.PUPPETEER_EXECUTABLE_PATH ?? "", ...SYSTEM_BROWSERS].find((path) => existsSync(path));
  const options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"];
  if (system !== undefined) return puppeteer.launch({ executablePath: system, args: options });
  const { default: chromium } = await import("@sparticuz/chromium");
  return puppeteer.launch({ executablePath: await chromium.executablePath(), args: [...chromium.args, ...options] });
}
