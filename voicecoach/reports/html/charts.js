"use strict";
// The charts of a call, drawn by Bokeh when the page has loaded: who spoke when with what was found, pace, pitch,
// loudness, on one axis of time. A click asks the player for a second ("voicecoach:seek"); the head follows it.
(() => {
  const box = document.getElementById("charts");
  if (!box) return;
  const drawing = document.getElementById("drawing"), head = drawing.querySelector(".head");
  const data = JSON.parse(document.getElementById("charts-data").textContent);
  const closest = 2; // s that the narrowest view shows
  const paper = 640; // pixels of width that any paper has
  const duration = Math.max(data.duration, closest);
  let at = 0, range = null, frames = [];

  const { texts, fill, number, clock } = language;
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim() || "#777";
  const ink = document.createElement("canvas").getContext("2d");
  const wide = (text, size) => { // pixels
    ink.font = `${size}px ${css("--font")}`;
    return ink.measureText(text).width;
  };
  const labelled = (label, detail) => (detail ? fill("labelled", { label, detail }) : label);

  // --- the library: packed in the page, unpacked and run once, as the page's policy allows by its hash
  const unpack = async () => {
    const packed = document.getElementById("charts-library");
    const bytes = Uint8Array.from(atob(packed.textContent.trim()), (c) => c.charCodeAt(0));
    packed.remove();
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    restyle();
    const script = document.createElement("script");
    script.textContent = await new Response(stream).text();
    document.head.append(script);
    if (!window.Bokeh) throw new Error("not run");
    script.remove();
    Bokeh.set_log_level("error");
  };
  // Bokeh puts <style> elements into its shadow roots, which a strict policy refuses; sheets made by a script need
  // no such leave, so each stands for its element and changes with it.
  const restyle = () => {
    const ours = new CSSStyleSheet(); // the page's variables reach in there
    ours.replaceSync(`
      :host(.bk-Tooltip) { --tooltip-color: var(--surface); --tooltip-text: var(--text); --tooltip-border: var(--edge); --tooltip-arrow-color: var(--edge); max-width: min(24rem, 90vw); border-radius: 6px; opacity: 1; }
      .bk-tooltip-row-label { color: var(--muted); white-space: nowrap; }
      .bk-tooltip-row-value { overflow-wrap: anywhere; }`);
    const sheets = new WeakMap(), append = ShadowRoot.prototype.append;
    const sheet = (style) => {
      if (!sheets.has(style)) {
        const made = new CSSStyleSheet();
        const copy = () => made.replaceSync(style.textContent);
        copy();
        new MutationObserver(copy).observe(style, { childList: true, characterData: true, subtree: true });
        sheets.set(style, made);
      }
      return sheets.get(style);
    };
    ShadowRoot.prototype.append = function (...nodes) {
      for (const node of nodes) {
        if (node instanceof HTMLStyleElement) {
          const own = sheet(node);
          this.adoptedStyleSheets = [...this.adoptedStyleSheets.filter((one) => one !== own && one !== ours), own, ours];
        } else append.call(this, node);
      }
    };
  };

  // --- colours: of the page, taken anew when its theme changes
  const painters = [];
  const paint = (model, names) => {
    const apply = () => { for (const [key, name] of Object.entries(names)) model[key] = css(name); };
    painters.push(apply);
    apply();
  };
  const colour = (speaker) => (speaker === "customer" ? "--customer" : speaker === "agent" ? "--agent" : "--note");
  const tone = { positive: "--good", negative: "--again", neutral: "--note" };
  const shape = { neutral: "circle", positive: "triangle", negative: "inverted_triangle" };
  const lane = { positive: 0.6, neutral: 0, negative: -0.6 }; // crowded marks do not hide those of another kind

  // --- panes
  const pane = (height, label, y) => {
    const figure = Bokeh.Plotting.figure({
      height, x_range: range, y_range: y, tools: [], toolbar_location: null, sizing_mode: "stretch_width",
      min_border_left: border, min_border_right: duration < 3600 ? 18 : 26, min_border_top: 4, min_border_bottom: 4, outline_line_color: null, title: label,
    });
    const pan = new Bokeh.PanTool({ dimensions: "width" });
    figure.add_tools(pan, new Bokeh.WheelZoomTool({ dimensions: "width", modifiers: { ctrl: true } }));
    figure.toolbar.active_drag = pan;
    const x = figure.below[0], left = figure.left[0];
    x.ticker = new Bokeh.FixedTicker({ ticks: [] });
    x.visible = false;
    times.push(x);
    const lines = { axis_line_color: "--line", major_tick_line_color: "--edge", minor_tick_line_color: "--line", major_label_text_color: "--muted", axis_label_text_color: "--muted" };
    for (const axis of [x, left]) {
      axis.minor_tick_line_alpha = 0;
      Object.assign(axis, { major_label_text_font_size: "12px", major_label_text_font: css("--font") });
      paint(axis, lines);
    }
    const font = css("--font");
    if (figure.title) {
      Object.assign(figure.title, { text_font_size: "12px", text_font: font, text_font_style: "bold", standoff: 4 });
      paint(figure.title, { text_color: "--text" });
    }
    for (const grid of [figure.xgrid, figure.ygrid]) paint(grid, { grid_line_color: "--line" });
    paint(figure, { background_fill_color: "--surface", border_fill_color: "--surface" });
    for (const phase of data.phases) {
      const k = data.phases.indexOf(phase);
      if (k % 2) continue;
      const band = new Bokeh.BoxAnnotation({ left: phase.start, right: phase.end, fill_alpha: 0.5, line_color: null, level: "underlay" });
      paint(band, { fill_color: "--sunken" });
      figure.add_layout(band);
    }
    figure.on_event("tap", (event) => click(event, figure));
    return figure;
  };
  // round times, as many as have room: a formatter of our own would need eval
  const times = [], steps = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600];
  const tick = () => {
    const wide = range.end - range.start, most = Math.max(2, (frames[0]?.width ?? 600) / 90);
    const step = steps.find((one) => wide / one <= most) ?? 7200;
    const first = Math.ceil(range.start / step), count = Math.floor(range.end / step) - first + 1;
    const ticks = Array.from({ length: count }, (_, k) => (first + k) * step);
    const labels = new Map(ticks.map((seconds) => [seconds, step < 1 ? clock(seconds) : clock(seconds).slice(0, -2)]));
    for (const axis of times) {
      axis.major_label_overrides = labels;
      axis.ticker.ticks = ticks;
    }
  };
  const source = (columns) => new Bokeh.ColumnDataSource({ data: columns });
  const hover = (figure, renderers, rows, extra = {}) => {
    for (const one of renderers) one.hover_glyph = null; // it stays as it is
    figure.add_tools(new Bokeh.HoverTool({ renderers, tooltips: rows, toggleable: false, ...extra }));
  };

  const numbers = (list) => Float64Array.from(list, (value) => (value === null ? NaN : value));
  const line = (figure, found, name, unit, speaker, digits) => {
    const x = Float64Array.from(found.values, (_, k) => k * found.step);
    const from = source({ x, y: numbers(found.values).map((v) => Math.min(Math.max(v, figure.y_range.start), figure.y_range.end)), time: Array.from(x, clock), value: found.values.map((v) => (v === null ? "" : fill("quantity", { value: number(v, digits), unit }))) });
    const drawn = figure.line({ field: "x" }, { field: "y" }, { source: from, line_width: 1.8, line_join: "round" });
    paint(drawn.glyph, { line_color: colour(speaker) });
    const dots = figure.scatter({ field: "x" }, { field: "y" }, { source: from, size: 2, line_color: null });
    dots.hover_glyph = null;
    paint(dots.glyph, { fill_color: colour(speaker) });
    hover(figure, [drawn], [[texts.at, "@time"], [name, "@value"]], { mode: "vline", line_policy: "nearest" });
  };
  const band = (figure, found) => {
    if (!found) return;
    const own = new Bokeh.BoxAnnotation({ bottom: found.low, top: found.high, fill_alpha: 0.35, line_dash: [4, 3], level: "underlay" });
    paint(own, { fill_color: "--accent-ground", line_color: "--accent" });
    figure.add_layout(own);
    const text = new Bokeh.Label({ x: 6, y: found.high, x_units: "screen", text: found.label, text_font: css("--font"), text_font_size: "11px", text_baseline: "bottom" });
    paint(text, { text_color: "--muted" });
    figure.add_layout(text);
  };
  const levels = (figure) => { // about four round values, as the reader's language writes them
    const { start, end } = figure.y_range, ten = 10 ** Math.floor(Math.log10((end - start) / 4));
    const off = (step) => Math.abs((end - start) / step - 4);
    const step = [1, 2, 5, 10].map((k) => k * ten).reduce((best, one) => (off(one) < off(best) ? one : best));
    const first = Math.ceil(start / step), count = Math.floor(end / step) - first + 1;
    const ticks = Array.from({ length: count }, (_, k) => (first + k) * step);
    figure.left[0].ticker = new Bokeh.FixedTicker({ ticks });
    figure.left[0].major_label_overrides = new Map(ticks.map((value) => [value, number(value, Math.max(0, -Math.floor(Math.log10(step))))]));
  };
  const bounds = (values, least) => {
    const known = values.filter((value) => value !== null).sort((a, b) => a - b);
    const apart = Math.floor(((1 - data.shown_share) / 2) * known.length);
    const low = known[apart], high = known[known.length - 1 - apart], room = Math.max((high - low) * 0.1, (least - (high - low)) / 2, 0.1);
    return new Bokeh.Range1d({ start: low - room, end: high + room });
  };

  // --- who spoke when, what was found: rows from the top
  const ROWS = [
    ["pauses", ["pause", "silence"]], ["fillers", ["filler"]], ["both", ["overlap", "interruption"]], ["listening", ["backchannel"]],
  ];
  const called = (name) => data.called[name] ?? texts[name] ?? name;
  let border = 84; // pixels left of the panes
  const voices = () => {
    const rows = ROWS.filter(([, kinds]) => data.events.some((event) => kinds.includes(event.kind)));
    const order = [...(data.phases.length ? ["phases"] : []), ...(data.marks.length ? ["findings"] : []), ...data.speakers, ...rows.map(([name]) => name)];
    const tall = (name) => (data.speakers.includes(name) ? 2.2 : name === "findings" ? 2.1 : 1);
    let y = 0;
    const middle = {};
    for (const name of [...order].reverse()) {
      middle[name] = y + tall(name) / 2;
      y += tall(name);
    }
    border = Math.max(border, ...order.map((name) => wide(called(name), 12) + 18));
    const figure = pane(Math.round(y * 19) + 30, texts.voices, new Bokeh.Range1d({ start: -0.1, end: y + 0.1 }));
    const axis = figure.left[0];
    axis.ticker = new Bokeh.FixedTicker({ ticks: order.map((name) => middle[name]) });
    axis.major_label_overrides = new Map(order.map((name) => [middle[name], called(name)]));
    figure.ygrid.visible = false;

    if (data.phases.length) {
      const spans = data.phases.map((phase) => ({ ...phase, y: middle.phases }));
      const drawn = bars(figure, spans, 0.42, "--sunken", { fill_alpha: 1 });
      paint(drawn.glyph, { line_color: "--edge" });
      hover(figure, [drawn], [[texts.phase, "@text"], [texts.from, "@time"]]);
      const text = figure.text({ field: "left" }, { field: "y" }, { field: "text" }, {
        source: drawn.data_source, text_font: css("--font"), text_font_size: "11px", text_baseline: "middle", x_offset: 4,
      });
      paint(text.glyph, { text_color: "--text" });
      fits(text, drawn.data_source);
    }
    for (const name of data.speakers) {
      const spells = data.talk.filter((spell) => spell.speaker === name).map((spell) => ({ ...spell, y: middle[name], text: data.called[name] }));
      const drawn = bars(figure, spells, data.level[name] ? 1 : 0.5, colour(name), { fill_alpha: data.level[name] ? 0.12 : 0.7 });
      hover(figure, [drawn], [[texts.speaks, "@text"], [texts.from, "@time"]]);
      if (data.level[name]) wave(figure, name, middle[name]);
    }
    for (const [name, kinds] of rows) {
      const found = data.events.filter((event) => kinds.includes(event.kind));
      const spans = found.map((event) => ({ ...event, y: middle[name], text: labelled(event.label, event.detail), who: called(event.speaker) }));
      const drawn = bars(figure, spans, 0.3, "--edge", { fill_alpha: 0.8 });
      paint(drawn.glyph, { line_color: "--edge" });
      hover(figure, [drawn], [[texts.what, "@text"], [texts.who, "@who"], [texts.from, "@time"], [texts.length, "@length"]]);
    }
    if (data.marks.length) {
      for (const kind of Object.keys(shape)) {
        const some = data.marks.filter((mark) => mark.polarity === kind);
        if (!some.length) continue;
        const from = source({
          x: some.map((mark) => mark.start), y: some.map(() => middle.findings + lane[kind]), time: some.map((mark) => fill("mark", { time: clock(mark.start), label: mark.label })),
          said: some.map((mark) => mark.message), quote: some.map((mark) => mark.quote),
        });
        const drawn = figure.scatter({ field: "x" }, { field: "y" }, { source: from, size: Math.min(12, Math.max(7, 700 / some.length)), marker: shape[kind], line_width: 1 });
        paint(drawn.glyph, { fill_color: tone[kind], line_color: "--surface" });
        hover(figure, [drawn], [[texts.at, "@time"], [texts.found, "@said"], [texts.words, "@quote"]], { limit: 3 });
      }
    }
    figure.tags = [{ findings: middle.findings }];
    return figure;
  };
  const bars = (figure, spans, half, name, options) => {
    const from = source({
      left: spans.map((one) => one.start), right: spans.map((one) => Math.max(one.end, one.start + 0.02)),
      bottom: spans.map((one) => one.y - half), top: spans.map((one) => one.y + half), y: spans.map((one) => one.y),
      text: spans.map((one) => one.text ?? one.name ?? ""), who: spans.map((one) => one.who ?? ""),
      time: spans.map((one) => clock(one.start)), length: spans.map((one) => fill("seconds", { value: number(one.end - one.start, 1) })),
    });
    const drawn = figure.quad({ left: { field: "left" }, right: { field: "right" }, bottom: { field: "bottom" }, top: { field: "top" }, source: from, line_color: null, ...options });
    paint(drawn.glyph, { fill_color: name });
    return drawn;
  };
  // a name is written only where its bar has room for it
  const fits = (text, from) => {
    const whole = from.data.text;
    const lay = () => {
      const scale = (frames[0]?.width ?? 600) / (range.end - range.start);
      const left = from.data.left.map((start) => Math.max(start, range.start));
      const shown = whole.map((name, k) => ((Math.min(from.data.right[k], range.end) - left[k]) * scale > wide(name, 11) + 8 ? name : ""));
      labels.data = { ...labels.data, left, text: shown };
    };
    const labels = source({ left: from.data.left, y: from.data.y, text: whole.map(() => "") });
    text.data_source = labels;
    laid.push(lay);
  };
  const laid = [];
  const wave = (figure, name, y) => {
    const found = data.level[name];
    const loudest = Math.max(...Object.values(data.level).flatMap((one) => one.high)) / 20;
    const high = (level) => Math.min(1, 10 ** (level / 20 - loudest));
    const x = Float64Array.from(found.high, (_, k) => k * found.step);
    for (const [levels, alpha] of [[found.high, 0.45], [found.mean, 0.9]]) {
      const size = Float64Array.from(levels, high);
      const from = source({ x, low: size.map((v) => y - v), high: size.map((v) => y + v) });
      const drawn = figure.varea({ x: { field: "x" }, y1: { field: "low" }, y2: { field: "high" }, source: from, fill_alpha: alpha });
      paint(drawn.glyph, { fill_color: colour(name) });
    }
  };

  // --- time: zoom, pan, click, play head
  const show = (start, end) => {
    const wide = Math.min(Math.max(end - start, closest), duration);
    const from = Math.min(Math.max(start, 0), duration - wide);
    range.setv({ start: from, end: from + wide });
  };
  const zoom = (factor) => {
    const wide = range.end - range.start, seen = at >= range.start && at <= range.end;
    const middle = seen ? at : (range.start + range.end) / 2, share = (middle - range.start) / wide;
    show(middle - share * wide * factor, middle + (1 - share) * wide * factor);
  };
  const shift = (share) => show(range.start + share * (range.end - range.start), range.end + share * (range.end - range.start));
  const moves = { in: () => zoom(0.5), out: () => zoom(2), earlier: () => shift(-0.5), later: () => shift(0.5), all: () => show(0, duration) };
  const click = (event, figure) => {
    if (event.x === null || event.x === undefined) return;
    let start = event.x;
    const row = figure.tags?.[0]?.findings;
    if (row !== undefined && Math.abs(event.y - row) < 1.1) { // a mark near the finger stands for its finding
      const scale = (frames[0]?.width ?? 600) / (range.end - range.start); // pixels a second; a row is 19 pixels
      const far = (mark) => Math.hypot((mark.start - event.x) * scale, (row + lane[mark.polarity] - event.y) * 19);
      const near = data.marks.reduce((best, mark) => (best && far(best) <= far(mark) ? best : mark), null);
      if (near && far(near) <= 20 && Math.abs(near.start - event.x) * scale <= 12) start = Math.max(0, near.start - data.lead_in);
    }
    document.dispatchEvent(new CustomEvent("voicecoach:seek", { detail: { start, play: true } }));
  };
  const place = () => {
    const frame = frames[0];
    if (!frame) return;
    const x = frame.left + ((at - range.start) / (range.end - range.start)) * frame.width;
    const inside = at >= range.start && at <= range.end;
    head.style.visibility = inside ? "visible" : "hidden";
    if (inside) head.style.transform = `translateX(${x - 1}px)`;
  };
  document.addEventListener("voicecoach:at", (event) => {
    at = event.detail.at;
    if (!range) return;
    if (at < range.start || at > range.end) show(at - (range.end - range.start) * 0.1, at + (range.end - range.start) * 0.9);
    place();
  });
  document.addEventListener("keydown", (event) => {
    if (!range || event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.("input, select, textarea")) return;
    const wanted = { "+": "in", "=": "in", "-": "out", 0: "all" }[event.key] ?? (event.shiftKey ? { ArrowLeft: "earlier", ArrowRight: "later" }[event.key] : null);
    if (!wanted) return;
    event.preventDefault();
    moves[wanted]();
  });

  const draw = async () => {
    await unpack();
    range = new Bokeh.Range1d({ start: 0, end: duration, bounds: [0, duration], min_interval: closest });
    const panes = [voices()];
    const add = (height, label, y) => { const figure = pane(height, label, y); levels(figure); panes.push(figure); return figure; };
    const agent = data.level.agent ? "agent" : data.speakers[0];
    if (data.pace?.values.some((value) => value !== null)) {
      const figure = add(92, fill("pace_pane", { unit: data.pace.unit }), bounds([...data.pace.values, data.bands.pace?.low ?? null, data.bands.pace?.high ?? null], 2));
      band(figure, data.bands.pace);
      line(figure, data.pace, texts.pace, data.pace.unit, agent, 1);
    }
    if (data.pitch?.values.some((value) => value !== null)) {
      const figure = add(110, texts.pitch_pane, bounds(data.pitch.values, 12));
      band(figure, data.bands.pitch);
      line(figure, data.pitch, texts.pitch, texts.semitones, agent, 1);
    }
    if (data.loudness?.values.some((value) => value !== null)) {
      line(add(92, texts.loudness_pane, bounds(data.loudness.values, 20)), data.loudness, texts.loudness, "dBFS", agent, 0);
    }
    const last = panes[panes.length - 1], axis = last.below[0];
    axis.visible = true;
    last.min_border_bottom = 30;
    last.height += 26;
    const target = document.createElement("div");
    drawing.querySelector("p").replaceWith(target);
    const view = await Bokeh.Plotting.show(new Bokeh.Column({ children: panes, sizing_mode: "stretch_width", spacing: 0 }), target);
    const root = Array.isArray(view) ? view[0] : view;
    const views = (root.root_views ?? root.roots ?? [root]).flatMap((one) => one.child_views ?? [one]);
    const fit = () => {
      tick();
      for (const lay of laid) lay();
      place();
    };
    const settle = () => {
      frames = views.map((one) => ({ left: one.frame.bbox.left, width: one.frame.bbox.width }));
      for (const { canvas } of views) {
        canvas.events_el.style.touchAction = "pan-y"; // a finger scrolls the page
        canvas.events_el.tabIndex = -1; // the buttons above and the keys do all that it does
      }
      fit();
    };
    new ResizeObserver(() => requestAnimationFrame(settle)).observe(drawing);
    let waiting = 0;
    for (const key of ["start", "end"]) range.connect(range.properties[key].change, () => {
      place();
      waiting ||= requestAnimationFrame(() => { waiting = 0; fit(); });
    });
    settle();
    for (const button of box.querySelectorAll("[data-zoom]")) {
      button.disabled = false;
      button.addEventListener("click", () => moves[button.dataset.zoom]());
    }
    addEventListener("beforeprint", () => { // paper is narrower than many a window, and nothing is drawn anew for it
      const wide = target.clientWidth;
      Object.assign(target.style, { width: `${wide}px`, zoom: Math.min(1, paper / wide) });
    });
    addEventListener("afterprint", () => Object.assign(target.style, { width: "", zoom: "" }));
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { for (const apply of painters) apply(); });
    box.dataset.drawn = "yes";
    document.dispatchEvent(new CustomEvent("voicecoach:drawn"));
    window.voicecoach = { ...window.voicecoach, charts: { range, views } };
  };
  const begin = () => setTimeout(() => draw().catch((error) => {
    const text = drawing.querySelector("p") ?? drawing.appendChild(document.createElement("p"));
    text.textContent = texts.not_drawn;
    box.dataset.drawn = "no";
    document.dispatchEvent(new CustomEvent("voicecoach:drawn"));
    box.dataset.why = String(error);
  }), 0);
  if (document.readyState === "complete") begin();
  else addEventListener("load", begin);
})();
