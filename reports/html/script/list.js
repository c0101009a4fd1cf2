/* The list of findings: filter bar, pages, deep links, keys, export, print. */
const PRINTED = 2000;
const FIELDS = ["q", "status", "kind", "owner", "rule", "control", "group", "rows"];
const BOXES = ["counts", "fresh"];
let printing = false;

const lines = function* (shown) {
  const seen = new Set();
  let last = "";
  for (const [head, row] of shown) {
    if (head !== last) yield el("tr", { class: "group" }, el("th", { colspan: width(), scope: "colgroup" }, head));
    last = head;
    const first = !seen.has(row);
    seen.add(row);
    yield line(row, first);
    if (opened.has(row)) yield detail(row, first);
  }
};
const pages = () => Math.max(1, Math.ceil(listed.length / Number(chosen.rows)));
const counted = (first, shown) => {
  if (!listed.length) return "No finding matches";
  const of = listed.length === found.length ? many(found.length, "finding") : many(listed.length, "row") + " of " + many(found.length, "finding");
  return "Showing " + number(first + 1) + " to " + number(first + shown) + " of " + of;
};
const render = () => {
  const size = Number(chosen.rows), page = Math.min(Math.max(1, Number(chosen.page) || 1), pages());
  chosen.page = String(page);
  const first = printing ? 0 : (page - 1) * size, shown = printing ? listed.slice(0, PRINTED) : listed.slice(first, first + size);
  $("body").replaceChildren(...lines(shown));
  $("count").textContent = counted(first, shown.length) + "; " + number(total) + " in this report";
  $("previous").disabled = page === 1;
  $("next").disabled = page === pages();
  $("none").hidden = listed.length > 0;
  $("list").hidden = $("export").disabled = !listed.length;
  for (const head of $("heads").children) {
    const way = { [head.dataset.column]: "ascending", ["-" + head.dataset.column]: "descending" }[chosen.sort];
    if (way) head.setAttribute("aria-sort", way);
    else head.removeAttribute("aria-sort");
  }
};
const update = () => { choose(); render(); };

const show = () => {
  for (const name of FIELDS) $(name).value = chosen[name];
  for (const name of BOXES) $(name).checked = chosen[name] === "1";
  for (const box of $("severities").querySelectorAll("input")) box.checked = chosen.sev.includes(box.value);
};
const address = () => "#?" + new URLSearchParams(Object.entries(chosen).filter(([name, value]) => value !== DEFAULT[name]));
const keep = (hash) => {
  try { history.replaceState(null, "", hash); } catch { /* Some viewers forbid it; the view itself is right. */ }
};
const change = (given) => {
  Object.assign(chosen, { page: "1" }, given);
  update();
  keep(address());
};
const sort = (name) => change({ sort: { [name]: "-" + name, ["-" + name]: "" }[chosen.sort] ?? name });
const reset = () => { opened.clear(); change({ ...DEFAULT }); show(); };

const toggle = (row) => {
  const open = !opened.delete(row);
  if (open) opened.add(row);
  keep(open ? "#" + rows.label[row] : address());
  render();
  $(rows.label[row])?.focus({ preventScroll: true });
};
/* A linked finding is shown whatever the filter: where that hides it, the filter gives way. */
const reveal = (row) => {
  if (!found.includes(row)) {
    Object.assign(chosen, DEFAULT, { status: "all", rows: chosen.rows });
    show();
    choose();
  }
  opened.add(row);
  chosen.page = String(1 + Math.floor(listed.findIndex(([, one]) => one === row) / Number(chosen.rows)));
  render();
  const button = $(rows.label[row]);
  button.focus({ preventScroll: true });
  button.scrollIntoView({ block: "center" });
};
const LEGAL = {
  rows: (value) => SIZES.includes(value),
  page: (value) => /^[1-9][0-9]{0,6}$/.test(value),
  sort: (value) => Object.hasOwn(COLUMNS, value.replace("-", "")),
  group: (value) => Object.hasOwn(GROUPS, value),
  status: (value) => value === "all" || words.keys.includes(value),
  sev: (value) => /^[0-4]*$/.test(value),
};
const legal = (name, value) => Object.hasOwn(DEFAULT, name) && (!Object.hasOwn(LEGAL, name) || LEGAL[name](value));
/* Three forms: #F-… a finding, #?… a view, anything else a section, which leaves the view alone. */
const follow = () => {
  if (location.hash.startsWith("#?")) {
    Object.assign(chosen, DEFAULT);
    for (const [name, value] of new URLSearchParams(location.hash.slice(2))) if (legal(name, value)) chosen[name] = value;
    show();
    update();
    $("findings").scrollIntoView();
  } else if (/^#F-[0-9a-f]+$/.test(location.hash)) {
    const prefix = location.hash.slice(3), row = rows.id.findIndex((id) => id.startsWith(prefix));
    if (row >= 0) reveal(row);
  }
};

