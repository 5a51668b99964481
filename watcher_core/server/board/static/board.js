/*
 * What every page does: times in the reader's zone, keys, and news from the server. Without this script the pages still
 * say all of it, in UTC, when they are loaded again.
 */
"use strict";

(() => {
  const SECONDS_BETWEEN_LOOKS = 10;

  // Times

  const clock = new Intl.DateTimeFormat(undefined, {
    year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
  });
  const dayAndTime = new Intl.DateTimeFormat(undefined, {
    weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
  });
  const onlyTime = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

  function distance(seconds) {
    const size = Math.abs(seconds);
    const said =
      size < 60 ? `${Math.round(size)} s`
      : size < 3600 ? `${Math.round(size / 60)} min`
      : size < 36 * 3600 ? `${Math.round(size / 3600)} h`
      : `${Math.round(size / 86400)} d`;
    return seconds >= 0 ? `${said} ago` : `in ${said}`;
  }

  // How far the server's clock is ahead of this computer's, where it is more than requests take: what is "ago" goes by
  // the server's.
  const MOST_DELAY = 60_000;
  let ahead = 0;
  const now = () => new Date(Date.now() + ahead);

  function compareClocks(answer) {
    const difference = Date.parse(answer.headers.get("Date")) - Date.now();
    const before = ahead;
    ahead = Math.abs(difference) > MOST_DELAY ? difference : 0;
    if (Math.abs(ahead - before) < MOST_DELAY) return;
    writeTimes(document);
    linkLastNight(document);
  }

  function shown(moment, style) {
    if (style === "ago") return distance((now() - moment) / 1000);
    const near = Math.abs(now() - moment) < 20 * 3600 * 1000;
    if (near && now().toDateString() === moment.toDateString()) return onlyTime.format(moment);
    return Math.abs(now() - moment) < 300 * 86400 * 1000 ? dayAndTime.format(moment) : clock.format(moment);
  }

  function writeTimes(root) {
    for (const element of root.querySelectorAll("footer [data-zone]")) element.textContent = zone;
    for (const element of root.querySelectorAll("time[data-style]")) {
      if (element.dataset.style === "day") continue;
      const moment = new Date(element.dateTime);
      if (Number.isNaN(moment.valueOf())) continue;
      element.textContent = shown(moment, element.dataset.style);
      element.title = `${moment.toLocaleString()} ${zone} · ${element.dateTime}`;
    }
  }

  /** Let links to the last night begin at 18:00 of the day before; only the reader's clock knows when that was. */
  function linkLastNight(root) {
    const evening = now();
    evening.setDate(evening.getDate() - 1);
    evening.setHours(18, 0, 0, 0);
    for (const link of root.querySelectorAll("[data-last-night]")) {
      const target = new URL(link.href);
      target.searchParams.delete("hours");
      target.searchParams.set("from", evening.toISOString().replace(".000", ""));
      link.href = target.href;
    }
  }
  linkLastNight(document);

  // Keys: `/` searches, arrows walk through what was found, Escape leaves.

  const search = document.getElementById("search");
  const found = document.getElementById("found");

  function isTyping(target) {
    return target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName);
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/" && search && !isTyping(event.target)) {
      event.preventDefault();
      search.focus();
      search.select();
    } else if (event.key === "Escape" && search && search.form.contains(document.activeElement)) {
      document.activeElement.blur();
    } else if (["ArrowDown", "ArrowUp"].includes(event.key) && search && search.form.contains(event.target)) {
      const stops = [search, ...found.querySelectorAll("a")];
      const next = stops.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
      if (stops[next]) stops[next].focus();
      event.preventDefault();
    }
  });

  /** Where the names of the pages have no room beside each other, show that of this page. */
  function showCurrent(pages) {
    const current = pages?.querySelector("[aria-current]");
    if (current) pages.scrollLeft = current.offsetLeft - (pages.clientWidth - current.offsetWidth) / 2;
  }

  // News: one small question every ten seconds; where something has changed, the page is fetched anew and its main
  // part replaced, unless the reader is in the middle of something there.

  /** Say how up to date the page is. The line is replaced with the page. */
  function say(words) {
    document.getElementById("live").textContent = words;
  }
  window.boardVersion = null;

  function isBusy() {
    const main = document.getElementById("main");
    const active = document.activeElement;
    return (
      (main.contains(active) && isTyping(active)) ||
      [...main.querySelectorAll("textarea")].some((each) => each.value !== each.defaultValue) || // a note
      main.querySelector("button:hover") || // what is about to be clicked must not move away
      main.querySelector("details[open].menu, dialog[open]") ||
      String(getSelection()).length > 0
    );
  }

  /** What finds an element of the main part on the new page, so that who uses keys goes on from where they were. */
  function nameOf(element) {
    if (!element || !document.getElementById("main").contains(element)) return null;
    if (element.id) return `#${CSS.escape(element.id)}`;
    if (element.href) return `a[href="${CSS.escape(element.getAttribute("href"))}"]`;
    if (element.tagName === "SUMMARY" && element.parentElement.id) return `#${CSS.escape(element.parentElement.id)} > summary`;
    if (element.form) return `form[action="${CSS.escape(element.form.getAttribute("action"))}"] ${element.tagName}`;
    return null;
  }

  async function look() {
    if (document.hidden) return;
    try {
      const answer = await fetch(document.body.dataset.live, { headers: { Accept: "text/plain" } });
      compareClocks(answer);
      if (answer.redirected || answer.status === 401) {
        say("logged out: load the page again");
        return;
      }
      if (!answer.ok) throw new Error(String(answer.status));
      const version = await answer.text();
      say("");
      if (window.boardVersion !== null && version !== window.boardVersion) {
        if (isBusy() || document.body.dataset.refresh === "off") {
          say("there is news: load the page again");
          return; // looked at again later, with the version before
        }
        const focused = nameOf(document.activeElement);
        const folds = [...document.querySelectorAll("#main details[id]")].map((each) => [each.id, each.open]);
        await htmx.ajax("GET", location.href, { target: "#main", select: "#main", swap: "outerHTML" });
        for (const [id, open] of folds) document.getElementById(id)?.toggleAttribute("open", open);
        if (focused) document.querySelector(`#main ${focused}`)?.focus({ preventScroll: true });
      }
      window.boardVersion = version;
    } catch {
      say("the server cannot be reached; this is what was known then");
    }
  }

  /** Whether a page needs other scripts or styles than are loaded, since the server was upgraded meanwhile. */
  function isOfAnotherVersion(page) {
    const loaded = [...document.querySelectorAll('link[rel="stylesheet"], script[src]')];
    return loaded.some((each) => !page.includes(each.getAttribute("href") ?? each.getAttribute("src")));
  }
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target.id !== "main" || !isOfAnotherVersion(event.detail.xhr.responseText)) return;
    event.detail.shouldSwap = false;
    location.reload();
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submits]")) event.target.form.requestSubmit();
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    writeTimes(event.target);
    linkLastNight(event.target);
  });
  document.addEventListener("DOMContentLoaded", () => {
    writeTimes(document);
    showCurrent(document.querySelector(".pages"));
    setInterval(() => writeTimes(document), 30_000);
    if (document.body.dataset.live) {
      look();
      setInterval(look, SECONDS_BETWEEN_LOOKS * 1000);
      document.addEventListener("visibilitychange", look);
    }
  });
})();
