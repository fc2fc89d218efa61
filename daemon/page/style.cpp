// SPDX-License-Identifier: Apache-2.0
#include "daemon/page/status_page.h"

namespace mixnet {
namespace {

/// Colours that can be told apart by who sees no red or no green, with a contrast of 3:1 as lines and 4.5:1 as text; lines
/// differ in their dashes too.
constexpr std::string_view kStyle = R"(
:root {
  color-scheme: light dark;
  --paper: #fff; --ink: #1b1f24; --faint: #596069; --rule: #d9dde2; --grid: #e9ecef; --link: #0b5cad;
  --c1: #0b62a8; --c2: #b8500a; --c4: #7d4a9e; --grey: #6b7280; --bad: #c0272d;
  --ok: #0a7042; --warning: #8f5600; --critical: #b3202a; --unknown: #596069;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14171b; --ink: #e6e8eb; --faint: #a5adb7; --rule: #3a4048; --grid: #262b31; --link: #7ab8f5;
    --c1: #5aaef0; --c2: #f2965a; --c4: #c79be0; --grey: #9aa3ad; --bad: #ff7b7b;
    --ok: #4cc38a; --warning: #f0b429; --critical: #ff8585; --unknown: #a5adb7;
  }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 0 1rem 2rem; max-width: 84rem; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
a { color: var(--link); }
a:focus-visible, button:focus-visible, summary:focus-visible, [tabindex]:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: .5rem; padding: .25rem .75rem; background: var(--paper); z-index: 1; }
header { display: flex; flex-wrap: wrap; gap: 0 1rem; align-items: baseline; justify-content: space-between; }
h1 { font-size: 1.1rem; margin: .75rem 0; }
h2 { font-size: 1.15rem; margin: 1.5rem 0 .5rem; }
h3 { font-size: 1rem; margin: .75rem 0 .25rem; }
h3 small { color: var(--faint); font-weight: 400; }
p { margin: .25rem 0; max-width: 75ch; }
#refreshing { color: var(--faint); font-size: .85rem; }
button { font: inherit; color: inherit; background: none; border: 1px solid var(--rule); border-radius: .3rem; padding: .1rem .6rem; cursor: pointer; }
.health { border-left: .4rem solid var(--unknown); padding: .1rem 0 .5rem 1rem; }
.health h2 { font-size: 1.5rem; line-height: 1.25; margin: .25rem 0; }
.health.ok { border-color: var(--ok); } .health.ok h2 { color: var(--ok); }
.health.warning { border-color: var(--warning); } .health.warning h2 { color: var(--warning); }
.health.critical { border-color: var(--critical); } .health.critical h2 { color: var(--critical); }
.as-of, .since, .note, figcaption p { color: var(--faint); font-size: .875rem; }
.since { white-space: nowrap; }
.problems { list-style: none; margin: .75rem 0; padding: 0; }
.problems li { border-top: 1px solid var(--rule); padding: .5rem 0; }
.problems strong { display: inline-block; min-width: 4.5em; }
.problems .critical strong { color: var(--critical); }
.problems .warning strong { color: var(--warning); }
.problems .unknown strong { color: var(--unknown); }
.remedy { padding-left: 1rem; border-left: 2px solid var(--rule); }
.plain { margin: .25rem 0; padding-left: 1.25rem; }
.one-line { font-size: 1.1rem; font-variant-numeric: tabular-nums; }
.figures { display: flex; flex-wrap: wrap; gap: .25rem 1.75rem; margin: 0; }
.figures dt { color: var(--faint); font-size: .85rem; }
.figures dd { margin: 0; font-size: 1.15rem; font-variant-numeric: tabular-nums; }
.bar { display: flex; flex-wrap: wrap; gap: 0 1.5rem; align-items: baseline; border-top: 1px solid var(--rule); margin-top: 1.5rem; }
nav ul, footer ul { display: flex; flex-wrap: wrap; gap: .5rem 1rem; list-style: none; margin: .25rem 0; padding: 0; }
nav a { display: inline-block; padding: .2rem .6rem; border: 1px solid var(--rule); border-radius: .3rem; text-decoration: none; }
a[aria-current] { color: inherit; font-weight: 700; border-color: currentColor; text-decoration: none; }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 22rem), 1fr)); gap: .75rem 2.25rem; }
figure { margin: 0; min-width: 0; }
.plot { display: block; padding: 10px 16px 22px 62px; overflow: visible; font-size: 11px; font-variant-numeric: tabular-nums; }
.plot svg { overflow: visible; }
.plot text { fill: var(--faint); }
.plot .time { text-anchor: middle; }
.plot .value { text-anchor: end; }
.plot .row { fill: var(--ink); font-size: 12px; }
.plot .tick { stroke: var(--grey); }
.plot path { vector-effect: non-scaling-stroke; }
path { fill: none; stroke-linejoin: round; stroke-linecap: round; }
.grid { stroke: var(--grid); } .zero { stroke: var(--grey); } .level { stroke: var(--grey); }
.line { stroke-width: 1.5; }
.limit { stroke-width: 1; stroke-dasharray: 6 4; }
.c1 { stroke: var(--c1); } .c2 { stroke: var(--c2); }
.c4 { stroke: var(--c4); } .grey { stroke: var(--grey); } .bad { stroke: var(--bad); }
.line.c4 { stroke-dasharray: 5 3; } .line.grey { stroke-dasharray: 2 3; } .line.bad { stroke-width: 2; }
.band { stroke: none; opacity: .22; } .bar.c1, .bar.c2 { stroke: none; }
.band.c1, path.bar.c1 { fill: var(--c1); } .band.c2, path.bar.c2 { fill: var(--c2); }
.band.c4 { fill: var(--c4); } .band.grey { fill: var(--grey); } .band.bad { fill: var(--bad); }
.mark { stroke: var(--ink); stroke-width: 1.5; stroke-dasharray: 3 2; }
.span { opacity: .12; }
rect.warning { fill: var(--warning); } rect.critical { fill: var(--critical); }
.swatch { width: 22px; height: 12px; margin-right: 6px; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
.legend { width: 100%; font-size: .8rem; line-height: 1.35; }
.legend th { font-weight: 400; text-align: left; }
.legend tbody th { padding-left: 28px; text-indent: -28px; }
.legend thead th { color: var(--faint); }
.legend td, .legend thead th + th { text-align: right; padding-left: .5rem; white-space: nowrap; }
.wide { overflow-x: auto; }
.wide th, .wide td { text-align: left; vertical-align: top; padding: .2rem .75rem .2rem 0; border-bottom: 1px solid var(--rule); min-width: 5rem; }
td.failing { color: var(--critical); }
td.absent, td.off { color: var(--faint); }
summary { cursor: pointer; padding: .25rem 0; }
footer { border-top: 1px solid var(--rule); margin-top: 2rem; padding-top: .5rem; color: var(--faint); font-size: .875rem; }
@media (max-width: 30rem) {
  .plot .odd { display: none; }
  .plot { padding-left: 56px; padding-right: 10px; }
  .legend th:nth-child(4), .legend td:nth-child(4) { display: none; }
}
@media (forced-colors: active) { .plot path, .plot line { forced-color-adjust: none; } }
@media print { #refreshing, nav, .skip { display: none; } }
)";

}  // namespace

std::string_view status_style() { return kStyle; }

std::string_view status_style_digest() { return "TreUTxtuoKxHmsxSlQ8AHFxk2ZKLMOWBJgpGcEgXGPg="; }

}  // namespace mixnet
