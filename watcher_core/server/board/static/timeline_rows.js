/*
 * The timeline's rows: which run lies where. Pure: it takes the page's data, and touches nothing of the page.
 */
"use strict";

const TimelineRows = (() => {
  const HEADER = 30; // pixels; of a group
  const MOST_LANES = 12; // of a pipeline whose runs overlap; more lie on each other in the last one

  /** Runs with their names, in seconds since the begin; those that run end now. */
  function read(data) {
    const nowAt = data.now - data.begin;
    return data.groups.map((group) => ({
      name: group.name,
      failures: group.failures,
      runs: group.runs.map(([id, pipeline, state, start, end, usual, scope]) => ({
        id,
        pipeline: data.pipelines[pipeline],
        place: pipeline, // from top to bottom
        state: data.states[state],
        start,
        end: end ?? Math.max(nowAt, start),
        over: end !== null,
        usual,
        scope: scope ?? "",
      })),
    }));
  }

  /** Put runs of one pipeline into lanes, so that none lies on another. */
  function lanesOf(runs) {
    const lanes = [];
    for (const run of runs) {
      let lane = lanes.find((each) => each.end <= run.start);
      if (!lane && lanes.length < MOST_LANES) lanes.push((lane = { runs: [], reach: [], end: -Infinity }));
      lane ??= lanes[lanes.length - 1];
      lane.runs.push(run);
      lane.end = Math.max(lane.end, run.end);
      lane.reach.push(Math.max(lane.end, run.usual ?? lane.end)); // never falls: it can be searched by halves
    }
    for (const lane of lanes) for (let at = 1; at < lane.reach.length; at += 1) lane.reach[at] = Math.max(lane.reach[at], lane.reach[at - 1]);
    return lanes;
  }

  /** All rows from top to bottom: headers of groups, and a row for each pipeline with its lanes. */
  function layOut(groups, by, { lane: laneHeight, label }) {
    const rows = [];
    let y = 0;
    for (const group of groups) {
      if (by !== "pipeline") {
        rows.push({ y, height: HEADER, header: true, group });
        y += HEADER;
      }
      const pipelines = new Map();
      for (const run of [...group.runs].sort((one, other) => one.start - other.start)) {
        if (!pipelines.has(run.pipeline)) pipelines.set(run.pipeline, []);
        pipelines.get(run.pipeline).push(run);
      }
      for (const [name, runs] of [...pipelines].sort(([, one], [, other]) => one[0].place - other[0].place)) {
        const lanes = lanesOf(runs);
        const failed = runs.some((run) => run.state === "failed");
        const height = label + lanes.length * laneHeight;
        rows.push({ y, height, header: false, group, name, lanes, failed });
        lanes.forEach((lane, at) => (lane.y = y + label + at * laneHeight));
        y += height;
      }
    }
    return { rows, height: y };
  }

  /** The first position of a sorted list for which something holds. */
  function first(list, holds) {
    let [low, high] = [0, list.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (holds(list[middle])) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** The rows between two heights. */
  function between(rows, top, bottom) {
    const from = first(rows, (row) => row.y + row.height > top);
    const to = first(rows, (row) => row.y >= bottom);
    return rows.slice(from, to);
  }

  const MINUTE = 60;
  const HOUR = 3600;
  const DAY = 86400;
  const STEPS = [10, 30, MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY];

  /** Where the time axis has lines, in the reader's zone: seconds since 1970, and whether a day begins there. */
  function ticks(from, to, most) {
    const step = STEPS.find((each) => (to - from) / each <= most) ?? 7 * DAY;
    const found = [];
    const midnight = new Date(from * 1000);
    midnight.setHours(0, 0, 0, 0);
    for (let day = midnight; day / 1000 < to; ) {
      const next = new Date(day);
      next.setDate(next.getDate() + Math.max(1, step / DAY)); // days of summer time have 23 or 25 hours
      const begin = day / 1000;
      const turned = day.getTimezoneOffset() === next.getTimezoneOffset() ? 0 : 2 * HOUR;
      const last = step >= DAY ? 0 : Math.min(DAY - step, to - begin + turned);
      for (let at = Math.max(0, Math.floor((from - begin - turned) / step)); at * step <= last; at += 1) {
        const seconds = at * step;
        const moment = new Date(day).setHours(0, 0, seconds, 0) / 1000;
        if (moment >= from && moment <= to && moment < next / 1000) found.push({ at: moment, day: seconds === 0 });
      }
      day = next;
    }
    return found.filter((tick, at) => at === 0 || tick.at > found[at - 1].at);
  }

  return { HEADER, read, layOut, first, between, ticks };
})();
