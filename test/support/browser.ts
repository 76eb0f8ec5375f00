import type { Browser } from "puppeteer";
import { launchChromium } from "../../src/documents/browser/chromium.ts";

/** A real Chromium: PUPPETEER_EXECUTABLE_PATH, else the system's, else the one that npm brought. Close it yourself. */
export const launchBrowser = (): Promise<Browser> => launchChromium(process.env.PUPPETEER_EXECUTABLE_PATH);
