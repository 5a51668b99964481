/*
 * The graph, as plain objects: each address knows its incoming and outgoing edges, each edge its ends and pipelines.
 */
"use strict";

const Lineage = (() => {
  const DATA = JSON.parse(document.getElementById("lineage-data").textContent);

  const addresses = DATA.addresses.map((address, index) => ({ ...address, index, incoming: [], outgoing: [] }));
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

  const groups = new Map(); // name -> how many addresses
  for (const address of addresses) groups.set(address.group, (groups.get(address.group) ?? 0) + 1);
  const groupNames = [...groups.keys()].sort((one, other) => one.localeCompare(other));

  return { addresses, edges, byName, groups, groupNames, focus: DATA.focus, reach, UP, DOWN };
})();
