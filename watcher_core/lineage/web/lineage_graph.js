/*
 * The graph, as plain objects: each address knows its incoming and outgoing edges, each edge its ends and pipelines.
 */
"use strict";

const Lineage = (() => {
  const DATA = JSON.parse(document.getElementById("lineage-data").textContent);

  // Only the board knows where pipelines stand; the page that stands alone outlives that.
  const standings = DATA.standings ? new Map(DATA.pipelines.map((name, at) => [name, DATA.standings[at]])) : null;
  const WORST_FIRST = ["failing", "blocked", "stale", "strange", "running", "fine", "unknown"];

  const addresses = DATA.addresses.map((address, index) => ({
    ...address,
    index,
    incoming: [],
    outgoing: [],
    homes: (address.homes ?? []).map((pipeline) => DATA.pipelines[pipeline]), // pipelines whose asset lives there
  }));
  const edges = DATA.edges.map((edge, index) => ({
    index,
    source: addresses[edge.source],
    target: addresses[edge.target],
    pipelines: edge.pipelines.map((pipeline) => DATA.pipelines[pipeline]),
  }));
  for (const edge of edges) {
    edge.source.outgoing.push(edge);
    edge.target.incoming.push(edge);
  }
  const pipelines = new Map(); // name -> edges
  for (const name of DATA.pipelines) pipelines.set(name, []);
  for (const edge of edges) for (const name of edge.pipelines) pipelines.get(name).push(edge);

  /** The pipelines that write an address. */
  const writers = (address) => [...new Set([...address.homes, ...address.incoming.flatMap((edge) => edge.pipelines)])].sort();

  if (standings) {
    for (const address of addresses) {
      const states = writers(address).map((name) => standings.get(name).state);
      address.state = WORST_FIRST.find((state) => states.includes(state)) ?? "unknown";
    }
  }
  const byName = new Map(addresses.map((address) => [address.name, address]));

  const UP = { edges: (address) => address.incoming, next: (edge) => edge.source };
  const DOWN = { edges: (address) => address.outgoing, next: (edge) => edge.target };

  /** All that is reached from an address, with the least number of steps to it, and the edges on the way. */
  function reach(start, way) {
    const depths = new Map([[start, 0]]); // of nothing, where there is no start
    const crossed = new Set();
    const waiting = start ? [start] : [];
    for (let at = 0; at < waiting.length; at += 1) {
      const address = waiting[at];
      for (const edge of way.edges(address)) {
        if (edge.source !== edge.target) crossed.add(edge);
        const next = way.next(edge);
        if (!depths.has(next)) {
          depths.set(next, depths.get(address) + 1);
          waiting.push(next);
        }
      }
    }
    depths.delete(start); // in a cycle, too: an address is not upstream of itself
    return { depths, edges: crossed };
  }

  /** What lies between an address and the failures behind it; the failures themselves come with it. */
  function cause(address) {
    const up = new Set([address, ...reach(address, UP).depths.keys()]);
    const causes = [...up].filter((each) => each.state === "failing");
    const between = new Set(causes);
    const waiting = [...causes];
    for (let at = 0; at < waiting.length; at += 1) {
      for (const edge of waiting[at].outgoing) {
        if (!up.has(edge.target) || between.has(edge.target)) continue;
        between.add(edge.target);
        waiting.push(edge.target);
      }
    }
    return { causes, way: causes.length ? [...between.add(address)] : [] };
  }

  const states = WORST_FIRST.map((state) => [state, addresses.filter((address) => address.state === state).length]);
  const groups = new Map(); // name -> how many addresses
  for (const address of addresses) groups.set(address.group, (groups.get(address.group) ?? 0) + 1);
  const groupNames = [...groups.keys()].sort((one, other) => one.localeCompare(other));

  return {
    addresses, edges, pipelines, standings, states, writers, byName, groups, groupNames,
    focus: DATA.focus, columns: DATA.columns ?? null, reach, cause, UP, DOWN,
  };
})();
