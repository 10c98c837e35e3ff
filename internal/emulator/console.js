"use strict";
// The script of the console page: it draws dashboards, objectives and the state
// of policies from what the server computes. Text from outside only ever becomes
// text nodes.
(() => {
  const root = document.documentElement;
  const problem = (text) => { root.dataset.problem = (root.dataset.problem ? root.dataset.problem + " | " : "") + text; };
  addEventListener("error", (e) => problem(e.message));
  addEventListener("unhandledrejection", (e) => problem(String(e.reason)));

  // ---- Elements ----------------------------------------------------------

  const fill = (node, attributes, children) => {
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value === undefined || value === null || value === false) continue;
      node.setAttribute(name, value === true ? "" : String(value));
    }
    for (const child of children.flat()) if (child !== null && child !== undefined) node.append(child);
    return node;
  };
  const el = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
  const svg = (tag, attributes, ...children) => fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
  const round = (v) => Math.round(v * 10) / 10;

  // ---- Numbers and times -------------------------------------------------

  const short = (v) => {
    const a = Math.abs(v);
    if (a === 0) return "0";
    for (const [size, letter] of [[1e12, "T"], [1e9, "G"], [1e6, "M"], [1e4, "k"]]) {
      if (a >= size) return digits(v / (letter === "k" ? 1e3 : size)) + " " + letter;
    }
    return digits(v);
  };
  // Three digits that count, without zeros at the end.
  const digits = (v) => {
    const a = Math.abs(v);
    if (a >= 1000) return String(Math.round(v));
    if (a !== 0 && a < 0.0001) return v.toExponential(1);
    return String(Number(v.toPrecision(3)));
  };
  // What is almost all is not all: 99.95 is not 100.
  const percent = (v) => (v > 99 && v < 100 - 1e-9 ? String(Math.min(99.999, Number(v.toFixed(3)))) : digits(v)) + " %";
  const seconds = (v) => {
    const a = Math.abs(v);
    if (a === 0) return "0 s";
    if (a < 1e-3) return digits(v * 1e6) + " µs";
    if (a < 1) return digits(v * 1e3) + " ms";
    if (a < 120) return digits(v) + " s";
    if (a < 7200) return digits(v / 60) + " min";
    if (a < 172800) return digits(v / 3600) + " h";
    return digits(v / 86400) + " d";
  };
  const bytes = (v) => {
    let unit = 0;
    for (; Math.abs(v) >= 1024 && unit < 5; unit++) v /= 1024;
    return digits(v) + " " + ["B", "KiB", "MiB", "GiB", "TiB", "PiB"][unit];
  };
  const times = { ns: 1e-9, us: 1e-6, ms: 1e-3, s: 1, min: 60, h: 3600, d: 86400 };
  // Units are those of Cloud Monitoring, after the UCUM.
  const show = (v, unit) => {
    if (v === null || v === undefined) return "–";
    switch (unit) {
      case "10^2.%": return percent(v * 100);
      case "%": return percent(v);
      case "By": return bytes(v);
      case "By/s": return bytes(v) + "/s";
      case "1/s": return short(v) + "/s";
      case "{requests}/s": return short(v) + " req/s";
      case "{cpu}": return short(v) + (v === 1 ? " core" : " cores");
      case "USD": return "$" + short(v);
      case "EUR": return short(v) + " €";
      case "bit": return short(v) + " bit";
      case "": case "1": case undefined: return short(v);
    }
    if (unit in times) return seconds(v * times[unit]);
    return short(v) + " " + unit.replace(/[{}]/g, "");
  };
  const two = (n) => String(n).padStart(2, "0");
  const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
  const clock = (t) => { const d = new Date(t * 1000); return two(d.getUTCHours()) + ":" + two(d.getUTCMinutes()); };
  const date = (t) => { const d = new Date(t * 1000); return d.getUTCDate() + " " + months[d.getUTCMonth()]; };

  // ---- Axes --------------------------------------------------------------

  const stepOf = (span, count, unit) => {
    const base = unit && unit.startsWith("By") && span >= 1024 ? 1024 ** Math.floor(Math.log(span) / Math.log(1024)) : 1;
    const rough = span / base / count;
    const power = 10 ** Math.floor(Math.log10(rough));
    return base * power * ([1, 2, 2.5, 5, 10].find((m) => m * power >= rough * 0.999) || 10);
  };
  const linear = (low, high, count, unit, height) => {
    if (high <= low) high = low + (Math.abs(low) || 1);
    const step = stepOf(high - low, count, unit);
    low = Math.floor(low / step + 1e-9) * step;
    high = Math.ceil(high / step - 1e-9) * step;
    const ticks = [];
    for (let v = low; v <= high + step / 2; v += step) ticks.push(Math.round(v / step) * step);
    return { ticks, y: (v) => height - (v - low) / (high - low) * height };
  };
  const logarithmic = (low, high, height) => {
    const from = Math.floor(Math.log10(low > 0 ? low : high / 1e4 || 1)), to = Math.max(from + 1, Math.ceil(Math.log10(high || 1)));
    const ticks = [];
    for (let p = from; p <= to; p++) ticks.push(10 ** p);
    return { ticks, y: (v) => height - (Math.log10(Math.max(v, 10 ** from)) - from) / (to - from) * height };
  };
  const timeSteps = [300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 432000];
  const timeTicks = (start, end, width) => {
    const step = timeSteps.find((s) => (end - start) / s <= Math.max(2, width / 75)) || 864000;
    const ticks = [];
    for (let t = Math.ceil(start / step) * step; t <= end; t += step) {
      ticks.push({ t, text: step >= 86400 || t % 86400 === 0 ? date(t) : clock(t) });
    }
    return ticks;
  };

  // A label at the right edge ends there.
  const timeLabel = (at, width, height, text) => at > width - 24
    ? svg("text", { x: width - 2, y: height - 4, "text-anchor": "end" }, text)
    : svg("text", { x: round(Math.max(at, 18)), y: height - 4, "text-anchor": "middle" }, text);

  // ---- Charts ------------------------------------------------------------

  const last = (points) => { for (let i = points.length - 1; i >= 0; i--) if (points[i] !== null) return points[i]; return null; };
  // Lines with gaps where there is no value. A value alone is a dot.
  const linePath = (points, x, y) => {
    let path = "", open = false;
    points.forEach((v, i) => {
      if (v === null) { open = false; return; }
      path += (open ? "L" : "M") + round(x(i)) + " " + round(y(v));
      if (!open && (i + 1 >= points.length || points[i + 1] === null)) path += "h.1";
      open = true;
    });
    return path;
  };
  const areaPath = (upper, lower, x, y) => {
    let path = "";
    for (let i = 0; i < upper.length; i++) {
      if (upper[i] === null) continue;
      let j = i;
      while (j + 1 < upper.length && upper[j + 1] !== null) j++;
      path += "M" + round(x(i)) + " " + round(y(upper[i]));
      for (let k = i + 1; k <= j; k++) path += "L" + round(x(k)) + " " + round(y(upper[k]));
      for (let k = j; k >= i; k--) path += "L" + round(x(k)) + " " + round(y(lower[k]));
      path += "Z";
      i = j;
    }
    return path;
  };

  // Series that are stacked get the sum of those below them.
  const stacked = (data) => {
    const below = {};
    for (const s of data.series) {
      if (s.style === "line") { s.top = s.points; continue; }
      const key = s.style + (s.second ? 2 : 1);
      s.base = below[key] || s.points.map(() => 0);
      s.top = s.points.map((v, i) => v === null ? null : v + s.base[i]);
      below[key] = s.top.map((v, i) => v === null ? s.base[i] : v);
    }
  };

  const drawChart = (plot, data, title) => {
    const width = plot.clientWidth, height = plot.clientHeight;
    if (width < 40 || height < 40) return;
    stacked(data);
    const axes = [false, true].map((second) => {
      const mine = data.series.filter((s) => Boolean(s.second) === second);
      if (!mine.length) return null;
      let low = Infinity, high = -Infinity;
      for (const s of mine) for (const v of s.top) if (v !== null) { low = Math.min(low, v); high = Math.max(high, v); }
      if (low === Infinity) { low = 0; high = 1; }
      const log = second ? data.log2 : data.log;
      // Zero is part of the axis, except where lines run together far above it.
      const flat = low > high * 0.75 && mine.every((s) => s.style === "line");
      const floor = log ? low : flat ? Math.max(0, low - (high - low || high * 0.1) * 0.6) : Math.min(0, low);
      // A limit far above the values would press them flat: the legend names it.
      for (const t of data.thresholds || []) {
        if (Boolean(t.second) !== second) continue;
        t.far = t.value > (high || t.value) * 4;
        if (!t.far) { high = Math.max(high, t.value * 1.05); if (t.value < floor) low = Math.min(low, t.value); }
      }
      const unit = mine[0].unit;
      return { low, high, floor: Math.min(floor, low), log, unit };
    });
    const tops = 8, bottom = 20, inner = height - tops - bottom;
    for (const a of axes) if (a) Object.assign(a, a.log ? logarithmic(a.low, a.high, inner) : linear(a.floor, a.high, Math.max(2, Math.min(5, inner / 38)), a.unit, inner));
    const labelWidth = (a) => a ? Math.max(...a.ticks.map((v) => show(v, a.unit).length)) * 6.1 + 10 : 4;
    const left = labelWidth(axes[0] || axes[1]) * (axes[0] ? 1 : 0) || 8;
    const right = axes[1] ? labelWidth(axes[1]) : 10;
    const end = data.start + data.step * (data.steps - 1);
    const across = width - left - right;
    const x = (i) => left + (data.steps > 1 ? i / (data.steps - 1) * across : across / 2);
    const picture = svg("svg", { role: "img", tabindex: 0, "aria-label": describe(title, data) });
    const main = axes[0] || axes[1];
    for (const v of main ? main.ticks : []) {
      const y = tops + main.y(v);
      picture.append(svg("line", { class: "gridline", x1: left, x2: width - right, y1: round(y), y2: round(y) }));
    }
    axes.forEach((a, k) => {
      for (const v of a ? a.ticks : []) {
        picture.append(svg("text", { x: k ? width - right + 5 : left - 6, y: round(tops + a.y(v) + 4), "text-anchor": k ? "start" : "end" }, show(v, a.unit)));
      }
    });
    for (const tick of timeTicks(data.start, end, across)) {
      const at = left + (tick.t - data.start) / (end - data.start || 1) * across;
      picture.append(svg("line", { class: "axis", x1: round(at), x2: round(at), y1: height - bottom, y2: height - bottom + 4 }));
      picture.append(timeLabel(at, width, height, tick.text));
    }
    picture.append(svg("line", { class: "axis", x1: left, x2: width - right, y1: height - bottom, y2: height - bottom }));
    const bars = data.series.filter((s) => s.style === "bar");
    data.series.forEach((s, i) => {
      const axis = axes[s.second ? 1 : 0], y = (v) => tops + axis.y(v);
      const colour = i % 8, dash = i >= 8 ? " dash" : "";
      if (s.style === "bar") {
        const w = Math.max(1, across / data.steps * 0.75);
        let path = "";
        s.top.forEach((v, k) => {
          if (v === null) return;
          // A zero is a hair's breadth: it is not the same as no value.
          const from = Math.min(Math.max(x(k) - w / 2, left), width - right - w), h = Math.max(0.6, y(s.base[k]) - y(v));
          path += "M" + round(from) + " " + round(Math.min(y(v), y(s.base[k]) - 0.6)) + "h" + round(w) + "v" + round(h) + "h" + round(-w) + "Z";
        });
        picture.append(svg("path", { class: "series f" + colour, d: path || "M0 0" }));
        return;
      }
      if (s.style === "area") picture.append(svg("path", { class: "area f" + colour, d: areaPath(s.top, s.base, x, y) }));
      picture.append(svg("path", { class: "series line s" + colour + dash, d: linePath(s.top, x, y) || "M0 0" }));
    });
    for (const t of data.thresholds || []) {
      const axis = axes[t.second ? 1 : 0];
      if (!axis || t.far) continue;
      const y = round(tops + axis.y(t.value));
      picture.append(svg("line", { class: "limit " + t.color, x1: left, x2: width - right, y1: y, y2: y }));
      picture.append(svg("text", { class: "over " + t.color, x: width - right - 4, y: y < 22 ? y + 13 : y - 4, "text-anchor": "end" }, t.label || show(t.value, axis.unit)));
    }
    plot.replaceChildren(picture);
    pointer(plot, picture, data, { x, left, width, right, tops, bottom, height, bars: bars.length > 0 });
  };

  const describe = (title, data) => {
    const named = data.series.slice(0, 5).map((s) => s.name + " " + show(last(s.points), s.unit));
    const more = data.series.length - named.length;
    return (title || "Chart") + ". " + data.series.length + " series, latest values: " + named.join(", ") + (more > 0 ? " and " + more + " more" : "") + ". Arrow keys read the values.";
  };

  // The values under the pointer, or where the arrow keys went.
  const pointer = (plot, picture, data, g) => {
    const cross = svg("line", { class: "cross", y1: g.tops, y2: g.height - g.bottom, visibility: "hidden" });
    picture.append(cross);
    const tip = el("div", { class: "tip", hidden: true });
    plot.append(tip);
    let at = data.steps - 1;
    const hide = () => { cross.setAttribute("visibility", "hidden"); tip.hidden = true; };
    const point = (i) => {
      at = Math.min(Math.max(i, 0), data.steps - 1);
      const rows = data.series.map((s, k) => ({ s, k, v: s.points[at] })).filter((r) => data.heat ? r.v > 0 : r.v !== null);
      if (!data.heat) rows.sort((a, b) => b.v - a.v);
      const most = data.heat ? 24 : 10;
      const t = data.start + at * data.step;
      tip.replaceChildren(el("b", null, date(t) + ", " + clock(t)), ...rows.slice(0, most).map((r) =>
        el("div", null, data.heat ? null : el("i", { class: "swatch b" + r.k % 8 }), el("span", null, r.s.name), el("b", null, show(r.v, r.s.unit)))));
      if (rows.length > most) tip.append(el("div", { class: "soft" }, "and " + (rows.length - most) + " more"));
      if (!rows.length) tip.append(el("div", null, "no value"));
      const px = round(g.x(at));
      cross.setAttribute("x1", px);
      cross.setAttribute("x2", px);
      cross.setAttribute("visibility", "visible");
      tip.hidden = false;
      const w = tip.offsetWidth;
      tip.style.left = Math.max(2, px + 12 + w > g.width ? px - 12 - w : px + 12) + "px";
      tip.style.top = Math.max(2, Math.min(12, g.height - tip.offsetHeight)) + "px";
    };
    picture.addEventListener("pointermove", (e) => {
      const box = picture.getBoundingClientRect();
      point(Math.round((e.clientX - box.left - g.left) / (g.width - g.left - g.right) * (data.steps - 1)));
    });
    picture.addEventListener("pointerleave", hide);
    picture.addEventListener("blur", hide);
    picture.addEventListener("keydown", (e) => {
      const next = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: data.steps - 1 }[e.key];
      if (e.key === "Escape") hide();
      if (next === undefined) return;
      e.preventDefault();
      point(next);
      picture.setAttribute("aria-label", tip.innerText.replace(/\s+/g, " "));
    });
  };

  const legendOf = (data) => el("ul", { class: "legend" },
    data.series.map((s, i) => el("li", { title: s.name }, el("i", { class: "swatch b" + i % 8 }), el("span", null, s.name), el("b", null, show(last(s.points), s.unit)))),
    (data.thresholds || []).filter((t) => t.far).map((t) => el("li", null, el("i", { class: "swatch limit " + t.color }), el("span", null, t.label || "limit"), el("b", null, show(t.value, data.unit)))),
    data.left ? el("li", { class: "soft" }, "and " + data.left + " series more") : null);

  const sparkLine = (box, data, style, colour) => {
    const width = box.clientWidth, height = box.clientHeight, points = data.series[0].points;
    if (width < 20 || height < 12) return;
    const real = points.filter((v) => v !== null);
    let low = Math.min(...real), high = Math.max(...real);
    if (style === "bar") low = Math.min(0, low);
    if (high <= low) { low -= Math.abs(low) / 2 || 1; high += Math.abs(high) / 2 || 1; }
    const x = (i) => 2 + i / Math.max(1, points.length - 1) * (width - 4), y = (v) => height - 3 - (v - low) / (high - low) * (height - 6);
    const picture = svg("svg", { "aria-hidden": "true" });
    if (style === "bar") {
      const w = Math.max(1, width / points.length * 0.7);
      picture.append(svg("path", { class: "series f" + colour, d: points.map((v, i) => v === null ? "" : "M" + round(x(i)) + " " + round(y(v)) + "h" + round(w) + "V" + height + "h" + round(-w) + "Z").join("") || "M0 0" }));
    } else {
      picture.append(svg("path", { class: "area f" + colour, d: areaPath(points, points.map(() => low), x, y) }));
      picture.append(svg("path", { class: "series line s" + colour, d: linePath(points, x, y) || "M0 0" }));
    }
    box.replaceChildren(picture);
  };

  const limitsText = (data) => (data.thresholds || []).map((t) =>
    ({ yellow: "warning ", red: "critical " }[t.color] || "limit ") + (t.below ? "below " : "above ") + show(t.value, data.unit)).join(", ");
  const levelText = { good: "within limits", yellow: "warning", red: "critical" };

  const drawScorecard = (body, data) => {
    const text = limitsText(data);
    body.replaceChildren(el("div", { class: "value " + (data.level || "") }, show(data.value, data.unit)),
      text ? el("div", { class: "soft" }, (levelText[data.level] || "") + " (" + text + ")") : "");
    if (!data.spark) return;
    const box = el("div", { class: "plot" });
    body.append(box);
    sparkLine(box, data, data.spark, 0);
  };

  const drawGauge = (body, data, title) => {
    const box = el("div", { class: "plot" });
    body.replaceChildren(box, el("div", { class: "soft" }, limitsText(data)));
    const width = box.clientWidth, height = box.clientHeight;
    const r = Math.max(20, Math.min(width / 2 - 14, height - 24)), cx = width / 2, cy = Math.min(height - 8, r + 14);
    const low = data.lower || 0, high = data.upper || 1;
    const share = (v) => Math.min(1, Math.max(0, (v - low) / (high - low || 1)));
    const spot = (s, radius) => [cx - Math.cos(s * Math.PI) * radius, cy - Math.sin(s * Math.PI) * radius].map(round);
    const arc = (to) => "M" + spot(0, r).join(" ") + "A" + r + " " + r + " 0 0 1 " + spot(to, r).join(" ");
    const picture = svg("svg", { role: "img", "aria-label": (title || "Gauge") + ": " + show(data.value, data.unit) + " on a scale from " + show(low, data.unit) + " to " + show(high, data.unit) });
    picture.append(svg("path", { class: "track", d: arc(1) }), svg("path", { class: "series arc " + (data.level || ""), d: arc(Math.max(0.002, share(data.value))) }));
    for (const t of data.thresholds || []) {
      const [x1, y1] = spot(share(t.value), r - 9), [x2, y2] = spot(share(t.value), r + 9);
      picture.append(svg("line", { class: "limit " + t.color, x1, y1, x2, y2 }));
    }
    const number = svg("text", { x: cx, y: cy - 4, "text-anchor": "middle" }, show(data.value, data.unit));
    number.style.font = "600 " + Math.max(13, Math.min(26, r / 2.4)) + "px system-ui, 'DejaVu Sans', sans-serif";
    number.style.fill = "var(--text)";
    picture.append(number);
    for (const [s, v] of [[0, low], [1, high]]) picture.append(svg("text", { x: spot(s, r)[0], y: Math.min(height - 1, cy + 12), "text-anchor": "middle" }, show(v, data.unit)));
    box.append(picture);
  };

  const drawTable = (body, data) => {
    const most = Math.max(...data.rows.map((r) => Math.abs(r.value)), 1e-12);
    const rows = data.rows.map((r) => {
      const bar = el("i", { class: "share" });
      bar.style.width = Math.round(Math.abs(r.value) / most * 96) + "px";
      return el("tr", null, r.cells.map((c) => el("td", null, c)), el("td", { class: "n" }, data.bars ? bar : null, show(r.value, r.unit)));
    });
    body.replaceChildren(el("div", { class: "cells", tabindex: 0 }, el("table", null,
      el("thead", null, el("tr", null, (data.columns || []).map((c) => el("th", { scope: "col" }, c)), el("th", { scope: "col", class: "n" }, data.heading))),
      el("tbody", null, rows))), data.left ? el("div", { class: "soft" }, "and " + data.left + " rows more") : "");
  };

  const drawHeat = (plot, data, title) => {
    const width = plot.clientWidth, height = plot.clientHeight, left = 62, bottom = 20, tops = 4, right = 6;
    if (width < 80 || height < 50) return;
    const across = width - left - right, down = (height - tops - bottom) / data.series.length, wide = across / data.steps;
    let most = 0;
    for (const s of data.series) for (const v of s.points) if (v > most) most = v;
    const picture = svg("svg", { role: "img", tabindex: 0, "aria-label": (title || "Heat map") + ". " + data.series.length + " buckets. Arrow keys read the values." });
    data.series.forEach((s, k) => {
      const y = height - bottom - (k + 1) * down;
      const cells = [[], [], [], [], [], [], [], []];
      s.points.forEach((v, i) => { if (v > 0) cells[Math.min(7, Math.floor(Math.sqrt(v / most) * 8))].push("M" + round(left + i * wide) + " " + round(y) + "h" + round(wide + 0.3) + "v" + round(down - 1) + "h" + round(-wide - 0.3) + "Z"); });
      picture.append(svg("g", { class: "series" }, cells.map((paths, n) => paths.length ? svg("path", { class: "heat", opacity: (n + 1) / 8, d: paths.join("") }) : null)));
      if (down >= 11 || k % Math.ceil(12 / down) === 0) {
        const bound = s.name === "+Inf" ? "more" : "≤ " + show(Number(s.name), data.unit);
        picture.append(svg("text", { x: left - 5, y: round(y + down / 2 + 4), "text-anchor": "end" }, bound));
      }
    });
    const end = data.start + data.step * (data.steps - 1);
    for (const tick of timeTicks(data.start, end, across)) {
      picture.append(timeLabel(left + (tick.t - data.start) / (end - data.start || 1) * across, width, height, tick.text));
    }
    plot.replaceChildren(picture);
    // The tip lists buckets from the largest to the smallest, as the rows stand.
    const named = { ...data, heat: true, series: data.series.toReversed().map((s) => ({ ...s, name: s.name === "+Inf" ? "more" : "≤ " + show(Number(s.name), data.unit), unit: "" })) };
    pointer(plot, picture, named, { x: (i) => left + (i + 0.5) * wide, left, width, right, tops, bottom, height });
  };

  const heatLegend = (data) => {
    let most = 0;
    for (const s of data.series) for (const v of s.points) if (v > most) most = v;
    return el("div", { class: "soft" }, "The stronger the colour, the more: up to " + show(most, "") + ".");
  };

  // ---- Markdown ----------------------------------------------------------

  const inline = (text) => {
    const out = [];
    const rule = /\\([\\`*_{}\[\]()#+\-.!|>~])|`([^`]+)`|\*\*([^*]+(?:\*[^*]+)*)\*\*|\*([^*\s][^*]*)\*|\b_([^_]+)_\b|\[([^\]]*)\]\(([^()\s]+)\)|<?(https?:\/\/[^\s<>()]+[^\s<>().,;:!?])>?/g;
    let from = 0;
    for (const m of text.matchAll(rule)) {
      out.push(text.slice(from, m.index));
      from = m.index + m[0].length;
      if (m[1]) out.push(m[1]);
      else if (m[2]) out.push(el("code", null, m[2]));
      else if (m[3]) out.push(el("strong", null, ...inline(m[3])));
      else if (m[4] || m[5]) out.push(el("em", null, ...inline(m[4] || m[5])));
      else if (m[8]) out.push(link(m[8], [m[8]]));
      else out.push(link(m[7], inline(m[6] || m[7])));
    }
    out.push(text.slice(from));
    return out;
  };
  // Only links that lead to a page or a mailbox become links.
  const link = (address, words) => /^(https?:\/\/|mailto:)/i.test(address) ? el("a", { href: address, rel: "noreferrer noopener", target: "_blank" }, ...words) : el("span", null, ...words);

  const markdown = (text) => {
    const out = el("div", { class: "md" });
    const lines = text.replace(/\r/g, "").split("\n");
    const list = /^(\s*)([-*+]|\d+[.)])\s+(.*)$/, special = /^(#{1,6}\s|```|\s*([-*+]|\d+[.)])\s|>|\||\s*(-{3,}|\*{3,}|_{3,})\s*$)/;
    for (let i = 0; i < lines.length;) {
      const line = lines[i];
      let m;
      if (!line.trim()) i++;
      else if (line.startsWith("```")) {
        const code = [];
        for (i++; i < lines.length && !lines[i].startsWith("```"); i++) code.push(lines[i]);
        i++;
        out.append(el("pre", null, code.join("\n")));
      } else if ((m = /^(#{1,6})\s+(.*?)\s*#*$/.exec(line))) {
        out.append(el("h5", null, ...inline(m[2])));
        i++;
      } else if (/^\s*(-{3,}|\*{3,}|_{3,})\s*$/.test(line)) {
        out.append(el("hr"));
        i++;
      } else if (line.startsWith(">")) {
        const quote = [];
        for (; i < lines.length && lines[i].startsWith(">"); i++) quote.push(lines[i].replace(/^>\s?/, ""));
        out.append(el("blockquote", null, ...inline(quote.join(" "))));
      } else if (line.startsWith("|") && /^\|[\s:|-]+\|?\s*$/.test(lines[i + 1] || "")) {
        const cells = (row) => row.trim().replace(/^\||\|$/g, "").split("|").map((c) => inline(c.trim()));
        const head = cells(line), rows = [];
        for (i += 2; i < lines.length && lines[i].startsWith("|"); i++) rows.push(cells(lines[i]));
        out.append(el("table", null, el("thead", null, el("tr", null, head.map((c) => el("th", { scope: "col" }, ...c)))), el("tbody", null, rows.map((r) => el("tr", null, r.map((c) => el("td", null, ...c)))))));
      } else if ((m = list.exec(line))) {
        const stack = [];
        for (; i < lines.length && ((m = list.exec(lines[i])) || (/^\s+\S/.test(lines[i]) && stack.length)); i++) {
          if (!m) { stack.at(-1).item.append(" ", ...inline(lines[i].trim())); continue; }
          const depth = m[1].length;
          while (stack.length && depth < stack.at(-1).depth) stack.pop();
          if (!stack.length || depth > stack.at(-1).depth) {
            const node = el(/\d/.test(m[2]) ? "ol" : "ul");
            (stack.length ? stack.at(-1).item : out).append(node);
            stack.push({ depth, node });
          }
          stack.at(-1).item = el("li", null, ...inline(m[3]));
          stack.at(-1).node.append(stack.at(-1).item);
        }
      } else {
        const words = [line.trim()];
        for (i++; i < lines.length && lines[i].trim() && !special.test(lines[i]); i++) words.push(lines[i].trim());
        out.append(el("p", null, ...inline(words.join(" "))));
      }
    }
    return out;
  };

  // ---- Loading -----------------------------------------------------------

  // A few requests at a time, and only for what is near the window.
  const waiting = [];
  let running = 0;
  const pump = () => {
    while (running < 4 && waiting.length) {
      running++;
      waiting.shift()().catch((e) => problem(String(e))).finally(() => { running--; pump(); });
    }
    root.dataset.state = running || waiting.length ? "loading" : "idle";
  };
  const near = new IntersectionObserver((entries) => {
    for (const e of entries) {
      if (!e.isIntersecting || !e.target.load) continue;
      const work = e.target.load;
      e.target.load = null;
      near.unobserve(e.target);
      waiting.push(work);
    }
    pump();
  }, { rootMargin: "250px" });
  const later = (node, work) => { node.load = work; near.observe(node); };
  const ask = async (what, parameters, signal) => {
    const reply = await fetch("/_emulator/console/" + what + "?" + new URLSearchParams(parameters), { signal });
    const value = await reply.json();
    if (!reply.ok) throw new Error(value.error || reply.statusText);
    return value;
  };

  // ---- Dashboards --------------------------------------------------------

  const board = document.getElementById("board"), tabs = document.getElementById("tabs");
  const range = document.getElementById("range"), choices = document.getElementById("choices");
  let current = null, stop = new AbortController();
  const redraw = new ResizeObserver((entries) => {
    for (const e of entries) {
      const size = Math.round(e.contentRect.width) + "x" + Math.round(e.contentRect.height);
      if (e.target.draw && e.target.size !== size) { e.target.size = size; e.target.draw(); }
    }
  });

  const drawTile = (tile, node, body, data) => {
    const seen = tile.kind === "table" ? (data.rows || []).length : data.series.length;
    if (data.queries.length && tile.kind !== "text") {
      node.querySelector(".head").append(el("details", { class: "query" }, el("summary", { "aria-label": "Query of " + (tile.title || "this tile") }, "query"),
        el("div", null, data.queries.map((q) => el("pre", null, q)))));
    }
    if (!seen) {
      node.dataset.state = "empty";
      body.replaceChildren(el("p", { class: "note" }, "The query found no series."));
      return;
    }
    node.dataset.state = "drawn";
    if (tile.kind === "table") { drawTable(body, data); return; }
    if (tile.kind === "scorecard" || tile.kind === "gauge") {
      body.draw = () => (tile.kind === "gauge" ? drawGauge : drawScorecard)(body, data, tile.title);
    } else {
      const plot = el("div", { class: "plot" });
      const paint = () => (tile.kind === "heatmap" ? drawHeat : drawChart)(plot, data, tile.title);
      body.replaceChildren(plot);
      body.append(tile.kind === "heatmap" ? heatLegend(data) : legendOf(data));
      body.draw = paint;
    }
    body.draw();
    redraw.observe(body);
  };

  const kinds = new Set(["chart", "alert", "heatmap", "scorecard", "gauge", "table"]);
  const makeTile = (tile, parameters) => {
    const body = el("div", { class: "body" });
    const node = el("article", { class: "tile" + (tile.kind === "header" || tile.kind === "blank" ? " bare" : ""), "data-kind": tile.kind, "data-state": "waiting", "aria-label": tile.title || tile.kind },
      tile.title || kinds.has(tile.kind) ? el("div", { class: "head" }, el("h4", { title: tile.title }, tile.title)) : null, body);
    node.style.gridColumn = tile.x + 1 + " / span " + tile.width;
    node.style.gridRow = tile.y + 1 + " / span " + tile.height;
    if (tile.kind === "text" || tile.kind === "header") {
      body.append(tile.raw ? el("pre", null, tile.text) : markdown(tile.text || ""));
      node.dataset.state = "drawn";
    } else if (tile.kind === "other") {
      body.append(el("p", { class: "note" }, "The page does not draw this kind of widget."));
      node.dataset.state = "drawn";
    } else if (kinds.has(tile.kind)) {
      const signal = stop.signal;
      later(node, async () => {
        try {
          drawTile(tile, node, body, await ask("tile", { ...parameters, tile: tile.id }, signal));
        } catch (e) {
          if (signal.aborted) return;
          node.dataset.state = "error";
          body.replaceChildren(el("p", { class: "note bad" }, e.message));
        }
      });
    }
    return node;
  };

  const paintBoard = () => {
    stop.abort();
    stop = new AbortController();
    const parameters = { name: current.name, range: range.value };
    for (const v of current.variables || []) parameters[v.param] = v.value;
    redraw.disconnect();
    board.replaceChildren(...current.groups.map((g) => {
      const grid = el("div", { class: "grid" }, g.tiles.map((t) => makeTile(t, parameters)));
      return g.group ? el("details", { class: "group", open: !g.collapsed }, el("summary", null, g.title || "Group"), grid) : grid;
    }));
  };

  const open = async (tab) => {
    for (const t of tabs.querySelectorAll("[role=tab]")) {
      t.setAttribute("aria-selected", String(t === tab));
      t.tabIndex = t === tab ? 0 : -1;
    }
    board.setAttribute("aria-labelledby", tab.id);
    try {
      current = await ask("dashboard", { name: tab.dataset.name });
    } catch (e) {
      board.replaceChildren(el("p", { class: "card bad" }, e.message));
      return;
    }
    document.getElementById("bar").hidden = false;
    document.getElementById("raw").href = "/monitoring.googleapis.com/v1/" + current.name;
    choices.replaceChildren(...(current.variables || []).map((v) => {
      const select = el("select", null, el("option", { value: "*" }, "all"), v.values.map((value) => el("option", { value, selected: value === v.value }, value)));
      select.addEventListener("change", () => { v.value = select.value; paintBoard(); });
      return el("label", null, v.label + " ", select);
    }));
    paintBoard();
  };

  // The address holds the dashboard and the time: #projects/…&range=7d.
  const place = () => {
    const [name, ...more] = decodeURIComponent(location.hash.slice(1)).split("&");
    return { name, range: new URLSearchParams(more.join("&")).get("range") };
  };
  const remember = () => history.replaceState(null, "", "#" + current.name + (range.value === "6h" ? "" : "&range=" + range.value));
  const tabFor = (name) => tabs && [...tabs.querySelectorAll("[role=tab]")].find((t) => t.dataset.name === name);
  const follow = () => {
    const { name, range: span } = place();
    const tab = tabFor(name);
    if (tab) {
      if (span && [...range.options].some((o) => o.value === span)) range.value = span;
      open(tab);
    }
    const target = name && document.getElementById(name);
    if (target && target.matches("details")) target.open = true;
  };

  if (tabs) {
    range.addEventListener("change", () => { remember(); paintBoard(); });
    document.getElementById("refresh").addEventListener("click", paintBoard);
    tabs.addEventListener("click", (e) => {
      const tab = e.target.closest("[role=tab]");
      if (tab) open(tab).then(remember);
    });
    tabs.addEventListener("keydown", (e) => {
      const all = [...tabs.querySelectorAll("[role=tab]")], move = { ArrowLeft: -1, ArrowRight: 1 }[e.key];
      if (!move) return;
      const next = all[(all.indexOf(e.target) + move + all.length) % all.length];
      next.focus();
      next.click();
    });
  }
  addEventListener("hashchange", follow);
  follow();
  if (tabs && !tabFor(place().name)) open(tabs.querySelector("[role=tab]"));

  // ---- Objectives and policies -------------------------------------------

  const part = (v, most) => (v * 100).toLocaleString("en", { maximumFractionDigits: most }) + " %";
  for (const card of document.querySelectorAll("[data-objective]")) {
    const state = card.querySelector(".state");
    later(card, async () => {
      try {
        const o = await ask("objective", { name: card.dataset.objective });
        const bar = el("div", { class: o.level });
        bar.style.width = Math.min(100, Math.max(0, o.left * 100)) + "%";
        const words = o.left >= 0 ? part(o.left, 1) + " of the error budget left" : "the error budget is overspent by " + part(-o.left, 1);
        const plot = el("div", { class: "plot history" });
        state.replaceChildren(el("div", { class: "left " + { good: "good", yellow: "warn", red: "bad" }[o.level] }, words),
          el("div", { class: "meter", role: "meter", "aria-label": "Error budget left", "aria-valuemin": 0, "aria-valuemax": 100, "aria-valuenow": Math.max(0, Math.round(o.left * 100)) }, bar),
          el("p", { class: "soft" }, part(o.good, 3) + " good" + (o.burn === null ? "" : " · the last hour burned the budget " + digits(o.burn) + " times as fast as it may")), plot);
        card.dataset.state = "drawn";
        if (o.history.some((v) => v !== null)) {
          const unit = "10^2.%";
          const data = { start: o.start, step: o.step, steps: o.history.length, unit, series: [{ name: "budget left", style: "line", unit, points: o.history }], thresholds: [] };
          plot.style.height = "7rem";
          plot.draw = () => drawChart(plot, data, "Error budget left");
          plot.draw();
          redraw.observe(plot);
        }
      } catch (e) {
        card.dataset.state = "error";
        state.replaceChildren(el("p", { class: "soft" }, e.message));
      }
    });
  }
  for (const note of document.querySelectorAll("[data-policy]")) {
    later(note.closest("details"), async () => {
      try {
        const p = await ask("policy", { name: note.dataset.policy });
        note.textContent = p.text;
        note.classList.toggle("bad", p.state === "met");
      } catch (e) {
        note.textContent = e.message;
      }
      note.dataset.state = "told";
    });
  }
  for (const doc of document.querySelectorAll("pre.doc")) doc.replaceWith(markdown(doc.textContent));
})();
