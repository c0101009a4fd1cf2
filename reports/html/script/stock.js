/* The inventory: searched and paged like the findings, without details. */
const stock = () => {
  const STEP = 25, count = assets.listed, every = Array.from({ length: count }, (_, index) => index);
  let page = 1, picked = every, texts = null;
  const issuer = (one) => assets.issuers[assets.issuer[one]], owner = (one) => assets.owners[assets.owner[one]];
  const line = (one) => el("tr", {},
    el("td", {}, clamp(assets.name[one])), el("td", {}, mark(words.classMarks[assets.worst[one]]), words.classes[assets.worst[one]]),
    el("td", {}, assets.kinds[assets.kind[one]]), el("td", {}, assets.key[one]), el("td", {}, clamp(issuer(one))),
    el("td", { class: "nowrap" }, assets.expires[one]), ...(COLUMNS.owner ? [el("td", {}, clamp(owner(one)))] : []));
  const render = () => {
    const pages = Math.max(1, Math.ceil(picked.length / STEP)), first = (page - 1) * STEP, shown = picked.slice(first, first + STEP);
    $("stock-body").replaceChildren(...shown.map(line));
    const range = "Showing " + number(first + 1) + " to " + number(first + shown.length) + " of " + many(picked.length, "identity", "identities");
    $("stock-count").textContent = (picked.length ? range : "No identity matches") + "; " + number(count) + " in this list";
    $("stock-previous").disabled = page === 1;
    $("stock-next").disabled = page === pages;
  };
  const search = () => {
    const needle = $("stock-q").value.toLowerCase(), kind = $("stock-kind").value, worst = $("stock-worst").value;
    texts ??= every.map((one) => [assets.name[one], assets.id[one], assets.key[one], issuer(one), assets.expires[one], owner(one)].join("\n").toLowerCase());
    picked = every.filter((one) =>
      (!kind || assets.kind[one] === Number(kind)) && (!worst || assets.worst[one] === Number(worst)) && texts[one].includes(needle));
    page = 1;
    render();
  };
  select("stock-kind", [["", "All kinds"], ...assets.kinds.map((kind, index) => [index, kind])]);
  select("stock-worst", [["", "All outcomes"], ...words.classes.map((word, index) => [index, word]).filter(([index]) => assets.worst.includes(index))]);
  $("stock-filter").addEventListener("submit", (event) => event.preventDefault());
  $("stock-filter").addEventListener("input", search);
  $("stock-previous").addEventListener("click", () => { page -= 1; render(); });
  $("stock-next").addEventListener("click", () => { page += 1; render(); });
  render();
  $("stock").hidden = false;
};
