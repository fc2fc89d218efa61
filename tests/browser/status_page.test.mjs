// SPDX-License-Identifier: Apache-2.0
// The status page in a real browser: node --test, with its address in MIXNET_PAGE.
import assert from "node:assert/strict";
import fs from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";

import { launch, open } from "./page.mjs";

const URL_OF_PAGE = process.env.MIXNET_PAGE;
const AXE = fs.readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RANGES = ["1h", "24h", "7d"];
const CHARTS = ["packets", "drops", "queues", "cpu", "memory", "connections", "score", "role", "space", "disk"];

let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser?.close(); });

/// Runs `look` on the page and closes it; the browser must have had nothing to complain of.
async function with_page(address, options, look) {
  const opened = await open(browser, new URL(address, URL_OF_PAGE).href, options);
  try {
    await look(opened.page, opened);
    assert.deepEqual(opened.complaints, []);
  } finally {
    await opened.close();
  }
}

const is_dark = (page) => page.evaluate(() => {
  const [r, g, b] = getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number);
  return r + g + b < 3 * 64;
});

test("loads without a complaint, under a strict policy", async () => {
  await with_page("/", {}, async (page, { response }) => {
    assert.equal(response.status(), 200);
    const policy = response.headers()["content-security-policy"];
    assert.match(policy, /default-src 'none'/);
    assert.doesNotMatch(policy, /unsafe/);
    // That the style was applied shows that the policy names it.
    assert.equal(await page.evaluate(() => getComputedStyle(document.querySelector(".charts")).display), "grid");
  });
});

test("a script that is put into it does not run", async () => {
  const opened = await open(browser, URL_OF_PAGE);
  await opened.page.evaluate(() => {
    const script = document.createElement("script");
    script.textContent = "window.hasRun = true";
    document.body.append(script);
  });
  assert.equal(await opened.page.evaluate(() => window.hasRun), undefined);
  assert.match(opened.complaints.join(), /Content Security Policy/);
  await opened.close();
});

test("says how the node is before anything else", async () => {
  await with_page("/", {}, async (page) => {
    const verdict = page.locator("#verdict");
    assert.match(await verdict.innerText(), /^(Healthy|Needs attention|Not healthy|Recovering|Not known)/);
    const heading = await page.locator("main h2").first().innerText();
    assert.equal(heading, await verdict.innerText());
    assert.match(await page.locator(".one-line").innerText(), /^CPU: \d+%, Memory: \d+%, Disk: \d+%, Connections: [\d,]+$/);
  });
});

test("draws a chart of each kind, with values", async () => {
  await with_page("/", {}, async (page) => {
    for (const id of CHARTS) {
      const figure = page.locator(`figure#${id}`);
      const drawn = await figure.locator("svg.plot").evaluate((svg) => [...svg.querySelectorAll("path.line, path.bar")]
        .map((path) => path.getBoundingClientRect().width).filter((width) => width > 0).length);
      assert.ok(drawn > 0, `${id}: nothing is drawn`);
      if (id === "role") continue;
      const numbers = await figure.locator("table.legend td").allInnerTexts();
      assert.ok(numbers.some((text) => /\d/.test(text)), `${id}: ${numbers}`);
    }
  });
});

test("a chart's lines stay within it", async () => {
  await with_page("/", {}, async (page) => {
    const outside = await page.evaluate(() => [...document.querySelectorAll("svg.plot")].flatMap((svg) => {
      const frame = svg.getBoundingClientRect();
      return [...svg.querySelectorAll("path, rect, text")].filter((each) => {
        const box = each.getBoundingClientRect();
        return box.width > 0 && (box.left < frame.left - 2 || box.right > frame.right + 2 || box.top < frame.top - 2 || box.bottom > frame.bottom + 2);
      }).map((each) => svg.closest("figure").id + ": " + each.outerHTML.slice(0, 80));
    }));
    assert.deepEqual(outside, []);
  });
});

test("ranges switch", async () => {
  await with_page("/", {}, async (page) => {
    for (const range of ["24h", "7d", "1h"]) {
      await page.locator("nav a", { hasText: new RegExp(`^${range}$`) }).click();
      await page.waitForURL((url) => url.searchParams.get("range") === range);
      assert.equal(await page.locator("nav a[aria-current=page]").innerText(), range);
      assert.match(await page.locator("#charts-title").innerText(), { "1h": /hour/, "24h": /24 hours/, "7d": /seven days/ }[range]);
      assert.ok(await page.locator("figure#packets path.line").count() > 0, `${range}: nothing is drawn`);
    }
  });
});

test("is dark where that is wished for", async () => {
  await with_page("/", { dark: true }, async (page) => assert.ok(await is_dark(page)));
  await with_page("/", {}, async (page) => assert.ok(!await is_dark(page)));
});

