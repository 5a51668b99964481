/*
 * The search: suggests addresses while a name is typed, and hands over the one that is chosen.
 */
"use strict";

const Search = (() => {
  const { addresses, pipelines } = Lineage;
  const { plain } = Appearance;
  const { element, nameOf, markOf } = Panel;
  const SUGGESTIONS = 12;

  const input = document.getElementById("lineage-search");
  const list = document.getElementById("suggestions");
  let onChosen = null;
  let found = [];
  let at = 0;

  /** Names that hold the words; those that are it, begin with it or have a part that does come first. */
  function search(words) {
    const wanted = words.trim().toLowerCase();
    if (!wanted) return [];
    const rank = (name) => {
      const where = name.indexOf(wanted);
      if (where < 0) return -1;
      if (name === wanted) return 0;
      if (where === 0) return 1;
      return /[^\p{L}\p{N}]/u.test(name[where - 1]) ? 2 : 3;
    };
    return [...addresses.map((address) => ({ name: address.name, address })), ...[...pipelines.keys()].map((name) => ({ name }))]
      .map((hit) => ({ ...hit, rank: rank(hit.name.toLowerCase()) }))
      .filter((hit) => hit.rank >= 0)
      .sort((one, other) => one.rank - other.rank || one.name.length - other.name.length);
  }

  function suggest() {
    found = search(input.value);
    at = 0;
    const wanted = input.value.trim();
    const items = found.slice(0, SUGGESTIONS).map((hit, index) => {
      const item = element(
        "li",
        { role: "option", id: `suggestion-${index}` },
        hit.address ? markOf(hit.address) : "",
        markedName(hit.name, wanted),
        element("span", { className: "type" }, hit.address ? plain(hit.address.type) : "pipeline"),
      );
      item.onpointerdown = (event) => event.preventDefault(); // keep the focus, so that the list stays for the click
      item.onclick = () => choose(hit);
      return item;
    });
    if (wanted && !found.length) items.push(element("li", { className: "note" }, "No address or pipeline has that in its name."));
    if (found.length > SUGGESTIONS) {
      items.push(element("li", { className: "note" }, `and ${(found.length - SUGGESTIONS).toLocaleString("en")} more`));
    }
    list.replaceChildren(...items);
    list.hidden = items.length === 0;
    input.setAttribute("aria-expanded", String(!list.hidden));
    mark();
  }

  function markedName(name, wanted) {
    const where = name.toLowerCase().indexOf(wanted.toLowerCase());
    // Lower case may be longer than the name was; then no part is marked.
    if (where < 0 || name.toLowerCase().length !== name.length) return nameOf(name);
    const end = where + wanted.length;
    // The part that was found is shown, however far into the name it stands.
    const head = where > 34 ? `…${plain(name.slice(where - 20, where))}` : plain(name.slice(0, where));
    return element(
      "span",
      { className: "name" },
      head,
      element("mark", {}, plain(name.slice(where, end))),
      plain(name.slice(end, end + 200)),
    );
  }

  function mark() {
    const options = [...list.querySelectorAll("[role=option]")];
    options.forEach((option, index) => option.setAttribute("aria-selected", String(index === at)));
    if (options[at]) {
      input.setAttribute("aria-activedescendant", options[at].id);
      options[at].scrollIntoView({ block: "nearest" });
    } else input.removeAttribute("aria-activedescendant");
  }

  function closeList() {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function choose(hit) {
    input.value = "";
    closeList();
    onChosen(hit);
  }

  input.addEventListener("input", suggest);
  input.addEventListener("focus", () => input.value && suggest());
  input.addEventListener("blur", closeList);
  input.addEventListener("keydown", (event) => {
    const last = Math.min(found.length, SUGGESTIONS) - 1;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      at = event.key === "ArrowDown" ? Math.min(last, at + 1) : Math.max(0, at - 1);
      mark();
    } else if (event.key === "Enter" && found[at] && input.value.trim()) {
      event.preventDefault();
      choose(found[at]);
    } else if (event.key === "Escape" && input.value) {
      event.stopPropagation(); // the first Esc is for the search, the next for the selection
      input.value = "";
      closeList();
    }
  });

  function begin(whenChosen) {
    onChosen = whenChosen;
  }

  return { input, begin };
})();
