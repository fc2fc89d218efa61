// Own panel plugins on top of the drawing components of @grafana/ui. Option names follow the
// classic dashboard JSON, so a panel is drawn from exactly what will be shipped.
import React from 'react';
import {
  PanelPlugin, FieldType, getFieldDisplayValues, getDisplayValueAlignmentFactors, getFieldDisplayName, FieldColorModeId,
  identityOverrideProcessor, VizOrientation, renderMarkdown, formattedValueToString, getDisplayProcessor, cacheFieldDisplayNames,
} from '@grafana/data';
import {
  TimeSeries, BigValue, BigValueColorMode, BigValueGraphMode, BigValueJustifyMode, BigValueTextMode, BarGauge, BarGaugeDisplayMode, Table, VizRepeater,
  useTheme2, LegendDisplayMode,
} from '@grafana/ui';
import { BarGaugeValueMode, BarGaugeNamePlacement } from '@grafana/schema';
import { sceneUtils } from '@grafana/scenes';

const ed = () => null;
const custom = (b, defaults) => { for (const [path, defaultValue] of Object.entries(defaults)) b.addCustomEditor({ id: path, path, name: path, defaultValue, editor: ed, override: ed, process: identityOverrideProcessor, shouldApply: () => true }); };
const NoData = ({ text = 'No data' }) => <div data-nodata="1" style={{ display: 'flex', height: '100%', alignItems: 'center', justifyContent: 'center', opacity: 0.7, fontSize: 18 }}>{text}</div>;

const graphDefaults = {
  drawStyle: 'line', lineInterpolation: 'linear', barAlignment: 0, barWidthFactor: 0.6, lineWidth: 1, fillOpacity: 0, gradientMode: 'none', lineStyle: undefined, spanNulls: false,
  insertNulls: false, showPoints: 'auto', pointSize: 5, stacking: { mode: 'none', group: 'A' }, transform: undefined, axisPlacement: 'auto', axisLabel: '', axisWidth: undefined,
  axisSoftMin: undefined, axisSoftMax: undefined, axisCenteredZero: false, axisColorMode: 'text', axisBorderShow: false, axisGridShow: undefined, scaleDistribution: { type: 'linear' },
  hideFrom: { tooltip: false, viz: false, legend: false }, thresholdsStyle: { mode: 'off' }, fillBelowTo: undefined, lineColor: undefined, fillColor: undefined,
};

function graphable(series, theme) {
  const frames = [];
  for (const f of series) {
    if (!f.fields.some((x) => x.type === FieldType.time) || f.length === 0) continue;
    const fields = f.fields.filter((x) => x.type === FieldType.time || x.type === FieldType.number).map((x) => {
      if (x.type === FieldType.time) return x;
      const c = { ...x, config: { ...x.config, custom: { ...x.config.custom } }, values: x.values.map((v) => (v === undefined || Number.isNaN(v) || !Number.isFinite(v) ? null : v)) };
      return c;
    });
    if (fields.some((x) => x.type === FieldType.number)) frames.push({ ...f, fields });
  }
  return frames;
}

function TimeSeriesPanel({ data, width, height, timeRange, timeZone, options }) {
  const theme = useTheme2();
  const frames = React.useMemo(() => { const fr = graphable(data.series, theme); cacheFieldDisplayNames(fr); return fr; }, [data.series, theme]);
  if (!frames.length) return <NoData />;
  const legend = { showLegend: true, displayMode: LegendDisplayMode.List, placement: 'bottom', calcs: [], ...options.legend };
  return <TimeSeries frames={frames} structureRev={data.structureRev} width={width} height={height} timeRange={timeRange} timeZone={timeZone} legend={legend} options={options} />;
}
const ts = new PanelPlugin(TimeSeriesPanel).useFieldConfig({ standardOptions: { color: { defaultValue: { mode: FieldColorModeId.PaletteClassic } } }, useCustomConfig: (b) => custom(b, graphDefaults) });

function values({ data, options, fieldConfig, replaceVariables, timeZone, theme, sparkline }) {
  return getFieldDisplayValues({ fieldConfig, reduceOptions: { calcs: ['lastNotNull'], values: false, ...options.reduceOptions }, replaceVariables, theme, data: data.series, sparkline, timeZone, percentChange: options.showPercentChange });
}
const single = { standardOptions: { color: { defaultValue: { mode: FieldColorModeId.Thresholds } } } };
const orient = (o, w, h) => (o === 'horizontal' || o === 'vertical' ? o : w > h ? VizOrientation.Vertical : VizOrientation.Horizontal);

