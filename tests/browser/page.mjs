// SPDX-License-Identifier: Apache-2.0
// Headless Chromium, as this system has it, looking at one page.
import { chromium } from "playwright-core";

const PROGRAM = process.env.MIXNET_CHROMIUM ?? "/usr/bin/chromium";

// Chromium's own sandbox needs what containers and root do not have; the only page that is opened is the exporter's.
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
  "--no-first-run", "--force-color-profile=srgb", "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"];

export const launch = () => chromium.launch({ executablePath: PROGRAM, args: FLAGS });

/// Opens `url` and collects what the browser complains of.
export async function open(browser, url, { width = 1280, dark = false, ...options } = {}) {
  const context = await browser.newContext({
    viewport: { width, height: 900 }, colorScheme: dark ? "dark" : "light", reducedMotion: "reduce", ...options,
  });
  const page = await context.newPage();
  const complaints = [];
  page.on("console", (message) => { if (["error", "warning"].includes(message.type())) complaints.push(message.text()); });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("requestfailed", (request) => complaints.push(`${request.url()}: ${request.failure()?.errorText}`));
  const response = await page.goto(url, { waitUntil: "load" });
  return { page, complaints, response, close: () => context.close() };
}