test("nothing scrolls sideways on a phone", async () => {
  for (const width of [320, 360]) {
    for (const range of RANGES) {
      await with_page(`/?range=${range}`, { width }, async (page) => {
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth) <= width, `${width} px, ${range}`);
        for (const details of await page.locator("details").all()) await details.evaluate((each) => { each.open = true; });
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth) <= width, `${width} px, ${range}, all open`);
      });
    }
  }
});

test("text is as large on a phone as elsewhere", async () => {
  await with_page("/", { width: 360 }, async (page) => {
    const height = await page.locator("figure#packets .value").first().evaluate((each) => each.getBoundingClientRect().height);
    assert.ok(height >= 10, `${height} px`);
  });
});

for (const dark of [false, true]) {
  for (const width of [360, 1280]) {
    test(`axe finds nothing: ${dark ? "dark" : "light"}, ${width} px`, async () => {
      await with_page("/", { dark, width }, async (page) => {
        for (const details of await page.locator("details").all()) await details.evaluate((each) => { each.open = true; });
        await page.evaluate(AXE);
        const { violations, passes } = await page.evaluate(() => window.axe.run());
        assert.ok(passes.length > 20);
        assert.deepEqual(violations.map((each) => `${each.id}: ${each.nodes.map((node) => node.html).join(" ").slice(0, 300)}`), []);
      });
    });
  }
}

test("each chart has a name and a description", async () => {
  await with_page("/", {}, async (page) => {
    for (const id of CHARTS) {
      const chart = page.locator(`figure#${id} svg.plot`);
      assert.equal(await chart.getAttribute("role"), "img");
      const description = await chart.evaluate((svg) => document.getElementById(svg.getAttribute("aria-describedby")).textContent);
      assert.match(description, /the last hour/);
    }
  });
});

test("can be used with the keyboard", async () => {
  await with_page("/", {}, async (page) => {
    await page.keyboard.press("Tab");
    const skip = page.locator(".skip");
    assert.ok(await skip.evaluate((each) => each === document.activeElement && each.getBoundingClientRect().left >= 0));
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate(() => document.activeElement.id), "charts");
    await page.locator("summary").first().focus();
    await page.keyboard.press("Enter");
    assert.ok(await page.locator("details").first().evaluate((each) => each.open));
  });
});

/// The page with a clock that the test sets.
async function with_clock(look) {
  const opened = await open(browser, "about:blank");
  await opened.page.clock.install();
  await opened.page.goto(URL_OF_PAGE, { waitUntil: "load" });
  await look(opened.page);
  await opened.close();
}

const refreshed = (page) => page.waitForResponse((response) => response.url() === new URL("/", URL_OF_PAGE).href);

test("refreshes itself, and leaves alone what the reader does", async () => {
  await with_clock(async (page) => {
    const collectors = page.locator("details#collectors");
    await collectors.locator("summary").click();
    await page.evaluate(() => { document.querySelector("main").dataset.edition = "old"; });
    await Promise.all([refreshed(page), page.clock.runFor(16_000)]);
    await page.waitForFunction(() => document.querySelector("main").dataset.edition === undefined);
    assert.ok(await collectors.evaluate((each) => each.open), "what was open is closed");
    assert.ok(await collectors.evaluate((each) => each.querySelector("summary") === document.activeElement), "the focus is lost");
  });
});

test("says when the exporter does not answer, and goes on when it does again", async () => {
  await with_clock(async (page) => {
    const said = page.locator("#refreshing [role=status]");
    await page.route("**/*", (route) => route.abort());
    await page.clock.runFor(16_000);
    await page.waitForFunction(() => document.querySelector("#refreshing [role=status]").textContent.startsWith("Not refreshed"));
    await page.unroute("**/*");
    await Promise.all([refreshed(page), page.clock.runFor(16_000)]);
    await page.waitForFunction(() => !document.querySelector("#refreshing [role=status]").textContent.startsWith("Not refreshed"));
    assert.ok(await said.count() === 1);
  });
});

test("can be kept from refreshing", async () => {
  await with_clock(async (page) => {
    const asked = [];
    await page.locator("#refreshing button").click();
    page.on("request", (request) => asked.push(request.url()));
    await page.clock.runFor(60_000);
    assert.deepEqual(asked, []);
    await Promise.all([refreshed(page), page.locator("#refreshing button").click()]);
  });
});

test("works without scripts", async () => {
  await with_page("/", { javaScriptEnabled: false }, async (page) => {
    assert.ok(await page.locator("#refreshing").isHidden());
    assert.ok(await page.locator("figure#packets svg.plot").isVisible());
  });
});

test("tells nobody who the clients are", async () => {
  await with_page("/", {}, async (page) => {
    const text = await page.content();
    for (const secret of (process.env.MIXNET_SECRETS ?? "").split(" ").filter(Boolean)) assert.ok(!text.includes(secret), secret);
  });
});