function StatPanel(p) {
  const theme = useTheme2(); const { width, height, options } = p;
  const graph = options.graphMode ?? 'area';
  const get = () => values({ ...p, theme, sparkline: graph !== 'none' });
  if (!p.data.series.length) return <NoData text={p.fieldConfig.defaults.noValue ?? 'No data'} />;
  return <VizRepeater width={width} height={height} source={p.data} renderCounter={p.renderCounter} orientation={orient(options.orientation, width, height)} itemSpacing={3} autoGrid={true} getValues={get}
    getAlignmentFactors={getDisplayValueAlignmentFactors}
    renderValue={({ value, width, height, count, alignmentFactors }) => {
      let sparkline = value.sparkline;
      if (sparkline) sparkline = { ...sparkline, timeRange: p.timeRange };
      return <BigValue value={value.display} count={count} sparkline={sparkline} colorMode={options.colorMode ?? BigValueColorMode.Value} graphMode={graph} justifyMode={options.justifyMode ?? BigValueJustifyMode.Auto}
        textMode={count === 1 && (!options.textMode || options.textMode === 'auto') ? BigValueTextMode.Value : options.textMode ?? BigValueTextMode.Auto} alignmentFactors={alignmentFactors} text={options.text} width={width} height={height} theme={theme} wideLayout={options.wideLayout ?? true} percentChangeColorMode={options.percentChangeColorMode} />;
    }} />;
}
const stat = new PanelPlugin(StatPanel).useFieldConfig(single);

// Gauge: @grafana/ui 13 has only the types of its gauge, not the component; drawn here from the same display value.
function Arc({ value, width, height, theme, options, count }) {
  const d = value.display; const fc = value.field ?? {};
  const min = fc.min ?? 0, max = fc.max ?? 100; const pct = Math.max(0, Math.min(1, ((d.numeric ?? 0) - min) / (max - min || 1)));
  const R = Math.min(width / 2, height * 0.62) - 14, cx = width / 2, cy = height * 0.62; const A0 = -210, A1 = 30;
  const pt = (r, a) => [cx + r * Math.cos((a * Math.PI) / 180), cy + r * Math.sin((a * Math.PI) / 180)];
  const arc = (r, p0, p1) => { const a0 = A0 + (A1 - A0) * p0, a1 = A0 + (A1 - A0) * p1; const [x0, y0] = pt(r, a0), [x1, y1] = pt(r, a1); return `M${x0} ${y0}A${r} ${r} 0 ${a1 - a0 > 180 ? 1 : 0} 1 ${x1} ${y1}`; };
  const steps = fc.thresholds?.steps ?? []; const pc = fc.thresholds?.mode === 'percentage';
  const pos = (s) => (s.value == null || s.value === -Infinity ? 0 : Math.max(0, Math.min(1, pc ? s.value / 100 : (s.value - min) / (max - min || 1))));
  return <svg width={width} height={height}>
    {options.showThresholdMarkers !== false && steps.map((s, i) => { const a = pos(s), b = i + 1 < steps.length ? pos(steps[i + 1]) : 1; return b > a ? <path key={i} d={arc(R + 7, a, b)} stroke={theme.visualization.getColorByName(s.color)} strokeWidth={4} fill="none" /> : null; })}
    <path d={arc(R - 6, 0, 1)} stroke={theme.colors.background.secondary} strokeWidth={16} fill="none" />
    {pct > 0 && <path d={arc(R - 6, 0, pct)} stroke={d.color} strokeWidth={16} fill="none" />}
    <text x={cx} y={cy + 4} textAnchor="middle" fontSize={Math.max(14, Math.min(R / 2.2, 34))} fill={d.color}>{formattedValueToString(d)}</text>
    {d.title && count > 1 && <text x={cx} y={cy + R * 0.62} textAnchor="middle" fontSize={13} fill={theme.colors.text.primary}>{d.title}</text>}
  </svg>;
}
function GaugePanel(p) {
  const theme = useTheme2(); const { width, height, options } = p;
  if (!p.data.series.length) return <NoData text={p.fieldConfig.defaults.noValue ?? 'No data'} />;
  return <VizRepeater width={width} height={height} source={p.data} renderCounter={p.renderCounter} orientation={orient(options.orientation, width, height)} getValues={() => values({ ...p, theme })} getAlignmentFactors={getDisplayValueAlignmentFactors}
    renderValue={({ value, width, height, count }) => <Arc count={count} value={value} width={width} height={height} theme={theme} options={options} />} />;
}
const gauge = new PanelPlugin(GaugePanel).useFieldConfig(single);

