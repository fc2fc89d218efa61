// SPDX-License-Identifier: Apache-2.0
#include "daemon/page/status_page.h"

namespace mixnet {
namespace {

/// Puts a new edition of the page in place of the old one and leaves alone what the reader has opened, where the keyboard is
/// and how far the page is scrolled. A hidden page is not refreshed.
constexpr std::string_view kScript = R"("use strict";
(() => {
  const SECONDS = 15, ANSWER = 10;
  const bar = document.getElementById("refreshing"), button = bar.querySelector("button"), said = bar.querySelector("span");
  let paused = false, timer = 0;

  const label = () => {
    button.textContent = paused ? "Refresh again" : "Pause refreshing";
    bar.hidden = false;
  };

  const say = (text) => {
    if (said.textContent !== text) said.textContent = text;
  };

  // How to find an element in the next edition: by its id, or as a link by where it leads.
  const finderOf = (element) => {
    if (!element || element === document.body) return null;
    if (element.id) return (root) => root.querySelector("#" + CSS.escape(element.id));
    if (element.matches("a")) return (root) => root.querySelector(`a[href="${CSS.escape(element.getAttribute("href"))}"]`);
    if (element.matches("summary")) return (root) => root.querySelector("#" + CSS.escape(element.parentElement.id) + " > summary");
    return null;
  };

  const replace = (fresh) => {
    const now = document.getElementById("status"), next = fresh.getElementById("status");
    if (!next) throw new Error("that is no status page");
    const open = [...now.querySelectorAll("details[open]")].map((each) => each.id);
    const focused = now.contains(document.activeElement) ? finderOf(document.activeElement) : null;
    for (const id of open) {
      const details = next.querySelector("#" + CSS.escape(id));
      if (details) details.open = true;
    }
    const before = now.querySelector("#verdict").textContent, after = next.querySelector("#verdict").textContent;
    now.replaceWith(document.adoptNode(next));
    document.title = fresh.title;
    document.querySelector("link[rel=icon]").href = fresh.querySelector("link[rel=icon]").href;
    if (focused) focused(document)?.focus({ preventScroll: true });
    say(before === after ? "" : after);
  };

  const refresh = async () => {
    if (paused || document.hidden) return;
    try {
      const answer = await fetch(location.pathname + location.search, { cache: "no-store", signal: AbortSignal.timeout(ANSWER * 1000) });
      if (!answer.ok) throw new Error("status " + answer.status);
      replace(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch (error) {
      say("Not refreshed: the exporter does not answer. What is shown is as old as it says.");
    }
    later();
  };

  const later = () => {
    clearTimeout(timer);
    if (!paused) timer = setTimeout(refresh, SECONDS * 1000);
  };

  button.addEventListener("click", () => {
    paused = !paused;
    label();
    if (paused) later(); else refresh();
  });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });
  label();
  later();
})();
)";

}  // namespace

std::string_view status_script() { return kScript; }

}  // namespace mixnet
