/*
 * Elements of the page beside the graph: what the panel says of an address or an edge, and the parts of which lists are
 * made. Strings become text, never markup.
 */
"use strict";

const Panel = (() => {
  const { plain, groupVariable, STATES, PROBLEMS } = Appearance;
  const { standings } = Lineage;
  const ROWS = 50; // of a list, before it asks

  const byId = (id) => document.getElementById(id);
  const count = (number, one, many) => `${number.toLocaleString("en")} ${number === 1 ? one : many}`;

  // What the panel's buttons do; the page sets it, which knows the graph that is drawn.
  const actions = { select: null, clear: null, togglePart: null, toCause: null };

  function element(tag, { className = "", ...properties } = {}, ...children) {
    const made = document.createElement(tag);
    made.className = className;
    for (const [name, value] of Object.entries(properties)) {
      if (name.startsWith("aria-") || name === "role") made.setAttribute(name, value);
      else made[name] = value;
    }
    made.append(...children.filter((child) => child !== null)); // strings become text, never markup
    return made;
  }

  const nameOf = (text) => element("span", { className: "name" }, plain(text));

  function swatch(group) {
    const made = element("span", { className: "swatch" });
    made.style.setProperty("--group", `var(${groupVariable.get(group)})`);
    return made;
  }

  /** The mark of an address: in the board the colour of its state, as in the graph; else that of its group. */
  function markOf(address) {
    if (!standings) return swatch(address.group);
    return element("span", { className: `standing ${address.state}` }, element("span", { className: "swatch" }));
  }

  function rows(items, row) {
    const list = element("ul", { className: "entries" });
    const add = (some) => list.append(...some.map((item) => element("li", {}, row(item))));
    add(items.slice(0, ROWS));
    if (items.length > ROWS) {
      const more = element(
        "button",
        { type: "button", className: "more" },
        `Show all ${items.length.toLocaleString("en")}`,
      );
      more.onclick = () => {
        more.parentElement.remove();
        add(items.slice(ROWS));
      };
      list.append(element("li", {}, more));
    }
    return list;
  }

  const addressRow = (address) =>
    element(
      "button",
      {
        type: "button",
        className: address.deprecated ? "deprecated" : "",
        onclick: () => {
          actions.select(address);
          byId("panel").focus();
        },
      },
      markOf(address),
      nameOf(address.name),
      element("span", { className: "hint" }, plain(address.type)),
    );

  const standing = (state) =>
    element("span", { className: `standing ${state}` }, `${STATES[state].sign} ${STATES[state].said ?? state}`.trim());

  const pipelineAddress = (name) => `/ui/pipeline?${new URLSearchParams({ name })}`;

  /** A pipeline; in the board with its state, its last run and its alerts. */
  function pipelineRow(pipeline) {
    if (!standings) return element("span", {}, nameOf(pipeline));
    const { state, at, alerts } = standings.get(pipeline);
    return element(
      "div",
      { className: "line" },
      element("a", { href: pipelineAddress(pipeline) }, nameOf(pipeline)),
      standing(state),
      at === null ? null : element("span", { className: "hint" }, `last run ${lastRun.format(new Date(at * 1000))}`),
      ...alerts.map(([id, headline]) =>
        element("a", { className: "alert", href: `/ui/alerts/${id}` }, nameOf(headline)),
      ),
    );
  }

  const lastRun = new Intl.DateTimeFormat(undefined, {
    weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
  });

  /** Columns of an address, which the board asks for when the reader does. */
  function columnsOf(address) {
    if (!standings) return [];
    const place = element("div", { className: "columns-of" });
    const load = (column) => {
      const asked = new URLSearchParams({ address: address.name, ...(column ? { column } : {}) });
      htmx.ajax("GET", `/ui/lineage/columns?${asked}`, { target: place, swap: "innerHTML" });
    };
    const made = element("details", {}, element("summary", {}, "Columns"), place);
    const wanted = Lineage.focus === address.name ? Lineage.columns : null;
    made.addEventListener("toggle", () => made.open && !place.hasChildNodes() && load(wanted));
    if (wanted) made.open = true;
    return [made];
  }

  function section(title, items, row, none) {
    return [
      element("h3", {}, title, items.length > 1 ? element("span", {}, items.length.toLocaleString("en")) : null),
      items.length ? rows(items, row) : element("p", { className: "none" }, none),
    ];
  }

  function wayCard(name, reached) {
    const perDepth = [];
    for (const depth of reached.depths.values()) perDepth[depth - 1] = (perDepth[depth - 1] ?? 0) + 1;
    const most = Math.max(1, ...perDepth);
    const bars = element("div", {
      className: "depths",
      role: "img",
      "aria-label": perDepth.map((number, at) => `${number} at depth ${at + 1}`).join(", ") || "none",
    });
    perDepth.forEach((number, at) => {
      const bar = element("i", {
        title: `${count(number, "address", "addresses")}, ${count(at + 1, "step", "steps")} away`,
      });
      bar.style.height = `${Math.max(8, (100 * number) / most)}%`;
      bars.append(bar);
    });
    return element(
      "div",
      { className: `way ${name}` },
      element(
        "p",
        {},
        element("strong", {}, reached.depths.size.toLocaleString("en")),
        perDepth.length ? element("span", {}, `depth ${perDepth.length}`) : null,
      ),
      element("span", {}, name),
      bars,
    );
  }

  function openPanel(...content) {
    byId("panel").replaceChildren(...content);
    byId("panel").scrollTop = 0;
    byId("panel").hidden = false;
  }

  function panelHeader(...badges) {
    return element(
      "header",
      {},
      element("div", { className: "kind" }, ...badges),
      element(
        "button",
        {
          type: "button",
          className: "close",
          "aria-label": "Clear the selection",
          title: "Clear (Esc)",
          onclick: () => actions.clear(),
        },
        "×",
      ),
    );
  }

  function ofAddress(address, { up, down }, { part }) {
    const byNameOf = (one, other) => one.name.localeCompare(other.name);
    const pipelines = (some) => [...new Set(some.flatMap((edge) => edge.pipelines))].sort();
    const cause = standings ? Lineage.cause(address) : { causes: [], way: [] };
    const sources = address.incoming.map((edge) => edge.source).sort(byNameOf);
    const targets = address.outgoing.map((edge) => edge.target).sort(byNameOf);
    const connectedToOthers = up.depths.size + down.depths.size > 0;
    openPanel(
      panelHeader(
        element("span", { className: "tag" }, markOf(address), plain(address.type)),
        address.group === address.type ? null : element("span", { className: "tag" }, plain(address.group)),
        address.deprecated ? element("span", { className: "tag warning" }, "deprecated") : null,
        standings && address.state !== "unknown" ? standing(address.state) : null,
      ),
      element("h2", { className: address.deprecated ? "name deprecated" : "name" }, plain(address.name)),
      element("div", { className: "ways-count" }, wayCard("upstream", up), wayCard("downstream", down)),
      element(
        "div",
        { className: "deeds" },
        element("button", { type: "button", onclick: () => actions.select(address) }, "Center"),
        connectedToOthers
          ? element(
              "button",
              { type: "button", "aria-pressed": String(part === "all"), onclick: () => actions.togglePart() },
              "Only its lineage",
            )
          : null,
        cause.way.length > 1
          ? element(
              "button",
              { type: "button", "aria-pressed": String(part === "cause"), onclick: () => actions.toCause() },
              "Only the way to the cause",
            )
          : null,
      ),
      ...(PROBLEMS.includes(address.state) && cause.causes.length === 1 && cause.causes[0] === address
        ? [element("p", { className: "none" }, "The cause is here: nothing upstream fails.")]
        : []),
      ...section("Written by", Lineage.writers(address), pipelineRow, "No pipeline of this graph writes it."),
      ...section("Read by", pipelines(address.outgoing), pipelineRow, "No pipeline of this graph reads it."),
      ...section("Directly upstream", sources, addressRow, "Nothing: the data begins here."),
      ...section("Directly downstream", targets, addressRow, "Nothing: the data ends here."),
      ...columnsOf(address),
    );
  }

  function ofEdge(edge) {
    openPanel(
      panelHeader(element("span", { className: "tag" }, "edge")),
      ...section("Pipelines", edge.pipelines, pipelineRow, ""),
      ...section("Read", [edge.source], addressRow, ""),
      ...section("Written", [edge.target], addressRow, ""),
    );
  }

  function ofPipeline(name) {
    const edges = Lineage.pipelines.get(name);
    const ends = (end) => [...new Set(edges.map((edge) => edge[end]))];
    openPanel(
      panelHeader(element("span", { className: "tag" }, "pipeline")),
      element("h2", { className: "name" }, plain(name)),
      ...(standings ? section("State", [name], pipelineRow, "") : []),
      ...section("Reads", ends("source"), addressRow, "Nothing of this graph."),
      ...section("Writes", ends("target"), addressRow, "Nothing of this graph."),
    );
  }

  return { markOf, ofPipeline, actions, element, nameOf, swatch, ofAddress, ofEdge };
})();
