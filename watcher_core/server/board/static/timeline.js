/*
 * The timeline: runs as bars on a canvas. It draws what is visible only, one path for each look, and only when something
 * has changed. Without this script the page has the same runs as a table.
 *
 * Names are drawn or set as text, and never stand in markup.
 */
"use strict";

(() => {
  const { HEADER, read, layOut, first, between, ticks } = TimelineRows;
  const AXIS = 30; // pixels; of the hours at the top
  const WIDE = 640; // below, there is no room for names beside the bars: they stand above them
  const PAUSE = 400; // milliseconds; what is looked at for so long is in the address
  const NEAR = 4; // pixels; so far beside a bar still means the bar
  const LEAST_SECONDS = 20; // as far as one can zoom in
  const ROUND_UP_TO = 1500; // bars with round corners; more are drawn as plain ones
  const LOOKS = ["succeeded", "running", "canceled", "skipped", "blocked", "failed"];

  const onlyTime = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const withSeconds = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
  const onlyDay = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", month: "short" });

  const plain = (name) => name.replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, "·");

  function duration(seconds) {
    const size = Math.round(Math.abs(seconds));
    if (size < 60) return `${size} s`;
    if (size < 3600) return `${Math.floor(size / 60)} min${size % 60 ? ` ${size % 60} s` : ""}`;
    return `${Math.floor(size / 3600)} h${Math.floor((size % 3600) / 60) ? ` ${Math.floor((size % 3600) / 60)} min` : ""}`;
  }

  // The part of the time that is looked at stands in the address, with the time itself: a link leads to it, and so does
  // going back.

  const written = (seconds) => new Date(Math.round(seconds) * 1000).toISOString().replace(".000", "");
  let unzoomed = null; // the query of the address where all of the time is looked at

  function askedView(data, whole) {
    const asked = new URLSearchParams(location.search).get("view") ?? "";
    const [from, to] = asked.split("/").map((each) => Date.parse(each) / 1000 - data.begin);
    const view = { from: Math.max(0, from), to: Math.min(whole.to, to) };
    return view.to - view.from >= Math.min(LEAST_SECONDS, whole.to) ? view : null;
  }

  /** What is looked at unless the address says: all of the time, or of a new history what it has. */
  function firstView(data, whole) {
    const from = data.known_since - 0.05 * (whole.to - data.known_since);
    return { from: Math.max(0, Math.min(from, whole.to - LEAST_SECONDS)), to: whole.to };
  }

  function writeView(data, whole, view) {
    const target = new URL(location.href);
    const asked = target.searchParams;
    if (unzoomed === null || !asked.has("view")) {
      asked.delete("view");
      unzoomed = target.search;
    }
    const isWhole = view.from === 0 && view.to === whole.to;
    if (isWhole) target.search = unzoomed;
    else {
      asked.delete("hours");
      asked.set("from", written(Math.floor(data.begin)));
      asked.set("to", written(Math.ceil(data.end)));
      asked.set("view", `${written(data.begin + view.from)}/${written(data.begin + view.to)}`);
    }
    if (target.search !== location.search) history.pushState(null, "", target);
    const field = document.querySelector(".filters input[name=view]");
    field.value = isWhole ? "" : asked.get("view");
    field.disabled = isWhole;
  }

  function begin(root, kept) {
    const plot = root.querySelector(".plot");
    const canvas = root.querySelector("canvas");
    const tall = root.querySelector(".tall");
    const tip = root.querySelector(".tip");
    const pen = canvas.getContext("2d", { alpha: false }); // nothing is behind it: cheaper to put on the screen
    const data = JSON.parse(root.querySelector(".data").textContent);
    const groups = read(data);
    const inOrder = groups.flatMap((group) => group.runs).sort((one, other) => one.start - other.start);
    const whole = { from: 0, to: Math.max(1, data.end - data.begin) };
    const view = askedView(data, whole) ?? firstView(data, whole);
    const rowOf = new Map();
    let rows = [];
    let size = { width: 0, height: 0, labels: 0, lane: 18, label: 0 };
    let selected = null;
    let over = null;
    let asked = false;
    let lookTimer = 0;
    let steered = false; // whether our own step scrolls, and not the reader
    let colours = null;
    root.hidden = false;

    // Sizes

    function measure() {
      const wide = root.clientWidth >= WIDE;
      const next = { labels: wide ? Math.min(280, Math.round(root.clientWidth * 0.22)) : 0, lane: 18, label: wide ? 4 : 17 };
      if (!rows.length || next.label !== size.label) {
        const made = layOut(groups, data.by, next);
        rows = made.rows;
        rowOf.clear();
        for (const row of rows) for (const lane of row.lanes ?? []) for (const run of lane.runs) rowOf.set(run, { row, lane });
        tall.style.height = `${made.height + AXIS + 6}px`;
      }
      const ratio = window.devicePixelRatio || 1;
      size = { ...next, width: plot.clientWidth, height: plot.clientHeight };
      canvas.width = Math.round(size.width * ratio);
      canvas.height = Math.round(size.height * ratio);
      canvas.style.width = `${size.width}px`;
      canvas.style.height = `${size.height}px`;
      pen.setTransform(ratio, 0, 0, ratio, 0, 0);
      ask();
    }

    function readColours() {
      const style = getComputedStyle(document.documentElement);
      const names = ["surface", "raised", "line", "text", "muted", "accent", "edge", "good", "bad", "idle", "info", "band"];
      colours = Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
      colours.font = getComputedStyle(document.body).fontFamily;
      colours.hatch = hatch(colours.surface);
      colours.well = mixed(colours.good, colours.surface, 0.72); // calm: nobody looks for what is well
      colours.runs = mixed(colours.info, colours.surface, 0.3);
    }

    /** A share of one colour in another; both as #rrggbb. */
    function mixed(one, other, share) {
      const part = (hex, at) => parseInt(hex.slice(at, at + 2), 16);
      return `rgb(${[1, 3, 5].map((at) => Math.round(part(one, at) * share + part(other, at) * (1 - share))).join(" ")})`;
    }

    /** Lines across a bar, so that a failure is seen without its colour. */
    function hatch(colour) {
      const tile = document.createElement("canvas");
      tile.width = tile.height = 6;
      const on = tile.getContext("2d");
      on.strokeStyle = colour;
      on.globalAlpha = 0.55;
      on.lineWidth = 1.4;
      on.beginPath();
      for (const shift of [-6, 0, 6]) on.moveTo(shift, 6), on.lineTo(shift + 6, 0);
      on.stroke();
      return pen.createPattern(tile, "repeat");
    }

    const scale = () => (size.width - size.labels) / (view.to - view.from);
    const xOf = (second) => size.labels + (second - view.from) * scale();
    const secondOf = (x) => view.from + (x - size.labels) / scale();

    // Drawing

    function ask() {
      if (asked) return;
      asked = true;
      requestAnimationFrame(() => {
        asked = false;
        if (canvas.isConnected) draw();
      });
    }

    const fitted = new Map(); // texts as they fit, by width; measuring is what takes the time

    function fit(text, width, font) {
      const key = `${width}|${font}|${text}`;
      let found = fitted.get(key);
      if (found === undefined) {
        found = shorten(plain(text.slice(0, 400)), width);
        if (fitted.size > 4000) fitted.clear();
        fitted.set(key, found);
      }
      return found;
    }

    function shorten(text, width) {
      if (pen.measureText(text).width <= width) return text;
      const letters = Array.from(text);
      let [low, high] = [0, letters.length];
      const cut = (kept) => `${letters.slice(0, Math.ceil(kept * 0.45)).join("")}…${letters.slice(letters.length - Math.floor(kept * 0.55)).join("")}`;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (pen.measureText(cut(middle)).width <= width) low = middle;
        else high = middle - 1;
      }
      return cut(low);
    }

    function write(text, x, y, width, { weight = 400, size: height = 12.5, colour = colours.text } = {}) {
      pen.font = `${weight} ${height}px ${colours.font}`;
      pen.fillStyle = colour;
      pen.fillText(fit(text, width, pen.font), x, y);
    }

    function draw() {
      if (!colours) readColours();
      const top = plot.scrollTop;
      const visible = between(rows, top - AXIS, top + size.height - AXIS);
      pen.fillStyle = colours.surface;
      pen.fillRect(0, 0, size.width, size.height);
      pen.textBaseline = "middle";
      pen.save();
      pen.beginPath();
      pen.rect(0, AXIS, size.width, size.height - AXIS);
      pen.clip();
      drawGround(visible, top);
      drawBars(visible, top);
      drawNames(visible, top);
      pen.restore();
      drawAxis();
    }

    function drawGround(visible, top) {
      for (const row of visible) {
        const y = row.y - top + AXIS;
        if (row.header) {
          pen.fillStyle = colours.raised;
          pen.fillRect(0, y, size.width, row.height);
        } else if (selected && rowOf.get(selected).row === row) {
          pen.fillStyle = colours.raised;
          pen.fillRect(0, y, size.width, row.height);
        }
        pen.fillStyle = colours.line;
        pen.fillRect(0, y + row.height - 1, size.width, 1);
      }
      const nowX = xOf(data.now - data.begin);
      pen.lineWidth = 1;
      for (const tick of theTicks()) {
        const x = Math.round(xOf(tick.at - data.begin)) + 0.5;
        if (x < size.labels) continue;
        pen.strokeStyle = tick.day ? colours.edge : colours.line;
        pen.beginPath();
        pen.moveTo(x, AXIS);
        pen.lineTo(x, size.height);
        pen.stroke();
      }
      if (nowX >= size.labels && nowX <= size.width) {
        pen.strokeStyle = colours.accent;
        pen.beginPath();
        pen.moveTo(nowX, AXIS);
        pen.lineTo(nowX, size.height);
        pen.stroke();
      }
    }

    const theTicks = () =>
      ticks(data.begin + view.from, data.begin + view.to, Math.max(2, (size.width - size.labels) / 74));

    function drawAxis() {
      pen.font = `400 12px ${colours.font}`;
      pen.fillStyle = colours.surface;
      pen.fillRect(0, 0, size.width, AXIS);
      let free = size.labels - 20; // where the text before ends
      const all = theTicks();
      for (const tick of all) {
        const x = xOf(tick.at - data.begin);
        const moment = new Date(tick.at * 1000);
        const text = tick.day ? onlyDay.format(moment) : (view.to - view.from < 600 ? withSeconds : onlyTime).format(moment);
        const width = pen.measureText(text).width;
        if (x - width / 2 < free + 6 || x + width / 2 > size.width) continue;
        pen.fillStyle = tick.day ? colours.text : colours.muted;
        pen.fillText(text, x - width / 2, AXIS / 2);
        free = x + width / 2;
      }
      pen.fillStyle = colours.line;
      pen.fillRect(0, AXIS - 1, size.width, 1);
    }

    function drawBars(visible, top) {
      const looks = Object.fromEntries(LOOKS.map((look) => [look, []]));
      const ghosts = [];
      const overdue = [];
      const marks = [];
      let shown = 0;
      for (const row of visible) {
        if (row.header) continue;
        for (const lane of row.lanes) {
          const y = lane.y - top + AXIS;
          let last = null; // what was drawn last there: what begins in the same pixel is not seen beside it
          for (let at = first(lane.reach, (end) => end >= view.from); at < lane.runs.length; at += 1) {
            const run = lane.runs[at];
            if (run.start > view.to) break;
            const x = Math.max(xOf(run.start), size.labels - 4);
            const end = Math.min(Math.max(xOf(run.end), x + 2), size.width + 4);
            if (last && last.state === run.state && end <= last.end) continue;
            last = { state: run.state, end };
            if (run.usual !== null) {
              const usualX = Math.min(xOf(run.usual), size.width + 4);
              if (usualX > end + 1) ghosts.push(x, y, usualX - x);
              else if (usualX > x + 2 && end - usualX > 3) overdue.push(usualX, y);
            }
            if (end < size.labels) continue;
            looks[run.state].push(x, y, end - x);
            if (run.state === "failed") marks.push(end, y);
            shown += 1;
          }
        }
      }
      pen.save();
      pen.beginPath();
      pen.rect(size.labels, AXIS, size.width - size.labels, size.height - AXIS);
      pen.clip();
      const round = shown <= ROUND_UP_TO;
      path(ghosts, 4, 10, round);
      pen.fillStyle = colours.band;
      pen.fill();
      for (const look of LOOKS) {
        const bars = looks[look];
        if (!bars.length) continue;
        path(bars, look === "failed" ? 2 : 4, look === "failed" ? 14 : 10, round && look !== "failed");
        paint(look);
      }
      // Where a run that took longer usually ends.
      path(overdue.flatMap((value, at) => (at % 2 ? [value, 2] : [value - 1])), 2, 14, false);
      pen.fillStyle = colours.text;
      pen.fill();
      pen.beginPath();
      for (let at = 0; at < marks.length; at += 2) diamond(marks[at], marks[at + 1] + 9);
      pen.fillStyle = colours.bad;
      pen.strokeStyle = colours.surface;
      pen.lineWidth = 1.5;
      pen.stroke();
      pen.fill();
      for (const run of [over, selected]) if (run) outline(run, top);
      pen.restore();
    }

    /** One path of all bars of a look: x, y and width of each. */
    function path(bars, down, height, round) {
      pen.beginPath();
      for (let at = 0; at < bars.length; at += 3) {
        const [x, y, width] = [bars[at], bars[at + 1] + down, bars[at + 2]];
        if (round && width > 6) pen.roundRect(x, y, width, height, 3);
        else pen.rect(x, y, width, height);
      }
    }

    function paint(look) {
      if (look === "succeeded") {
        pen.fillStyle = colours.well;
        pen.fill();
      } else if (look === "failed") {
        pen.fillStyle = colours.bad;
        pen.fill();
        pen.fillStyle = colours.hatch;
        pen.fill();
      } else if (look === "running") {
        pen.fillStyle = colours.runs;
        pen.fill();
        pen.strokeStyle = colours.info;
        pen.lineWidth = 1.5;
        pen.stroke();
      } else if (look === "skipped") {
        pen.fillStyle = colours.surface;
        pen.fill();
        pen.strokeStyle = colours.idle;
        pen.lineWidth = 1;
        pen.stroke();
      } else {
        pen.fillStyle = colours.idle;
        pen.fill();
        if (look === "blocked") {
          pen.fillStyle = colours.hatch;
          pen.fill();
        }
      }
    }

    function diamond(x, y) {
      pen.moveTo(x, y - 6);
      pen.lineTo(x + 5, y);
      pen.lineTo(x, y + 6);
      pen.lineTo(x - 5, y);
      pen.closePath();
    }

    function outline(run, top) {
      const { lane } = rowOf.get(run);
      const x = Math.max(xOf(run.start), size.labels - 6);
      pen.strokeStyle = colours.accent;
      pen.lineWidth = 2;
      pen.beginPath();
      pen.roundRect(x - 2, lane.y - top + AXIS, Math.max(2, Math.min(xOf(run.end), size.width + 6) - x) + 4, 18, 5);
      pen.stroke();
    }

    function drawNames(visible, top) {
      if (size.labels) {
        pen.fillStyle = colours.line;
        pen.fillRect(size.labels - 1, AXIS, 1, size.height);
      }
      for (const row of visible) {
        const y = row.y - top + AXIS;
        if (row.header) {
          const runs = row.group.runs.length;
          const count = `${runs.toLocaleString()} ${runs === 1 ? "run" : "runs"}${row.group.failures ? `, ${row.group.failures} failed` : ""}`;
          const name = row.group.name ?? "no owner";
          write(name, 10, y + row.height / 2, size.width * 0.6, { weight: 650, size: 13 });
          const at = 20 + pen.measureText(fit(name, size.width * 0.6, pen.font)).width;
          write(count, at, y + row.height / 2, size.width - at, { colour: row.group.failures ? colours.bad : colours.muted });
        } else {
          const colour = row.failed ? colours.bad : colours.text;
          if (size.labels) write(row.name, 10, y + 4 + 9, size.labels - 22, { colour, weight: row.failed ? 600 : 400 });
          else write(row.name, 4, y + 9, size.width - 8, { colour, size: 12 });
        }
      }
    }

    // Moving

    function look(from, to) {
      const span = Math.min(whole.to, Math.max(LEAST_SECONDS, to - from));
      view.from = Math.max(0, Math.min(from, whole.to - span));
      view.to = view.from + span;
      hideTip();
      ask();
      clearTimeout(lookTimer);
      lookTimer = setTimeout(() => {
        writeView(data, whole, view);
        sayView();
      }, PAUSE);
    }

    function sayView() {
      const isWhole = view.from === 0 && view.to === whole.to;
      // In whole seconds, as the address has it: who goes back or loads it again reads the same.
      const [from, to] = [view.from, view.to].map((each) => Math.round(data.begin + each) - data.begin);
      root.querySelector(".zoom output").textContent = isWhole ? "" : `${clock(from)} to ${clock(to)}`;
    }

    const move = (share) => look(view.from + share * (view.to - view.from), view.to + share * (view.to - view.from));

    function zoom(factor, at = (view.from + view.to) / 2) {
      const span = Math.min(whole.to, Math.max(LEAST_SECONDS, (view.to - view.from) / factor));
      const share = (at - view.from) / (view.to - view.from);
      look(at - share * span, at + (1 - share) * span);
    }

    // What a bar says

    function hit(x, y) {
      if (y < AXIS || x < size.labels) return null;
      const [row] = between(rows, y + plot.scrollTop - AXIS, y + plot.scrollTop - AXIS + 0.5);
      if (!row || row.header) return null;
      const lane = row.lanes[Math.max(0, Math.min(row.lanes.length - 1, Math.floor((y + plot.scrollTop - AXIS - row.lanes[0].y) / size.lane)))];
      const slack = NEAR / scale();
      const at = secondOf(x);
      let best = null;
      for (let index = first(lane.reach, (end) => end >= at - slack); index < lane.runs.length; index += 1) {
        const run = lane.runs[index];
        if (run.start > at + slack) break;
        const away = Math.max(run.start - at, at - run.end, 0);
        if (away <= Math.max(slack, 2 / scale()) && (!best || away <= best.away)) best = { run, away };
      }
      return best?.run ?? null;
    }

    const rowUnder = (y) => between(rows, y + plot.scrollTop - AXIS, y + plot.scrollTop - AXIS + 0.5)[0] ?? null;

    function line(className, text) {
      const made = document.createElement("div");
      made.className = className;
      made.textContent = text;
      return made;
    }

    const details = new Map(); // what the server says of a run, by its id
    let detailTimer = 0;

    function clock(second) {
      const moment = new Date((data.begin + second) * 1000);
      return `${onlyDay.format(moment)}, ${withSeconds.format(moment)}`;
    }

    function tell(run, x, y) {
      const took = run.end - run.start;
      const usual = run.usual === null ? null : run.usual - run.start;
      const known = details.get(run.id);
      tip.replaceChildren(
        line("name", plain(run.pipeline.slice(0, 300))),
        ...(run.scope ? [line("name quiet", plain(run.scope))] : []),
        line(`state ${run.state}`, `${run.state}${run.over ? " after" : " for"} ${duration(took)}`),
        line("quiet", `${clock(run.start)} to ${run.over ? clock(run.end) : "now"}`),
        ...(usual === null ? [] : [line("quiet", `usually ${duration(usual)}${took > usual ? `, ${duration(took - usual)} over` : ""}`)]),
        ...(known && known.rows !== null ? [line("quiet", `${known.rows.toLocaleString()} rows`)] : []),
        ...(known?.error ? [line("name problem-text", plain(known.error))] : []),
      );
      tip.hidden = false;
      const box = root.getBoundingClientRect();
      const frame = plot.getBoundingClientRect();
      const left = frame.left - box.left + x + 14;
      tip.style.left = `${Math.max(8, Math.min(left, box.width - tip.offsetWidth - 8))}px`;
      const below = frame.top - box.top + y + 20;
      tip.style.top = `${frame.top + y + 20 + tip.offsetHeight > window.innerHeight ? Math.max(-40, below - tip.offsetHeight - 36) : below}px`;
      clearTimeout(detailTimer);
      if (!known) detailTimer = setTimeout(() => learn(run, x, y), 120);
    }

    async function learn(run, x, y) {
      try {
        const answer = await fetch(`/ui/timeline/runs/${run.id}`);
        if (!answer.ok || answer.redirected) return;
        details.set(run.id, await answer.json());
        if (!tip.hidden && (over === run || selected === run)) tell(run, x, y);
      } catch {
        // The rest of what is known of the run stays.
      }
    }

    function hideTip() {
      tip.hidden = true;
      clearTimeout(detailTimer);
    }

    const open = (name) => location.assign(`/ui/pipeline?${new URLSearchParams({ name })}`);

    function choose(run) {
      if (!run) return;
      selected = run;
      const { row, lane } = rowOf.get(run);
      const span = view.to - view.from;
      if (run.end < view.from + span * 0.05 || run.start > view.to - span * 0.05) look((run.start + run.end) / 2 - span / 2, (run.start + run.end) / 2 + span / 2);
      const room = plot.clientHeight - AXIS;
      if (row.y < plot.scrollTop || row.y + row.height > plot.scrollTop + room) {
        const before = plot.scrollTop;
        plot.scrollTop = Math.max(0, row.y - room / 2);
        steered = plot.scrollTop !== before;
      }
      ask();
      tell(run, Math.max(size.labels, Math.min(size.width - 40, xOf(run.start))), lane.y - plot.scrollTop + AXIS + 6);
    }

    function step(way, wanted = () => true) {
      const at = selected ? inOrder.indexOf(selected) : way > 0 ? first(inOrder, (run) => run.start >= view.from) - 1 : inOrder.length;
      for (let index = at + way; index >= 0 && index < inOrder.length; index += way) {
        if (wanted(inOrder[index])) return choose(inOrder[index]);
      }
    }

    // Keys, wheel and pointers

    plot.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const keys = {
        ArrowLeft: () => move(-0.15),
        ArrowRight: () => move(0.15),
        "+": () => zoom(1.5),
        "=": () => zoom(1.5),
        "-": () => zoom(1 / 1.5),
        0: () => look(0, whole.to),
        n: () => step(1),
        p: () => step(-1),
        f: () => step(1, (run) => run.state === "failed"),
        Enter: () => selected && open(selected.pipeline),
        Escape: () => ((selected = null), hideTip(), ask()),
      };
      if (!keys[event.key]) return;
      event.preventDefault();
      keys[event.key]();
    });

    plot.addEventListener(
      "wheel",
      (event) => {
        const box = plot.getBoundingClientRect();
        const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY) || event.shiftKey;
        if (event.ctrlKey || event.metaKey || event.clientY - box.top < AXIS) {
          event.preventDefault();
          zoom(Math.exp(-event.deltaY * 0.0022), secondOf(Math.max(size.labels, event.clientX - box.left)));
        } else if (sideways) {
          event.preventDefault();
          const by = (event.deltaX || event.deltaY) / scale();
          look(view.from + by, view.to + by);
        }
      },
      { passive: false },
    );

    const pointers = new Map();
    let grip = null; // where the pointers took hold of the time

    const place = (event) => {
      const box = plot.getBoundingClientRect();
      return { x: event.clientX - box.left, y: event.clientY - box.top };
    };

    function hold() {
      const at = [...pointers.values()];
      const middle = at.reduce((sum, each) => sum + each.x, 0) / at.length;
      grip = { count: at.length, middle, apart: at.length > 1 ? Math.abs(at[0].x - at[1].x) : 0, from: view.from, to: view.to, moved: grip?.moved ?? false };
    }

    plot.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || event.offsetX >= plot.clientWidth) return;
      pointers.set(event.pointerId, place(event));
      if (pointers.size === 1) grip = null;
      hold();
    });

    plot.addEventListener("pointermove", (event) => {
      const at = place(event);
      if (!pointers.has(event.pointerId)) {
        hover(at);
        return;
      }
      pointers.set(event.pointerId, at);
      const all = [...pointers.values()];
      const middle = all.reduce((sum, each) => sum + each.x, 0) / all.length;
      if (!grip.moved && Math.abs(middle - grip.middle) < 4 && all.length < 2) return;
      if (!grip.moved && event.pointerType !== "touch") plot.setPointerCapture(event.pointerId);
      grip.moved = true;
      const span = grip.to - grip.from;
      if (all.length > 1 && grip.apart > 10) {
        const apart = Math.max(10, Math.abs(all[0].x - all[1].x));
        const wanted = Math.min(whole.to, (span * grip.apart) / apart);
        const fixed = grip.from + ((grip.middle - size.labels) / (size.width - size.labels)) * span;
        const share = (middle - size.labels) / (size.width - size.labels);
        look(fixed - share * wanted, fixed + (1 - share) * wanted);
      } else {
        const by = ((grip.middle - middle) / (size.width - size.labels)) * span;
        look(grip.from + by, grip.to + by);
      }
    });

    function release(event) {
      if (!pointers.delete(event.pointerId)) return;
      const moved = grip.moved;
      if (pointers.size) hold();
      else grip = null;
      if (moved || event.type !== "pointerup" || pointers.size) return;
      const at = place(event);
      const run = hit(at.x, at.y);
      const row = rowUnder(at.y);
      if (run && event.pointerType === "touch" && selected !== run) choose(run);
      else if (run) open(run.pipeline);
      else if (row && !row.header && at.x < size.labels && at.y > AXIS) open(row.name);
    }
    plot.addEventListener("pointerup", release);
    plot.addEventListener("pointercancel", release);

    function hover({ x, y }) {
      const run = hit(x, y);
      const row = rowUnder(y);
      plot.classList.toggle("over", Boolean(run) || Boolean(row && !row.header && x < size.labels && y > AXIS));
      if (run === over) return;
      over = run;
      if (run) tell(run, x, y);
      else hideTip();
      ask();
    }

    plot.addEventListener("pointerleave", () => {
      over = null;
      hideTip();
      ask();
    });
    plot.addEventListener("scroll", () => {
      if (!steered) hideTip();
      steered = false;
      ask();
    });
    root.querySelector(".zoom").addEventListener("click", (event) => {
      const how = event.target.dataset.zoom;
      if (how === "all") look(0, whole.to);
      else if (how) zoom(how === "in" ? 1.6 : 1 / 1.6);
    });
    const sizes = new ResizeObserver(measure);
    sizes.observe(plot);
    measure();
    sayView();
    if (kept) plot.scrollTop = kept.scrolled;
    return {
      root,
      keep: () => ({ scrolled: plot.scrollTop }),
      goBack: () => {
        clearTimeout(lookTimer);
        Object.assign(view, askedView(data, whole) ?? firstView(data, whole));
        sayView();
        ask();
      },
      recolour: () => ((colours = null), ask()),
      end: () => {
        clearTimeout(lookTimer);
        sizes.disconnect();
      },
    };
  }

  // The page around it

  /** The time fields in the reader's zone, and whether this is the last night, as the reader's clock has it. */
  function localTimes() {
    const local = (moment) => new Date(moment - moment.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
    const menu = document.querySelector(".filters .menu");
    if (!menu || menu.dataset.local) return;
    menu.dataset.local = "yes";
    const inZone = (field) => local(new Date(`${field.dataset.at}:00Z`));
    const fields = [...menu.querySelectorAll("input")];
    for (const field of fields) if (field.value) field.value = inZone(field);
    for (const each of menu.querySelectorAll("[data-zone]")) each.textContent = "";
    menu.addEventListener("toggle", () => {
      for (const field of fields) if (menu.open && !field.value) field.value = inZone(field);
    });
    menu.closest("form").addEventListener("formdata", (event) => {
      for (const name of ["from", "to"]) {
        const given = event.formData.get(name);
        const zoomed = new URLSearchParams(location.search).get(name);
        if (given) event.formData.set(name, new Date(given).toISOString().replace(".000", ""));
        else if (zoomed) event.formData.set(name, zoomed);
        else event.formData.delete(name);
      }
      if (event.formData.has("from")) event.formData.delete("hours");
    });
    const night = document.querySelector("#main [data-last-night]");
    if (location.search === night.search) {
      night.setAttribute("aria-current", "true");
      document.querySelector("#main h1").textContent = "Last night";
    }
  }

  let shown = null;
  let tableOpen = false;

  function start() {
    const root = document.getElementById("timeline");
    if (root === shown?.root) return;
    const kept = shown?.keep();
    shown?.end();
    const table = document.getElementById("timeline-table");
    if (table) {
      table.open = tableOpen;
      table.addEventListener("toggle", () => (tableOpen = table.open));
    }
    localTimes();
    shown = root ? begin(root, kept) : null;
  }

  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => shown?.recolour());
  document.addEventListener("htmx:afterSettle", start);
  window.addEventListener("popstate", () => shown?.goBack());
  start();
})();
