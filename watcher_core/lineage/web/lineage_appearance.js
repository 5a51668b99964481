/*
 * What the graph looks like: labels that fit into their boxes, and Cytoscape's stylesheet in the page's colours.
 */
"use strict";

const Appearance = (() => {
  const { WIDTH, HEIGHT } = Arrangement;
  const LABEL_LEFT = 16;
  const LABEL_ROOM = WIDTH - LABEL_LEFT - 14;
  const LABEL_FONT = 13;

  // Names as labels

  const pen = document.createElement("canvas").getContext("2d");
  const fontFamily = getComputedStyle(document.body).fontFamily;
  pen.font = `500 ${LABEL_FONT}px ${fontFamily}`;

  // Control characters would break the line or turn the direction of what follows; as a dot they are seen.
  const plain = (name) => name.replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, "·");

  /** Shorten in the middle, where names differ least: `warehouse.sa…orders_daily`. */
  function shortened(name, fits) {
    const text = plain(name.length > 2000 ? name.slice(0, 1000) + name.slice(-1000) : name);
    if (text === name && fits(text)) return text;
    const letters = Array.from(text);
    if (fits(text)) return text;
    const cut = (kept) => {
      const head = Math.floor(kept * 0.42);
      return `${letters.slice(0, head).join("")}…${letters.slice(letters.length - (kept - head)).join("")}`;
    };
    let [low, high] = [1, letters.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (fits(cut(middle))) low = middle;
      else high = middle - 1;
    }
    return cut(low);
  }

  const fitsBox = (text) => pen.measureText(text).width <= LABEL_ROOM;
  const upTo = (limit) => (text) => Array.from(text).length <= limit;

  // Colours

  const KNOWN_GROUPS = ["database", "warehouse", "bucket", "api", "file", "stream"];
  const OTHER_COLOURS = 3; // and a fourth, grey, for what is unknown

  /** The CSS variable with the colour of each group. Groups that nobody foresaw share a few. */
  function groupVariables(groupNames) {
    const variables = new Map();
    const others = groupNames.filter((group) => !KNOWN_GROUPS.includes(group) && group !== "unknown");
    for (const group of groupNames) {
      if (group === "unknown") variables.set(group, "--group-other-4");
      else if (KNOWN_GROUPS.includes(group)) variables.set(group, `--group-${group}`);
      else variables.set(group, `--group-other-${(others.indexOf(group) % OTHER_COLOURS) + 1}`);
    }
    return variables;
  }

  const groupVariable = groupVariables(Lineage.groupNames);

  // Where an address stands: a colour and a sign, never the colour alone; and what people call it, where that differs.
  const STATES = {
    failing: { variable: "--bad", sign: "✕" },
    blocked: { variable: "--idle", sign: "‖" },
    stale: { variable: "--warn", sign: "◔" },
    strange: { variable: "--strange", sign: "≈", said: "unusual" },
    running: { variable: "--info", sign: "▸" },
    fine: { variable: "--good", sign: "✓" },
    unknown: { variable: "--idle", sign: "", said: "no run" },
  };
  const PROBLEMS = ["failing", "blocked", "stale", "strange"];
  const signed = (address) =>
    PROBLEMS.includes(address.state) || address.state === "running" ? `${STATES[address.state].sign} ` : "";

  const colour = (variable) => getComputedStyle(document.documentElement).getPropertyValue(variable).trim();

  /** A share of one colour in another; both as #rrggbb. */
  function mixed(one, other, share) {
    const part = (hex, at) => parseInt(hex.slice(at, at + 2), 16);
    const parts = [1, 3, 5].map((at) => Math.round(part(one, at) * share + part(other, at) * (1 - share)));
    return `#${parts.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
  }

  /** A line through the name of a deprecated address: text on a canvas knows no strike. */
  function strike(width, stroke) {
    const svg =
      `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}">` +
      `<path d="M${LABEL_LEFT - 1} ${HEIGHT / 2 + 0.5}h${width + 2}" stroke="${stroke}" stroke-width="1.3"/></svg>`;
    return `data:image/svg+xml;utf8,${encodeURIComponent(svg)}`;
  }

  /** Cytoscape's stylesheet, in the colours that hold now. */
  function stylesheet() {
    const names = ["surface", "ground", "text", "muted", "accent", "edge", "upstream", "downstream"];
    const is = Object.fromEntries(names.map((name) => [name, colour(`--${name}`)]));
    const ofGroup = new Map([...groupVariable].map(([group, variable]) => [group, colour(variable)]));
    const ofState = new Map(Object.entries(STATES).map(([state, { variable }]) => [state, colour(variable)]));
    // In the board, the colour is that of the state, and problems stand out.
    const groupOf = (node) => ofState.get(node.data("state")) ?? ofGroup.get(node.data("group"));
    const tintOf = (node) => (PROBLEMS.includes(node.data("state")) ? 0.2 : 0.09);
    const way = (name) => ({
      "border-width": 2,
      "border-color": is[name],
      "underlay-color": is[name],
      "underlay-opacity": 0.16,
      "underlay-padding": 5,
      "underlay-shape": "round-rectangle",
    });
    const stream = (name) => ({
      width: 2.4,
      opacity: 1,
      "line-color": is[name],
      "target-arrow-color": is[name],
      "target-arrow-shape": "triangle",
      "z-index": 5,
    });
    return [
      {
        selector: "node",
        style: {
          shape: "round-rectangle",
          "corner-radius": 9,
          width: WIDTH,
          height: HEIGHT,
          "background-fill": "linear-gradient",
          "background-gradient-direction": "to-right",
          "background-gradient-stop-colors": (node) => {
            const tint = mixed(groupOf(node), is.surface, tintOf(node));
            return [groupOf(node), groupOf(node), tint, tint];
          },
          "background-gradient-stop-positions": "0% 2.6% 2.6% 100%",
          "border-width": 1,
          "border-color": (node) => mixed(groupOf(node), is.surface, 0.42),
          label: "data(label)",
          color: is.text,
          "font-family": fontFamily,
          "font-size": LABEL_FONT,
          "font-weight": 500,
          "text-valign": "center",
          "text-halign": "right", // of the box; the margin brings it back in, to begin at the box's left edge
          "text-margin-x": LABEL_LEFT - WIDTH,
          "text-events": "no",
          "min-zoomed-font-size": 4,
          "overlay-opacity": 0,
        },
      },
      {
        selector: "node.deprecated",
        style: {
          color: is.muted,
          "border-style": "dashed",
          "border-dash-pattern": [5, 3],
          "border-width": 1.5,
          "border-color": is.muted,
          "background-image": (node) => strike(node.data("labelWidth"), is.muted),
          "background-width": "100%",
          "background-height": "100%",
        },
      },
      {
        selector: "node.far",
        style: {
          "background-fill": "solid",
          "background-color": (node) =>
            mixed(groupOf(node), is.surface, !node.data("state") || PROBLEMS.includes(node.data("state")) ? 0.7 : 0.32),
          "background-image": "none",
          "border-width": 0,
          label: "",
        },
      },
      {
        // The most important names stay when boxes become blocks; their size is that on the screen.
        selector: "node.named",
        style: {
          label: "data(label)",
          "font-size": "data(farSize)",
          "font-weight": 600,
          "text-halign": "center",
          "text-valign": "top",
          "text-margin-x": 0,
          "text-margin-y": (node) => -0.3 * node.data("farSize"),
          "text-background-color": is.ground,
          "text-background-opacity": 0.85,
          "text-background-padding": (node) => 0.2 * node.data("farSize"),
          "text-background-shape": "round-rectangle",
          "z-index": 20,
        },
      },
      {
        selector: "edge",
        style: {
          width: 1.5,
          "line-color": is.edge,
          "curve-style": "straight",
          "source-endpoint": "50% 0%",
          "target-endpoint": "-50% 0%",
          "target-arrow-shape": "none",
          "target-arrow-color": is.edge,
          "arrow-scale": 0.85,
          opacity: 0.45,
          "overlay-opacity": 0,
          "font-family": fontFamily,
          "font-size": 11,
          color: is.text,
          "text-background-color": is.ground,
          "text-background-opacity": 0.85,
          "text-background-padding": 2,
          "text-margin-y": -9, // above the line
          "text-background-shape": "round-rectangle",
          "min-zoomed-font-size": 6,
        },
      },
      {
        selector: "edge.curved",
        style: {
          "curve-style": "unbundled-bezier",
          "edge-distances": "endpoints",
          "control-point-weights": (edge) => edge.data("weights"),
          "control-point-distances": (edge) => edge.data("distances"),
          "target-arrow-shape": "triangle",
          opacity: 1,
        },
      },
      {
        selector: "edge.self",
        style: {
          "curve-style": "bezier",
          "source-endpoint": "outside-to-node",
          "target-endpoint": "outside-to-node",
          "loop-direction": "0deg",
          "loop-sweep": "40deg",
          "control-point-step-size": 46,
          "target-arrow-shape": "triangle",
          opacity: 1,
        },
      },
      // From afar, a line of its proper width would be too thin to be seen at all.
      { selector: "edge.far", style: { width: 4, "target-arrow-shape": "none" } },
      { selector: "node.faded", style: { opacity: 0.2 } },
      { selector: "edge.faded", style: { opacity: 0.09 } },
      { selector: "node.up", style: way("upstream") },
      { selector: "node.down", style: way("downstream") },
      { selector: "node.up.down", style: { "border-color": is.upstream } }, // in a cycle: one colour around the other
      { selector: "edge.up", style: stream("upstream") },
      { selector: "edge.down", style: stream("downstream") },
      {
        selector: "edge.up.down",
        style: { "line-fill": "linear-gradient", "line-gradient-stop-colors": [is.upstream, is.downstream] },
      },
      {
        selector: "node.chosen",
        style: { ...way("accent"), "border-width": 3, "underlay-opacity": 0.28, "underlay-padding": 7 },
      },
      { selector: "node.far.chosen", style: { "background-color": is.accent, "underlay-padding": 40 } },
      { selector: "edge.far.up, edge.far.down", style: { width: 9 } },
      { selector: "node.far.up", style: { "background-color": is.upstream } },
      { selector: "node.far.down", style: { "background-color": is.downstream } },
      { selector: "edge.chosen", style: { ...stream("accent"), width: 3.2, "z-index": 9 } },
      { selector: "edge.labelled", style: { label: "data(label)", "z-index": 10 } },
      { selector: "node.over", style: { "border-width": 2, "border-color": is.accent } },
      { selector: "edge.over", style: { ...stream("accent"), width: 3 } },
      { selector: ".gone", style: { display: "none" } },
    ];
  }

  const widthOf = (text) => Math.ceil(pen.measureText(text).width);

  return { plain, shortened, fitsBox, upTo, widthOf, groupVariable, STATES, PROBLEMS, signed, stylesheet };
})();
