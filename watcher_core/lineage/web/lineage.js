/*
 * The lineage page: draws the graph, and shows what is up and down from what is selected. Cytoscape draws, dagre
 * arranges; all that is asked of the graph is computed on plain objects.
 *
 * Names come from anywhere. They are only ever set as text, and never stand in a selector or an attribute of markup.
 */
"use strict";

(() => {
  const { addresses, edges, byName, groups, groupNames, reach, UP, DOWN } = Lineage;
  const { HEIGHT, arrange, curve, box } = Arrangement;
  const { plain, shortened, fitsBox, upTo, widthOf, STATES, PROBLEMS, signed, stylesheet } = Appearance;
  const { element, nameOf, swatch } = Panel;
  const { input } = Search;

  const CURVES_UP_TO = 1200; // edges; curves take three times as long to draw as straight lines
  const WAITS_ABOVE = 150; // addresses; fewer are there at once
  const DRAWN_AT_ONCE = 500; // addresses, on the board; of more, a window shows blocks without names
  const SHOWN_OF_MANY = 900; // of a graph that is larger
  const LABELLED_EDGES_UP_TO = 12; // more labels around one address than this hide what they explain
  const READABLE = 0.55; // zoom; below, names are too small to read at a glance
  const NAMES_FROM_AFAR = 40;
  const FAR_BELOW = 0.32; // zoom; below, boxes become blocks in their group's colour, without names

  const byId = (id) => document.getElementById(id);
  const body = document.body;

  function pipelinesLabel(edge) {
    const first = shortened(edge.pipelines[0], upTo(18));
    return edge.pipelines.length > 1 ? `${first} +${edge.pipelines.length - 1}` : first;
  }

  // Drawing

  let cy = null;
  let drawn = { addresses: [], positions: new Map(), routes: new Map() };
  let home = null; // what is shown without a part: its addresses and their arrangement; everything, where there is room
  const selection = { address: null, edge: null, pipeline: null, part: null }; // part: "all" or "cause"
  const hiddenGroups = new Set();
  const hiddenStates = new Set();
  let hideDeprecated = false;

  const nodeOf = (address) => cy.getElementById(`a${address.index}`);
  const lineOf = (edge) => cy.getElementById(`e${edge.index}`);
  const addressOf = (node) => addresses[node.data("index")];
  const edgeOf = (line) => edges[line.data("index")];

  /** Draw these addresses and the edges between them, in place of what is drawn. */
  function draw(chosen, arrangement) {
    const members = new Set(chosen);
    drawn = { addresses: chosen, ...arrangement };
    const inside = edges.filter((edge) => members.has(edge.source) && members.has(edge.target));
    const curves = inside.length <= CURVES_UP_TO;
    const elements = [];
    for (const address of chosen) {
      const label = shortened(`${signed(address)}${address.name}`, fitsBox);
      elements.push({
        group: "nodes",
        data: {
          id: `a${address.index}`,
          index: address.index,
          group: address.group,
          ...(address.state ? { state: address.state } : {}),
          farSize: 13,
          label,
          labelWidth: address.deprecated ? widthOf(label) : 0,
        },
        position: { ...arrangement.positions.get(address) },
        classes: address.deprecated ? "deprecated" : "",
      });
    }
    for (const edge of inside) {
      const self = edge.source === edge.target;
      elements.push({
        group: "edges",
        data: {
          id: `e${edge.index}`,
          index: edge.index,
          source: `a${edge.source.index}`,
          target: `a${edge.target.index}`,
          label: pipelinesLabel(edge),
          ...(self ? {} : curve(edge, arrangement)),
        },
        classes: self ? "self" : curves ? "curved" : "",
      });
    }
    cy.batch(() => {
      cy.elements().remove();
      cy.add(elements);
    });
    body.dataset.addresses = cy.nodes().length;
    body.dataset.edges = cy.edges().length;
    filter();
    farOrNear(true);
  }

  let far = false;

  function farOrNear(anew) {
    const now = cy.zoom() < FAR_BELOW;
    if (now === far && !anew) return;
    far = now;
    cy.batch(() => cy.elements().toggleClass("far", far));
    nameAgain();
  }

  let namesTimer = 0;
  let named = [];

  function nameAgain() {
    clearTimeout(namesTimer);
    namesTimer = setTimeout(nameFew, 120);
  }

  /** From afar, the names that matter most, where they do not lie on each other: chosen, wrong, much used. */
  function nameFew() {
    const zoom = cy.zoom();
    cy.batch(() => {
      for (const node of named) node.removeClass("named");
      named = [];
      if (!far) return;
      const weight = (address) =>
        (address === selection.address ? 1e6 : 0) +
        (PROBLEMS.includes(address.state) ? 1e4 * (PROBLEMS.length - PROBLEMS.indexOf(address.state)) : 0) +
        address.incoming.length + address.outgoing.length;
      const extent = cy.extent();
      const taken = [];
      const ranked = drawn.addresses
        .filter((address) => {
          const { x, y } = drawn.positions.get(address);
          return x > extent.x1 && x < extent.x2 && y > extent.y1 && y < extent.y2;
        })
        .sort((one, other) => weight(other) - weight(one));
      for (const address of ranked.slice(0, 400)) {
        if (named.length >= NAMES_FROM_AFAR) break;
        const { x, y } = drawn.positions.get(address);
        const node = nodeOf(address);
        if (node.hasClass("gone")) continue;
        const width = widthOf(node.data("label"));
        const at = { x: x * zoom, y: (y - HEIGHT / 2) * zoom, width };
        const free = (each) => Math.abs(each.y - at.y) > 24 || Math.abs(each.x - at.x) > (each.width + width) / 2 + 12;
        if (!taken.every(free)) continue;
        taken.push(at);
        node.data("farSize", 12 / zoom);
        node.addClass("named");
        named.push(node);
      }
    });
  }

  function filter() {
    const gone = (address) =>
      hiddenGroups.has(address.group) || hiddenStates.has(address.state) || (hideDeprecated && address.deprecated);
    cy.batch(() => cy.nodes().forEach((node) => void node.toggleClass("gone", gone(addressOf(node)))));
  }

  // The view

  const still = window.matchMedia("(prefers-reduced-motion: reduce)");

  /** The part of the window that is not covered by the panel or the legend. */
  function room() {
    const wide = window.innerWidth > 760; // as in the style
    const panel = byId("panel");
    const edge = Math.min(48, cy.width() / 12);
    const beside = wide && !panel.hidden ? panel.offsetWidth + 16 : 0;
    const below = wide ? byId("legend").offsetHeight : panel.offsetHeight; // of what is hidden, 0
    return { edge, width: cy.width() - beside - 2 * edge, height: cy.height() - below - 2 * edge };
  }

  const boxOf = (members) => box(members.map((address) => drawn.positions.get(address)));

  function zoomFor(members) {
    const { width, height } = boxOf(members);
    const free = room();
    return Math.max(0.01, Math.min(1.1, free.width / width, free.height / height));
  }

  function show(members, { animate = true } = {}) {
    const { left, top, width, height } = boxOf(members);
    fitted = false;
    const free = room();
    const zoom = zoomFor(members);
    const pan = {
      x: free.edge + free.width / 2 - (left + width / 2) * zoom,
      y: free.edge + free.height / 2 - (top + height / 2) * zoom,
    };
    cy.stop();
    if (animate && !still.matches) cy.animate({ zoom, pan, duration: 380, easing: "ease-in-out-cubic" });
    else cy.viewport({ zoom, pan });
  }

  // Whether the window shows all that is drawn, because nobody has moved it since.
  let fitted = false;

  function fit(options) {
    show(drawn.addresses, options);
    fitted = true;
  }

  /** Fit again, because the panel took or gave room; but never move what a person has placed. */
  const refit = () => fitted && fit();

  function zoomBy(factor) {
    fitted = false;
    cy.stop();
    cy.zoom({ level: cy.zoom() * factor, renderedPosition: { x: cy.width() / 2, y: cy.height() / 2 } });
  }

  // Selection

  function clear() {
    const part = selection.part;
    Object.assign(selection, { address: null, edge: null, pipeline: null, part: null });
    byId("panel").hidden = true;
    if (part) goHome();
    highlight();
    if (part) fit();
    else refit();
    remember(null);
  }

  function selectAddress(address, { move = false } = {}) {
    if (!drawn.positions.has(address)) leavePart();
    Object.assign(selection, { address, edge: null, pipeline: null });
    if (!drawn.positions.has(address)) drawPart("all", lineageOf(address));
    reveal(address);
    const reached = highlight();
    Panel.ofAddress(address, reached, selection);
    remember(address);
    if (!move) {
      refit();
      return;
    }
    // The whole way, where its names are readable then; else the neighbours; else the address alone.
    const neighbours = [...address.incoming.map((edge) => edge.source), ...address.outgoing.map((edge) => edge.target)];
    const way = [...reached.up.depths.keys(), ...reached.down.depths.keys()];
    const views = [way, neighbours, []].map((others) => [
      address,
      ...others.filter((other) => drawn.positions.has(other)),
    ]);
    show(views.find((members) => zoomFor(members) >= READABLE) ?? [address]);
  }

  function selectEdge(edge) {
    Object.assign(selection, { address: null, edge, pipeline: null });
    highlight();
    Panel.ofEdge(edge);
    refit();
    remember(null);
  }

  function selectPipeline(name) {
    const own = Lineage.pipelines.get(name).flatMap((edge) => [edge.source, edge.target]);
    const members = [...new Set([...own, ...addresses.filter((address) => address.homes.includes(name))])];
    leavePart();
    Object.assign(selection, { address: null, edge: null, pipeline: name });
    if (!members.every((address) => drawn.positions.has(address))) drawPart("pipeline", members.slice(0, SHOWN_OF_MANY));
    highlight();
    Panel.ofPipeline(name);
    remember(null);
    const there = members.filter((address) => drawn.positions.has(address));
    if (there.length) show(there);
  }

  /** A selected address is shown, whatever the legend hides. */
  function reveal(address) {
    const hidden = hiddenGroups.delete(address.group) || hiddenStates.delete(address.state);
    if (!hidden && !(hideDeprecated && address.deprecated)) return;
    if (address.deprecated) hideDeprecated = false;
    filter();
    legend();
  }

  /** Colour what is up and down from the selection, fade the rest; give what was found. */
  function highlight() {
    const { address, edge, pipeline } = selection;
    if (pipeline !== null) return highlightPipeline(pipeline);
    const up = reach(address ?? edge?.source ?? null, UP);
    const down = reach(address ?? edge?.target ?? null, DOWN);
    cy.batch(() => {
      cy.elements().removeClass("up down chosen faded labelled");
      body.dataset.selected = address?.name ?? "";
      if (!address && !edge) {
        if (cy.edges().length > CURVES_UP_TO) cy.edges().removeClass("curved");
        return;
      }
      if (edge) {
        up.depths.set(edge.source, 0);
        down.depths.set(edge.target, 0);
      }
      const curves = up.edges.size + down.edges.size <= CURVES_UP_TO;
      cy.nodes().forEach((node) => {
        const member = addressOf(node);
        if (member === address) node.addClass("chosen");
        else if (!up.depths.has(member) && !down.depths.has(member)) node.addClass("faded");
        if (member !== address && up.depths.has(member)) node.addClass("up");
        if (member !== address && down.depths.has(member)) node.addClass("down");
      });
      cy.edges().forEach((line) => {
        const member = edgeOf(line);
        const self = member.source === member.target;
        const touches = member.source === address || member.target === address;
        if (up.edges.has(member)) line.addClass("up");
        if (down.edges.has(member)) line.addClass("down");
        if (member === edge) line.addClass("chosen labelled");
        else if (!up.edges.has(member) && !down.edges.has(member) && !(self && touches)) line.addClass("faded");
        else if (curves && !self) line.addClass("curved");
      });
      if (address) {
        const near = [...new Set([...address.incoming, ...address.outgoing])];
        if (near.length <= LABELLED_EDGES_UP_TO) near.forEach((line) => lineOf(line).addClass("labelled"));
      }
    });
    body.dataset.upstream = up.depths.size;
    body.dataset.downstream = down.depths.size;
    return { up, down };
  }

  function highlightPipeline(name) {
    const own = new Set(Lineage.pipelines.get(name));
    const ends = new Set([...own].flatMap((edge) => [edge.source, edge.target]));
    cy.batch(() => {
      cy.elements().removeClass("up down chosen faded labelled");
      body.dataset.selected = "";
      cy.nodes().forEach((node) => {
        const member = addressOf(node);
        node.toggleClass("faded", !ends.has(member) && !member.homes.includes(name));
      });
      cy.edges().forEach((line) => void line.addClass(own.has(edgeOf(line)) ? "chosen" : "faded"));
    });
    return null;
  }

  /** Show only what is up and down from the selected address, arranged for itself; or everything again. */
  function togglePart() {
    showPart("all", () => lineageOf(selection.address));
  }

  /** An address and what is up and down from it; of very much, the nearest. */
  function lineageOf(address) {
    const ways = [reach(address, UP), reach(address, DOWN)].map(({ depths }) => [...depths.keys()]);
    if (isLarge) ways.forEach((way) => way.splice(SHOWN_OF_MANY / 2)); // they are in the order of their distance
    return [address, ...new Set(ways.flat())];
  }

  /** Show only what lies between the selected address and the failures behind it; or everything again. */
  function toCause() {
    showPart("cause", () => Lineage.cause(selection.address).way);
  }

  function showPart(name, members) {
    const { address } = selection;
    if (selection.part === name) {
      leavePart();
      if (!drawn.positions.has(address)) return clear();
      highlight();
      show([address]);
    } else {
      drawPart(name, members());
      highlight();
      fit();
    }
    Panel.ofAddress(address, { up: reach(address, UP), down: reach(address, DOWN) }, selection);
  }

  function leavePart() {
    if (!selection.part) return;
    selection.part = null;
    goHome();
  }

  function drawPart(name, members) {
    selection.part = name;
    draw(members, arrange(members, edges));
    sayExtent();
  }

  function goHome() {
    draw(home.addresses, home.arrangement);
    sayExtent();
  }

  // A window has room for some hundred names, and a browser draws no ten thousand addresses. The board begins with what
  // matters of them.

  const isLarge = Lineage.standings !== null && addresses.length > DRAWN_AT_ONCE;

  /** What is wrong and its neighbours; where nothing is, what is used most. */
  function whatMatters() {
    const uses = (address) => address.incoming.length + address.outgoing.length;
    const wrong = PROBLEMS.flatMap((state) => addresses.filter((address) => address.state === state));
    const chosen = wrong.length ? wrong : [...addresses].sort((one, other) => uses(other) - uses(one)).slice(0, 60);
    const members = new Set(chosen.slice(0, SHOWN_OF_MANY / 3));
    for (const address of [...members]) {
      for (const edge of [...address.incoming, ...address.outgoing]) {
        if (members.size >= SHOWN_OF_MANY) return [...members];
        members.add(edge.source).add(edge.target);
      }
    }
    return [...members];
  }

  function sayExtent() {
    const place = byId("extent");
    if (!place) return;
    const left = addresses.length - drawn.addresses.length;
    const counts = `${drawn.addresses.length.toLocaleString()} of ${addresses.length.toLocaleString()} addresses are drawn`;
    place.hidden = !isLarge || left === 0;
    if (place.hidden) return;
    const why = selection.part ? "" : addresses.some((each) => PROBLEMS.includes(each.state))
      ? ": what is wrong, and its neighbours"
      : ": what is used most";
    const all = element("button", { type: "button", className: "quiet", onclick: drawAll }, "Draw all");
    place.replaceChildren(`${counts}${why}. `, ...(selection.part ? [] : [all]));
  }

  function drawAll() {
    byId("extent").textContent = "Drawing all of them …";
    setTimeout(() => {
      home = { addresses, arrangement: arrange(addresses, edges) };
      goHome();
      highlight();
      fit({ animate: false });
    }, 30);
  }

  // The address in the URL, so that a link can lead to it

  function remember(address) {
    const target = new URL(location.href);
    if (Lineage.standings) {
      target.searchParams.delete("focus");
      if (address) target.searchParams.set("focus", address.name);
      if (address?.name !== Lineage.focus) target.searchParams.delete("columns");
    } else target.hash = address ? `#${encodeURIComponent(address.name)}` : "";
    try {
      history.replaceState(null, "", target.href);
    } catch {
      // Some viewers of attachments do not let a page change its URL. It works without.
    }
  }

  function asked() {
    const fragment = location.hash.slice(1);
    if (!fragment) return null;
    try {
      return decodeURIComponent(fragment);
    } catch {
      return fragment; // typed by hand, with a lone %
    }
  }

  function goTo(name) {
    const address = byName.get(name);
    if (address) selectAddress(address, { move: true });
    else notify(`There is no address “${shortened(name, upTo(60))}” in this graph.`);
  }

  let noticeTimer = 0;

  function notify(text) {
    byId("notice").textContent = text;
    byId("notice").hidden = false;
    clearTimeout(noticeTimer);
    noticeTimer = setTimeout(() => (byId("notice").hidden = true), 6000);
  }

  // The legend

  function legend() {
    const toggle = (label, mark, number, shown, change) =>
      element(
        "button",
        { type: "button", "aria-pressed": String(shown), onclick: () => (change(), filter(), legend()) },
        mark,
        nameOf(label),
        element("span", { className: "count" }, number.toLocaleString("en")),
      );
    const deprecated = addresses.filter((address) => address.deprecated).length;
    const states = Lineage.standings ? Lineage.states.filter(([, number]) => number) : [];
    const focused = [...byId("legend").querySelectorAll("button")].indexOf(document.activeElement);
    byId("legend").replaceChildren(
      ...states.map(([state, number]) => {
        const shown = !hiddenStates.has(state);
        const change = () => (shown ? hiddenStates.add(state) : hiddenStates.delete(state));
        return toggle(STATES[state].said ?? state, standingMark(state), number, shown, change);
      }),
      ...(states.length && groupNames.length < 2 ? [] : groupNames).map((group) => {
        const shown = !hiddenGroups.has(group);
        const change = () => (shown ? hiddenGroups.add(group) : hiddenGroups.delete(group));
        return toggle(group, states.length ? "" : swatch(group), groups.get(group), shown, change);
      }),
      ...(deprecated
        ? [
            toggle(
              "deprecated",
              element("span", { className: "swatch deprecated" }),
              deprecated,
              !hideDeprecated,
              () => (hideDeprecated = !hideDeprecated),
            ),
          ]
        : []),
      element(
        "p",
        { className: "ways" },
        element("span", { className: "upstream" }, "upstream"),
        element("span", { className: "downstream" }, "downstream"),
      ),
    );
    byId("legend").querySelectorAll("button")[focused]?.focus();
  }

  /** The colour and the sign of a state, without its name. */
  function standingMark(state) {
    return element(
      "span",
      { className: `standing ${state}`, "aria-hidden": "true" },
      element("span", { className: "swatch" }),
      STATES[state].sign,
    );
  }

  // The tooltip

  function tooltip(event, ...lines) {
    const tip = byId("tooltip");
    tip.replaceChildren(...lines);
    tip.hidden = false;
    const { x, y } = event.renderedPosition;
    tip.style.left = `${Math.max(8, Math.min(x + 14, cy.width() - tip.offsetWidth - 8))}px`;
    tip.style.top = `${y + 18 + tip.offsetHeight > cy.height() ? y - tip.offsetHeight - 12 : y + 18}px`;
  }

  function hoverAddress(event) {
    const address = addressOf(event.target);
    event.target.addClass("over");
    byId("graph").classList.add("over");
    const about = [
      address.type,
      address.group === address.type ? null : address.group,
      address.deprecated ? "deprecated" : null,
    ];
    tooltip(
      event,
      element("div", { className: "name" }, shortened(address.name, upTo(300))),
      element("div", { className: "muted" }, plain(about.filter(Boolean).join(" · "))),
      ...(Lineage.standings ? Lineage.writers(address).slice(0, 4).map(pipelineLine) : []),
    );
  }

  /** A pipeline with its state, its last run and how many alerts it has. */
  function pipelineLine(name) {
    const { state, at, alerts } = Lineage.standings.get(name);
    const said = [
      `${STATES[state].sign} ${STATES[state].said ?? state}`.trim(),
      at === null ? "never ran" : `last run ${new Date(at * 1000).toLocaleString()}`,
      alerts.length ? `${alerts.length} open ${alerts.length === 1 ? "alert" : "alerts"}` : "",
    ];
    return element(
      "div",
      { className: "name" },
      `${shortened(name, upTo(60))}: ${said.filter(Boolean).join(", ")}`,
    );
  }

  function hoverEdge(event) {
    const edge = edgeOf(event.target);
    event.target.addClass("over");
    byId("graph").classList.add("over");
    const shown = edge.pipelines
      .slice(0, 8)
      .map((name) => element("div", { className: "name" }, shortened(name, upTo(120))));
    const left = edge.pipelines.length - shown.length;
    tooltip(
      event,
      element(
        "div",
        { className: "name muted" },
        `${shortened(edge.source.name, upTo(40))} → ${shortened(edge.target.name, upTo(40))}`,
      ),
      ...shown,
      left ? element("div", { className: "muted" }, `and ${left} more`) : "",
    );
  }

  function leave(event) {
    event.target.removeClass("over");
    byId("graph").classList.remove("over");
    byId("tooltip").hidden = true;
  }

  // Keys

  document.addEventListener("keydown", (event) => {
    if (!cy || event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = ["INPUT", "TEXTAREA", "SELECT"].includes(document.activeElement?.tagName);
    if (typing && document.activeElement !== input) return;
    if (event.key === "Escape") {
      if (document.activeElement === input) input.blur();
      clear();
    }
    if (document.activeElement === input) return;
    const find = Lineage.standings ? {} : { "/": () => input.focus() }; // in the board, "/" searches all of it
    const keys = { ...find, f: () => fit(), "+": () => zoomBy(1.3), "-": () => zoomBy(1 / 1.3) };
    if (keys[event.key]) {
      event.preventDefault();
      keys[event.key]();
    }
  });

  // Begin

  function start() {
    const first = isLarge ? whatMatters() : addresses;
    home = { addresses: first, arrangement: arrange(first, edges) };
    body.dataset.arrangeMs = Math.round(performance.now());
    cy = cytoscape({
      container: byId("graph"),
      style: stylesheet(),
      layout: { name: "preset" },
      minZoom: 0.01,
      maxZoom: 3,
      autoungrabify: true,
      autounselectify: true,
      boxSelectionEnabled: false,
      hideEdgesOnViewport: edges.length > CURVES_UP_TO,
    });
    cy.on("scrollzoom pinchzoom dragpan", () => (fitted = false));
    cy.on("resize", refit);
    cy.on("zoom", () => farOrNear(false));
    cy.on("viewport", () => far && nameAgain());
    cy.on("tap", "node", (event) => selectAddress(addressOf(event.target)));
    cy.on("tap", "edge", (event) => selectEdge(edgeOf(event.target)));
    cy.on("tap", (event) => event.target === cy && !selection.part && clear());
    cy.on("mouseover", "node", hoverAddress);
    cy.on("mouseover", "edge", hoverEdge);
    cy.on("mouseout", "node, edge", leave);
    cy.on("viewport", () => (byId("tooltip").hidden = true));
    byId("fit").onclick = () => fit();
    byId("zoom-in").onclick = () => zoomBy(1.3);
    byId("zoom-out").onclick = () => zoomBy(1 / 1.3);
    window.addEventListener("hashchange", () => asked() !== null && goTo(asked()));
    window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => cy.style(stylesheet()));

    Object.assign(Panel.actions, { select: (address) => selectAddress(address, { move: true }), clear, togglePart, toCause });
    Search.begin(({ address, name }) => {
      if (address) selectAddress(address, { move: true });
      else selectPipeline(name);
      byId("panel").focus({ preventScroll: true });
    });
    legend();
    goHome();
    fit({ animate: false });
    cy.one("render", () => (body.dataset.drawnMs = Math.round(performance.now())));
    const wanted = asked() ?? Lineage.focus;
    if (wanted) goTo(wanted);
  }

  function startOrTell() {
    try {
      start();
      body.dataset.state = "drawn";
    } catch (error) {
      body.dataset.state = "failed";
      byId("failure").textContent = String(error);
      throw error;
    }
  }

  // A big graph leaves the browser a moment to say that it is being arranged.
  if (addresses.length > WAITS_ABOVE) setTimeout(startOrTell, 30);
  else if (addresses.length) startOrTell();
})();
