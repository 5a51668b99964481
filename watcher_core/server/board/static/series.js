/*
 * Metrics over time, drawn by uPlot from the JSON beside them; keys for rows of many small links. Without this script the
 * tables below the pictures have the same numbers, and every link is a stop of the tab key.
 */
"use strict";

(() => {
  const HEIGHT = 190;
  const drawn = new Map();

  const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  function duration(seconds) {
    const size = Math.abs(seconds);
    if (size === 0) return "0";
    if (size < 1) return `${Math.round(seconds * 1000)} ms`;
    if (size < 60) return `${+seconds.toFixed(1)} s`;
    if (size < 3600) return `${+(seconds / 60).toFixed(1)} min`;
    return size < 86400 ? `${+(seconds / 3600).toFixed(1)} h` : `${+(seconds / 86400).toFixed(1)} d`;
  }

  const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
  const exact = new Intl.NumberFormat("en", { maximumSignificantDigits: 6 });
  const moment = new Intl.DateTimeFormat(undefined, {
    weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
  });

  const dayOnly = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
  const timeOnly = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const STEPS = [
    0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200,
    10800, 21600, 43200, 86400, 172800, 432000, 864000,
  ];

  // One point far away would make all others flat: what is above is drawn at the edge.
  function highest(data) {
    const sorted = data.value.filter((value) => value !== null).sort((one, other) => one - other);
    const most = sorted.at(-1) ?? 1;
    const usual = Math.max(sorted[Math.floor(sorted.length * 0.95)] ?? 0, ...data.upper.map((value) => value ?? 0));
    return (usual > 0 && most > usual * 3 ? usual * 2.5 : Math.max(most, usual)) * 1.08 || 1;
  }

  function said(data, index) {
    const seconds = data.unit === "seconds";
    const write = (value) => (seconds ? duration(value) : exact.format(value));
    const lower = data.lower[index];
    const upper = data.upper[index];
    const usual = lower === null && upper === null ? ""
      : ` · usual ${lower === null ? "up to" : write(lower)} ${lower === null || upper === null ? "" : "to"} ${upper === null ? "or more" : write(upper)}`;
    return `${moment.format(data.at[index] * 1000)} · ${write(data.value[index])}${usual}${data.flagged[index] ? " · unusual" : ""}`;
  }

  // A diamond at each flagged point: its shape says it, too.
  function diamonds(plot, series, ids) {
    const path = new Path2D();
    const size = 5 * devicePixelRatio;
    for (const [index, value] of plot.data[series].entries()) {
      if (value === null || value === undefined) continue;
      const x = plot.valToPos(plot.data[0][index], "x", true);
      const y = Math.max(plot.bbox.top + size, plot.valToPos(value, "y", true));
      path.moveTo(x, y - size);
      path.lineTo(x + size, y);
      path.lineTo(x, y + size);
      path.lineTo(x - size, y);
      path.closePath();
    }
    return { fill: path, stroke: path };
  }

  // A run that alone of its neighbours was judged has no width of a band: what is usual for it is drawn as a bar.
  function lonelyBands(plot) {
    const [at, upper, lower] = plot.data;
    const isJudged = (index) => upper[index] !== null && upper[index] !== undefined && lower[index] !== null;
    const half = 5 * devicePixelRatio;
    plot.ctx.fillStyle = color("--band");
    for (const index of at.keys()) {
      if (!isJudged(index) || (index > 0 && isJudged(index - 1)) || (index + 1 < at.length && isJudged(index + 1))) continue;
      const x = plot.valToPos(at[index], "x", true);
      const top = Math.max(plot.bbox.top, plot.valToPos(upper[index], "y", true));
      plot.ctx.fillRect(x - half, top, 2 * half, plot.valToPos(lower[index], "y", true) - top);
    }
  }

  function options(data, width, say) {
    const seconds = data.unit === "seconds";
    const axis = { stroke: color("--muted"), font: `11px ${color("--font")}`, ticks: { show: false } };
    return {
      width,
      height: HEIGHT,
      padding: [8, 24, 0, 0], // the last date below is centred at its tick
      legend: { show: false },
      cursor: {
        y: false,
        points: { size: 7, fill: color("--surface"), stroke: color("--accent"), width: 2 },
        drag: { x: true, y: false },
        sync: { key: "watcher" },
      },
      scales: {
        x: { time: true, range: (_, low, high) => (data.at.length === 1 ? [low - 43200, low + 43200] : [low - (high - low) * 0.01, high + (high - low) * 0.01]) },
        y: { range: (_, low) => [Math.min(0, low ?? 0), highest(data)] },
      },
      axes: [
        {
          ...axis,
          grid: { show: false },
          size: 26,
          space: 72,
          values: (_, ticks, __, ___, step) => ticks.map((tick) => (step >= 86400 ? dayOnly : timeOnly).format(tick * 1000)),
        },
        {
          ...axis,
          grid: { stroke: color("--line"), width: 1 },
          size: 58,
          ...(seconds ? { incrs: STEPS } : {}),
          values: (_, ticks) => ticks.map((tick) => (tick === null ? "" : seconds ? duration(tick) : compact.format(tick))),
        },
      ],
      bands: [{ series: [1, 2], fill: color("--band") }],
      series: [
        {},
        { points: { show: false }, stroke: "transparent", spanGaps: true },
        { points: { show: false }, stroke: "transparent", spanGaps: true },
        { points: { show: false }, stroke: color("--edge"), dash: [4, 4], width: 1, spanGaps: true },
        { stroke: color("--accent"), width: 1.5, points: { show: data.at.length < 200, size: 4, fill: color("--accent") } },
        { stroke: color("--strange"), fill: color("--strange"), paths: diamonds, points: { show: false } },
      ],
      hooks: {
        drawAxes: [lonelyBands],
        setCursor: [(plot) => { say.textContent = plot.cursor.idx === null || plot.cursor.idx === undefined ? "" : said(data, plot.cursor.idx); }],
      },
    };
  }

  function columns(data) {
    // A band without a lower limit reaches down to zero: what is counted here is never below.
    const lower = data.lower.map((value, index) => (value === null && data.upper[index] !== null ? 0 : value));
    const flagged = data.value.map((value, index) => (data.flagged[index] ? value : null));
    return [data.at, data.upper, lower, data.expected, data.value, flagged];
  }

  function draw(figure) {
    const place = figure.querySelector(".chart");
    const data = JSON.parse(figure.querySelector('script[type="application/json"]').textContent);
    drawn.get(place)?.destroy();
    const plot = new uPlot(options(data, place.clientWidth, figure.querySelector("output")), columns(data), place);
    plot.over.addEventListener("click", () => {
      const index = plot.cursor.idx;
      if (index !== null && index !== undefined && !plot.select.width) location.assign(data.path + data.ids[index]);
    });
    drawn.set(place, plot);
  }

  const resized = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      const plot = drawn.get(target);
      if (plot && plot.width !== target.clientWidth && target.clientWidth) plot.setSize({ width: target.clientWidth, height: HEIGHT });
    }
  });

  function start(root) {
    for (const [place, plot] of drawn) {
      if (place.isConnected) continue;
      plot.destroy();
      drawn.delete(place);
    }
    for (const figure of root.querySelectorAll("figure.series")) {
      const place = figure.querySelector(".chart");
      if (drawn.has(place)) continue;
      draw(figure);
      resized.observe(place);
    }
    for (const row of root.querySelectorAll("[data-arrows]")) rove(row);
    for (const place of root.querySelectorAll(".scroll.newest")) place.scrollLeft = place.scrollWidth;
  }

  // One stop of the tab key for a row of links; arrows go on from there.
  function rove(row) {
    const links = [...row.querySelectorAll("a")];
    const last = links.at(-1);
    for (const link of links) link.setAttribute("tabindex", link === last ? "0" : "-1");
  }

  document.addEventListener("keydown", (event) => {
    const row = event.target.closest?.("[data-arrows]");
    const step = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity }[event.key];
    if (!row || step === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    const links = [...row.querySelectorAll("a")];
    const at = links.indexOf(event.target.closest("a"));
    const next = links[Math.max(0, Math.min(links.length - 1, at + step))];
    if (at < 0 || !next) return;
    links[at].setAttribute("tabindex", "-1");
    next.setAttribute("tabindex", "0");
    next.focus();
    event.preventDefault();
  });

  document.addEventListener("DOMContentLoaded", () => start(document));
  document.addEventListener("htmx:afterSettle", () => start(document));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    for (const place of [...drawn.keys()]) draw(place.closest("figure"));
  });
})();