function BarGaugePanel(p) {
  const theme = useTheme2(); const { width, height, options } = p;
  if (!p.data.series.length) return <NoData text={p.fieldConfig.defaults.noValue ?? 'No data'} />;
  const o = options.orientation && options.orientation !== 'auto' ? options.orientation : width > height ? VizOrientation.Vertical : VizOrientation.Horizontal;
  return <VizRepeater width={width} height={height} source={p.data} renderCounter={p.renderCounter} orientation={o} itemSpacing={10} minVizWidth={8} minVizHeight={16} getValues={() => values({ ...p, theme })} getAlignmentFactors={getDisplayValueAlignmentFactors}
    renderValue={({ value, width, height, orientation, alignmentFactors }) => <BarGauge value={value.display} field={value.field} display={value.view?.getFieldDisplayProcessor?.(value.colIndex)} width={width} height={height} orientation={orientation} theme={theme} itemSpacing={10} lcdCellWidth={12} displayMode={options.displayMode ?? BarGaugeDisplayMode.Gradient} showUnfilled={options.showUnfilled ?? true} valueDisplayMode={options.valueMode ?? BarGaugeValueMode.Color} namePlacement={options.namePlacement ?? BarGaugeNamePlacement.Auto} alignmentFactors={alignmentFactors} text={options.text} />} />;
}
const bargauge = new PanelPlugin(BarGaugePanel).useFieldConfig(single);

function TablePanel({ data, width, height, options, timeRange }) {
  const frame = data.series[options.frameIndex ?? 0] ?? data.series[0];
  if (!frame || !frame.fields.length) return <NoData />;
  return <Table data={frame} width={width} height={height} noHeader={options.showHeader === false} showTypeIcons={false} resizable={false} initialSortBy={options.sortBy} footerOptions={options.footer} cellHeight={options.cellHeight ?? 'sm'} timeRange={timeRange} columnMinWidth={60} />;
}
const table = new PanelPlugin(TablePanel).useFieldConfig({ useCustomConfig: (b) => custom(b, { align: 'auto', cellOptions: { type: 'auto' }, width: undefined, minWidth: undefined, filterable: false, hidden: false, inspect: false, hideFrom: { viz: false, legend: false, tooltip: false } }) });

// state-timeline and status-history: Grafana's own drawing code is not in any npm package, so
// this one is the harness's: merged runs of equal display values, coloured by the display processor.
function StateTimelinePanel({ data, width, height, timeRange, options, timeZone }) {
  const theme = useTheme2();
  const rows = [];
  for (const f of data.series) {
    const t = f.fields.find((x) => x.type === FieldType.time);
    if (!t) continue;
    for (const v of f.fields) {
      if (v === t || v.config.custom?.hideFrom?.viz) continue;
      const disp = v.display ?? getDisplayProcessor({ field: v, theme, timeZone });
      const runs = []; const step = t.values.length > 1 ? t.values[1] - t.values[0] : 15000;
      for (let i = 0; i < t.values.length; i++) {
        const d = v.values[i] == null ? null : disp(v.values[i]);
        const key = d ? formattedValueToString(d) + d.color : null;
        const last = runs[runs.length - 1];
        if (last && last.key === key && t.values[i] - last.end <= step * 1.5) last.end = t.values[i];
        else { if (last) last.end = Math.min(t.values[i], last.end + step); runs.push({ key, d, start: t.values[i], end: t.values[i] }); }
      }
      const last = runs[runs.length - 1]; if (last) last.end += step;
      rows.push({ name: getFieldDisplayName(v, f, data.series), runs: runs.filter((r) => r.d) });
    }
  }
  if (!rows.length || !rows.some((r) => r.runs.length)) return <NoData />;
  const from = timeRange.from.valueOf(), to = timeRange.to.valueOf();
  const left = Math.min(width * 0.3, 8 + 7 * Math.max(...rows.map((r) => r.name.length))), axis = 20;
  const rh = (height - axis) / rows.length, bh = rh * (options.rowHeight ?? 0.9);
  const x = (ms) => left + ((Math.max(from, Math.min(to, ms)) - from) / (to - from)) * (width - left);
  const ticks = Array.from({ length: 6 }, (_, i) => from + ((to - from) * i) / 5);
  return <svg width={width} height={height} style={{ fontSize: 12, fill: theme.colors.text.primary }}>
    {rows.map((r, i) => <g key={i} transform={`translate(0,${i * rh})`}>
      <text x={left - 6} y={rh / 2 + 4} textAnchor="end">{r.name}</text>
      {r.runs.map((q, j) => { const w = Math.max(1, x(q.end) - x(q.start)); return <g key={j}><rect x={x(q.start)} y={(rh - bh) / 2} width={w} height={bh} fill={q.d.color ?? '#888'} fillOpacity={0.75} />{w > 40 && <text x={x(q.start) + 6} y={rh / 2 + 4} fill="#fff">{formattedValueToString(q.d)}</text>}</g>; })}
    </g>)}
    {ticks.map((t, i) => <text key={i} x={x(t)} y={height - 4} textAnchor={i === 5 ? 'end' : i ? 'middle' : 'start'} fill={theme.colors.text.secondary}>{new Date(t).toISOString().slice(11, 16)}</text>)}
  </svg>;
}
const stateTimeline = () => new PanelPlugin(StateTimelinePanel).useFieldConfig({ standardOptions: { color: { defaultValue: { mode: FieldColorModeId.ContinuousGrYlRd } } }, useCustomConfig: (b) => custom(b, { lineWidth: 0, fillOpacity: 70, spanNulls: false, hideFrom: { tooltip: false, viz: false, legend: false } }) });