/* A cell that a spreadsheet would take for a formula begins with an apostrophe. */
const quoted = (text) => '"' + (/^[=+\-@\t\r]/.test(text) ? "'" : "") + text.replaceAll('"', '""') + '"';
const csv = () => {
  const heads = ["finding", "severity", "status", "rule", "title", "identity", "kind", "owner", "where", "seen", "allowed", "exception", "known", "members", "fingerprint"];
  const cells = (row) => [
    rows.label[row], words.marks[rows.severity[row]], words.keys[rows.status[row]], rule(row).id, TEXT.rule(row), TEXT.name(row),
    assets.kinds[assets.kind[asset(row)]], TEXT.owner(row), rows.where[row], rows.message[row], rows.limit[row] || rule(row).limit, rows.waived[row], rows.known[row] ? "yes" : "no", rows.members[row].join(" "), rows.id[row],
  ];
  return [heads, ...Array.from(found, cells)].map((line) => line.map(quoted).join(",") + "\r\n").join("");
};
const save = () => {
  const url = URL.createObjectURL(new Blob(["\ufeff", csv()], { type: "text/csv" }));
  el("a", { href: url, download: "findings.csv" }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
};

const step = (way) => {
  const ids = [...$("body").querySelectorAll(".id")], at = ids.indexOf(document.activeElement);
  const next = ids[at < 0 ? (way > 0 ? 0 : ids.length - 1) : at + way];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
};
const close = () => {
  const at = document.activeElement?.id || "";
  opened.clear();
  keep(address());
  render();
  if (at.startsWith("F-")) $(at)?.focus();
};
const KEYS = { "/": () => $("q").focus(), j: () => step(1), k: () => step(-1), "?": () => $("keys").showModal(), Escape: close };
const pressed = (event) => {
  const busy = event.target.closest("input, select, dialog") || event.ctrlKey || event.metaKey || event.altKey;
  if (busy || !Object.hasOwn(KEYS, event.key)) return;
  event.preventDefault();
  KEYS[event.key]();
};
const print = () => {
  printing = true;
  $("printed").textContent = "Printed as filtered: " + number(Math.min(listed.length, PRINTED)) + " of " + many(listed.length, "row") + "; " + many(total, "finding") + " in this report.";
  render();
};

const offer = () => {
  const controls = [...new Set(rules.flatMap((one) => one.controls))].sort(), used = new Set(rows.rule);
  select("status", [...words.keys.map((key, index) => [key, words.statuses[index]]).filter((_, index) => rows.status.includes(index)), ["all", "All"]]);
  select("kind", [["", "All kinds"], ...assets.kinds.map((kind) => [kind, kind])]);
  select("owner", [["", "All owners"], ...assets.owners.map((name) => [name || "none", name || "no owner"])]);
  select("rule", [["", "All rules"], ...rules.filter((_, index) => used.has(index)).map(({ id }) => [id, id])]);
  select("control", [["", "All controls"], ...controls.map((control) => [control, control])]);
  select("group", [["", "nothing"], ["rule", "rule"], ["name", "identity"], ["owner", "owner"], ["control", "control"]]);
  select("rows", SIZES.map((size) => [size, size]));
  const choices = { kind: assets.kinds.length > 1, owner: assets.owners.length > 1, control: controls.length > 0 };
  $("fresh").parentElement.hidden = !rows.known.some((known, row) => known && words.keys[rows.status[row]] === "open");
  for (const [id, some] of Object.entries(choices)) $(id).parentElement.hidden = !some;
  const box = (word, index) => el("label", {}, el("input", { type: "checkbox", value: index, checked: true }), mark(words.marks[index]), word);
  $("severities").append(...words.severities.map(box));
  const head = ([name, word]) => el("th", { scope: "col", "data-column": name, "data-word": word }, el("button", { type: "button", onclick: () => sort(name) }, word));
  $("heads").append(...Object.entries(COLUMNS).map(head));
};
const listen = () => {
  $("filter").addEventListener("submit", (event) => event.preventDefault());
  $("filter").addEventListener("reset", (event) => { event.preventDefault(); reset(); });
  $("again").addEventListener("click", () => { reset(); $("q").focus(); });
  $("export").addEventListener("click", save);
  for (const name of FIELDS) $(name).addEventListener(name === "q" ? "input" : "change", () => change({ [name]: $(name).value }));
  for (const name of BOXES) $(name).addEventListener("change", () => change({ [name]: $(name).checked ? "1" : "" }));
  $("severities").addEventListener("change", () => change({ sev: [...$("severities").querySelectorAll(":checked")].map((box) => box.value).join("") }));
  $("previous").addEventListener("click", () => change({ page: String(Number(chosen.page) - 1) }));
  $("next").addEventListener("click", () => change({ page: String(Number(chosen.page) + 1) }));
  addEventListener("hashchange", follow);
  addEventListener("keydown", pressed);
  addEventListener("beforeprint", print);
  addEventListener("afterprint", () => { printing = false; render(); });
};
const list = () => {
  offer();
  listen();
  show();
  update();
  $("app").hidden = false;
  follow();
  warm();
};
