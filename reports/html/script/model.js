/* The findings as columns, what the reader chose of them, and the rows that follow from it. */
let data, words, rules, assets, rows, total, all, DEFAULT, chosen, found, listed;
const opened = new Set();
const COLUMNS = { label: "Finding", severity: "Severity", rule: "Rule", name: "Identity", where: "Where", owner: "Owner", status: "Status" };
const width = () => Object.keys(COLUMNS).length;
const SIZES = ["50", "100", "250"];
const asset = (row) => rows.asset[row];
const rule = (row) => rules[rows.rule[row]];
const TEXT = {
  label: (row) => rows.label[row],
  severity: (row) => words.severities[rows.severity[row]],
  rule: (row) => rule(row).title,
  name: (row) => assets.name[asset(row)],
  where: (row) => rows.where[row],
  owner: (row) => assets.owners[assets.owner[asset(row)]],
  status: (row) => words.statuses[rows.status[row]],
};
const GROUPS = {
  rule: (row) => [rule(row).id + ": " + rule(row).title],
  name: (row) => [TEXT.name(row)],
  owner: (row) => [TEXT.owner(row) || "no owner"],
  control: (row) => (rule(row).controls.length ? rule(row).controls : ["no control"]),
};

const take = (given) => {
  data = given;
  ({ words, rules, assets, rows } = data);
  total = rows.label.length;
  if (!assets.owners.some((name) => name)) delete COLUMNS.owner;
  all = Uint32Array.from({ length: total }, (_, row) => row);
  /* A choice that is missing from the address is this one. */
  DEFAULT = {
    q: "", sev: "01234", status: rows.status.includes(0) ? words.keys[0] : "all", kind: "", owner: "", rule: "", control: "", counts: "", fresh: "",
    group: "", sort: "", page: "1", rows: SIZES[0],
  };
  chosen = { ...DEFAULT };
};

/* Texts to search and ranks to sort by are made when first wanted, or when there is time. */
const made = {};
const once = (name, make) => made[name] || (made[name] = make());
const haystack = () => once("haystack", () => Array.from(all, (row) => [
  rows.label[row], rows.id[row], rule(row).id, TEXT.rule(row), TEXT.name(row), rows.where[row], TEXT.owner(row), rows.message[row], rows.waived[row], ...rows.members[row],
].join("\n").toLowerCase()));
const ranks = (name) => once("rank " + name, () => {
  if (name === "severity" || name === "status") return rows[name];
  const texts = Array.from(all, (row) => TEXT[name](row).toLowerCase());
  const order = new Map([...new Set(texts)].sort().map((text, rank) => [text, rank]));
  return Uint32Array.from(texts, (text) => order.get(text));
});
const idle = window.requestIdleCallback || ((work) => setTimeout(work, 200));
const warm = () => [haystack, ...Object.keys(COLUMNS).map((name) => () => ranks(name))].forEach((work) => idle(work));

const filtered = () => {
  const severities = new Set([...chosen.sev].map(Number)), needles = chosen.q.toLowerCase().split(/\s+/).filter(Boolean);
  const status = chosen.status === "all" ? -1 : words.keys.indexOf(chosen.status), kind = assets.kinds.indexOf(chosen.kind);
  const owner = assets.owners.indexOf(chosen.owner === "none" ? "" : chosen.owner), only = rules.findIndex((one) => one.id === chosen.rule);
  const controlled = rules.map((one) => one.controls.includes(chosen.control)), texts = needles.length ? haystack() : null;
  return all.filter((row) =>
    severities.has(rows.severity[row]) &&
    (status < 0 || rows.status[row] === status) &&
    (!chosen.kind || assets.kind[asset(row)] === kind) &&
    (!chosen.owner || assets.owner[asset(row)] === owner) &&
    (!chosen.rule || rows.rule[row] === only) &&
    (!chosen.control || controlled[rows.rule[row]]) &&
    (!chosen.counts || rows.counts[row]) &&
    (!chosen.fresh || !rows.known[row]) &&
    (!texts || needles.every((needle) => texts[row].includes(needle))));
};
const sorted = (picked) => {
  if (!chosen.sort) return picked;
  const name = chosen.sort.replace("-", ""), way = chosen.sort === name ? 1 : -1, rank = ranks(name);
  return picked.slice().sort((a, b) => way * (rank[a] - rank[b]) || a - b);
};
/* Pairs of group heading and row, largest group first; a finding stands under each of its controls. */
const grouped = (picked) => {
  const heads = GROUPS[chosen.group], groups = new Map();
  if (!heads) return Array.from(picked, (row) => ["", row]);
  for (const row of picked) {
    for (const head of heads(row)) {
      if (!groups.has(head)) groups.set(head, []);
      groups.get(head).push(row);
    }
  }
  const largest = [...groups].sort(([, a], [, b]) => b.length - a.length);
  return largest.flatMap(([head, members]) => members.map((row) => [head + " (" + many(members.length, "finding") + ")", row]));
};
const choose = () => {
  found = sorted(filtered());
  listed = grouped(found);
};
