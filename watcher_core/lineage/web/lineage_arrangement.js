/*
 * Where everything stands: addresses in columns from left to right, by the longest way to them, and the edges' curves.
 * Pure: it takes addresses with their `incoming` and `outgoing` edges, and touches nothing of the page.
 */
"use strict";

const Arrangement = (() => {
  // Sizes, in pixels at zoom 1.
  const WIDTH = 208;
  const HEIGHT = 36;
  const COLUMN_GAP = 112;
  const ROW_GAP = 16;
  const AIRY_ROW_GAP = 28;
  const PIECE_GAP = 64;

  const AIRY_UP_TO = 60; // addresses; a small graph has room to breathe
  const WIDEST = 2.5; // times the gap; more, and the neighbours of an address are out of the window

  // Measured on two busy cores, with a layered graph of two edges an address.
  const FINEST_UP_TO = 250; // addresses in one piece; dagre's best ranking takes 0.6 s here, and 40 s at 2,000
  const DAGRE_UP_TO = 600; // above, dagre takes seconds, and pulls the columns so far apart that less is seen of them
  const DAGRE_SPANS_UP_TO = 3000; // columns crossed by all edges together: dagre's cost follows these, too

  /** Arrange each connected piece for itself, then put the pieces into rows. */
  function arrange(chosen, edges) {
    const members = new Set(chosen);
    const inside = edges.filter(
      (edge) => members.has(edge.source) && members.has(edge.target) && edge.source !== edge.target,
    );
    const shape = Math.max(0.8, window.innerWidth / Math.max(1, window.innerHeight));
    const pieces = [];
    const alone = [];
    for (const piece of connected(chosen, inside)) {
      if (piece.addresses.length > 1) pieces.push(arrangePiece(piece, shape));
      else alone.push(piece.addresses[0]);
    }
    pieces.sort((one, other) => other.width * other.height - one.width * one.height);
    if (alone.length) pieces.push(grid(alone, shape));
    return pack(pieces, shape);
  }

  function connected(chosen, inside) {
    const parent = new Map(chosen.map((address) => [address, address]));
    const root = (address) => {
      while (parent.get(address) !== address) {
        parent.set(address, parent.get(parent.get(address)));
        address = parent.get(address);
      }
      return address;
    };
    for (const edge of inside) parent.set(root(edge.source), root(edge.target));
    const pieces = new Map();
    for (const address of chosen) {
      const key = root(address);
      if (!pieces.has(key)) pieces.set(key, { addresses: [], edges: [] });
      pieces.get(key).addresses.push(address);
    }
    for (const edge of inside) pieces.get(root(edge.source)).edges.push(edge);
    return [...pieces.values()];
  }

  function arrangePiece(piece, shape) {
    const layers = layered(piece);
    const spans = piece.edges.reduce(
      (sum, edge) => sum + Math.abs(layers.get(edge.target) - layers.get(edge.source)),
      0,
    );
    let result = null;
    if (piece.addresses.length <= DAGRE_UP_TO && spans <= DAGRE_SPANS_UP_TO) {
      try {
        result = withDagre(piece);
      } catch (error) {
        console.warn("dagre could not arrange this graph; it is arranged in plain columns", error);
      }
    }
    result = result || inColumns(piece, layers);
    spread(result, shape);
    return framed(result);
  }

  function withDagre(piece) {
    const graph = new dagre.graphlib.Graph();
    graph.setGraph({
      rankdir: "LR",
      ranker: piece.addresses.length <= FINEST_UP_TO ? "network-simplex" : "longest-path",
      nodesep: piece.addresses.length <= AIRY_UP_TO ? AIRY_ROW_GAP : ROW_GAP,
      edgesep: ROW_GAP,
      ranksep: COLUMN_GAP,
    });
    graph.setDefaultEdgeLabel(() => ({}));
    for (const address of piece.addresses) graph.setNode(String(address.index), { width: WIDTH, height: HEIGHT });
    for (const edge of piece.edges) graph.setEdge(String(edge.source.index), String(edge.target.index));
    dagre.layout(graph);

    const positions = new Map();
    for (const address of piece.addresses) {
      const { x, y } = graph.node(String(address.index));
      positions.set(address, { x, y });
    }
    // An edge that is longer than a column gets points in each column that it passes, where dagre left room for it.
    // Its points between columns are for labels, and only bend the line.
    const columns = new Set([...positions.values()].map(({ x }) => Math.round(x)));
    const routes = new Map();
    for (const edge of piece.edges) {
      const { points } = graph.edge(String(edge.source.index), String(edge.target.index));
      routes.set(
        edge,
        points
          .slice(1, -1)
          .filter(({ x }) => columns.has(Math.round(x)))
          .map(({ x, y }) => ({ x, y })),
      );
    }
    return { positions, routes };
  }

  /** The column of each address: the longest way to it, where edges that close a cycle do not count. */
  function layered(piece) {
    const onward = new Map(piece.addresses.map((address) => [address, []]));
    for (const edge of piece.edges) onward.get(edge.source).push(edge.target);
    const roots = piece.addresses.filter((address) => address.incoming.every((edge) => edge.source === address));
    const finished = [];
    const seen = new Map(); // address -> how many of its targets have been looked at; -1 when all have
    for (const start of [...roots, ...piece.addresses]) {
      if (seen.has(start)) continue;
      const path = [start]; // a list of our own: a long chain would be too deep for recursion
      seen.set(start, 0);
      while (path.length) {
        const address = path[path.length - 1];
        const target = onward.get(address)[seen.get(address)];
        if (target === undefined) {
          seen.set(address, -1);
          finished.push(address);
          path.pop();
        } else {
          seen.set(address, seen.get(address) + 1);
          if (!seen.has(target)) {
            seen.set(target, 0);
            path.push(target);
          }
        }
      }
    }
    finished.reverse(); // sources before targets, but for edges that close a cycle
    const order = new Map(finished.map((address, at) => [address, at]));
    const layers = new Map(finished.map((address) => [address, 0]));
    for (const address of finished) {
      for (const target of onward.get(address)) {
        if (order.get(target) > order.get(address)) {
          layers.set(target, Math.max(layers.get(target), layers.get(address) + 1));
        }
      }
    }
    return layers;
  }

  /** The quick way, for graphs that are too big for dagre: neighbours pull each other to the same height. */
  function inColumns(piece, layers) {
    const columns = [];
    for (const [address, layer] of layers) (columns[layer] ??= []).push(address);
    const heights = new Map();
    const place = (column) => column.forEach((address, at) => heights.set(address, at - (column.length - 1) / 2));
    columns.forEach(place);
    for (let sweep = 0; sweep < 8; sweep += 1) {
      const onward = sweep % 2 === 0;
      for (const column of onward ? columns : [...columns].reverse()) {
        const pull = new Map();
        for (const address of column) {
          const neighbours = onward
            ? address.incoming.map((edge) => edge.source)
            : address.outgoing.map((edge) => edge.target);
          const known = neighbours.filter((neighbour) => heights.has(neighbour));
          const sum = known.reduce((total, neighbour) => total + heights.get(neighbour), 0);
          pull.set(address, known.length ? sum / known.length : heights.get(address));
        }
        column.sort((one, other) => pull.get(one) - pull.get(other));
        place(column);
      }
    }
    const positions = new Map();
    for (const [address, layer] of layers) {
      positions.set(address, { x: layer * (WIDTH + COLUMN_GAP), y: heights.get(address) * (HEIGHT + ROW_GAP) });
    }
    return { positions, routes: new Map() };
  }

  /** High and narrow pieces get more room between their columns: edges are easier to follow, and the window is full. */
  function spread({ positions, routes }, shape) {
    const { width, height } = box([...positions.values()]);
    const factor = Math.min(WIDEST, Math.max(1, (height * shape) / width));
    for (const point of [...positions.values(), ...[...routes.values()].flat()]) point.x *= factor;
  }

  function grid(alone, shape) {
    const across = Math.max(1, Math.round(Math.sqrt((alone.length * shape * (HEIGHT + ROW_GAP)) / (WIDTH + ROW_GAP))));
    const positions = new Map(
      alone.map((address, at) => [
        address,
        { x: (at % across) * (WIDTH + ROW_GAP), y: Math.floor(at / across) * (HEIGHT + ROW_GAP) },
      ]),
    );
    return framed({ positions, routes: new Map() });
  }

  function box(points) {
    let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
    for (const { x, y } of points) {
      left = Math.min(left, x - WIDTH / 2);
      right = Math.max(right, x + WIDTH / 2);
      top = Math.min(top, y - HEIGHT / 2);
      bottom = Math.max(bottom, y + HEIGHT / 2);
    }
    return { left, top, width: right - left, height: bottom - top };
  }

  function framed({ positions, routes }) {
    return { positions, routes, ...box([...positions.values()]) };
  }

  /** Put the pieces beside and below each other, biggest first, in about the shape of the window. */
  function pack(pieces, shape) {
    const gap = PIECE_GAP;
    const area = pieces.reduce((sum, piece) => sum + (piece.width + gap) * (piece.height + gap), 0);
    const room = Math.max(...pieces.map((piece) => piece.width), Math.sqrt(area * shape));
    const positions = new Map();
    const routes = new Map();
    let [x, y, row] = [0, 0, 0];
    for (const piece of pieces) {
      if (x > 0 && x + piece.width > room) [x, y, row] = [0, y + row + gap, 0];
      const moved = (point) => ({ x: point.x - piece.left + x, y: point.y - piece.top + y });
      for (const [address, point] of piece.positions) positions.set(address, moved(point));
      for (const [edge, points] of piece.routes) routes.set(edge, points.map(moved));
      x += piece.width + gap;
      row = Math.max(row, piece.height);
    }
    return { positions, routes };
  }

  /**
   * The curve of an edge, as Cytoscape wants it: control points by their place along the straight line between the
   * ends (weights) and their distance from it. It leaves and arrives level, as water would flow.
   */
  function curve(edge, { positions, routes }) {
    const from = { x: positions.get(edge.source).x + WIDTH / 2, y: positions.get(edge.source).y };
    const to = { x: positions.get(edge.target).x - WIDTH / 2, y: positions.get(edge.target).y };
    const via = routes.get(edge) ?? [];
    const points = [];
    if (to.x > from.x) {
      const bend = Math.min(COLUMN_GAP, (to.x - from.x) * (via.length ? 0.12 : 0.3));
      const half = WIDTH / 2;
      points.push({ x: from.x + bend, y: from.y });
      for (const { x, y } of via) points.push({ x: x - half, y }, { x: x + half, y });
      points.push({ x: to.x - bend, y: to.y });
    } else {
      // Back against the stream, where edges form a cycle: below both ends, so that it is seen.
      const low = Math.max(from.y, to.y) + HEIGHT * 1.6;
      const bend = COLUMN_GAP * 0.5;
      points.push({ x: from.x + bend, y: from.y }, { x: from.x + bend, y: low });
      points.push({ x: to.x - bend, y: low }, { x: to.x - bend, y: to.y });
    }
    const [dx, dy] = [to.x - from.x, to.y - from.y];
    const length = Math.hypot(dx, dy) || 1;
    return {
      weights: points.map(({ x, y }) => ((x - from.x) * dx + (y - from.y) * dy) / length ** 2),
      distances: points.map(({ x, y }) => ((y - from.y) * dx - (x - from.x) * dy) / length),
    };
  }

  return { WIDTH, HEIGHT, arrange, curve, box };
})();