function TextPanel({ options, replaceVariables }) {
  const c = replaceVariables(options.content ?? '');
  return <div style={{ padding: 4, overflow: 'auto', height: '100%' }} dangerouslySetInnerHTML={{ __html: options.mode === 'html' ? c : renderMarkdown(c) }} />;
}
const text = new PanelPlugin(TextPanel);

// Heatmap of Prometheus buckets (format: heatmap): rows are buckets, columns are time steps.
function HeatmapPanel({ data, width, height, timeZone }) {
  const theme = useTheme2();
  const f = data.series[0];
  const t = f?.fields.find((x) => x.type === FieldType.time);
  const rows = data.series.length > 1 ? data.series.map((s) => s.fields.find((x) => x.type === FieldType.number)) : f?.fields.filter((x) => x.type === FieldType.number) ?? [];
  if (!t || !rows.length) return <NoData />;
  const max = Math.max(1e-9, ...rows.flatMap((r) => r.values.filter((v) => v != null && Number.isFinite(v))));
  const left = 60, axis = 20, cw = (width - left) / t.values.length, ch = (height - axis) / rows.length;
  return <svg width={width} height={height} style={{ fontSize: 11 }}>
    {rows.map((r, j) => <g key={j}><text x={left - 4} y={height - axis - (j + 0.5) * ch + 4} textAnchor="end" fill={theme.colors.text.secondary}>{r.config.displayNameFromDS ?? r.name}</text>
      {r.values.map((v, i) => v > 0 ? <rect key={i} x={left + i * cw} y={height - axis - (j + 1) * ch} width={cw + 0.5} height={ch} fill={`hsl(${40 - 40 * (v / max)},90%,${30 + 30 * (v / max)}%)`} /> : null)}</g>)}
  </svg>;
}
const heatmap = new PanelPlugin(HeatmapPanel).useFieldConfig({ useCustomConfig: (b) => custom(b, { hideFrom: { tooltip: false, viz: false, legend: false }, scaleDistribution: { type: 'linear' } }) });

// Listed, but not drawn from data here: the panel says so, and the report marks it.
const placeholder = (id, why) => { const P = () => <div data-placeholder={id} style={{ opacity: 0.6, padding: 8 }}>{id}: {why}</div>; const p = new PanelPlugin(P); return p; };

export function registerPanels() {
  const all = { timeseries: ts, stat, gauge, bargauge, table, 'state-timeline': stateTimeline(), 'status-history': stateTimeline(), text, heatmap,
    alertlist: placeholder('alertlist', 'needs a Grafana server'), dashlist: placeholder('dashlist', 'needs a Grafana server'), logs: placeholder('logs', 'needs Loki'), annolist: placeholder('annolist', 'needs a Grafana server'), news: placeholder('news', 'not allowed offline') };
  for (const [pluginId, plugin] of Object.entries(all)) {
    sceneUtils.registerRuntimePanelPlugin({ pluginId, plugin });
    if (['text', 'alertlist', 'dashlist', 'news', 'annolist'].includes(pluginId)) plugin.meta.skipDataQuery = true;
  }
  return Object.keys(all);
}
