// SPDX-License-Identifier: Apache-2.0
// node screenshots.mjs URL FOLDER: pictures of a status page for the documentation, each below 200 KB.
import fs from "node:fs";
import path from "node:path";

import { launch, open } from "./page.mjs";

const [url, folder] = process.argv.slice(2);
const BYTES_MAX = 200_000;
const PICTURES = [
  { name: "status-page", width: 1240, height: 960, dark: false },
  { name: "status-page-dark", width: 1240, height: 960, dark: true },
  { name: "status-page-phone", width: 360, height: 1200, dark: true },
];

const browser = await launch();
try {
  for (const { name, width, height, dark } of PICTURES) {
    const { page, complaints, close } = await open(browser, url, { width, dark });
    if (complaints.length > 0) throw new Error(complaints.join("\n"));
    const file = path.join(folder, `${name}.png`);
    await page.setViewportSize({ width, height });
    await page.screenshot({ path: file });
    const { size } = fs.statSync(file);
    console.log(`${file}: ${size} bytes`);
    if (size > BYTES_MAX) throw new Error(`${file} is too large`);
    await close();
  }
} finally {
  await browser.close();
}
