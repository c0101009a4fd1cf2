/* One finding: its row, and the detail with evidence, reason and what to do. */
const severity = (row) => {
  const key = words.marks[rows.severity[row]];
  return [mark(key), el("span", { class: "s-" + key }, TEXT.severity(row))];
};
const status = (row) => {
  const key = words.keys[rows.status[row]];
  return key === "unknown" || key === "waived" ? [mark(key), TEXT.status(row)] : [TEXT.status(row)];
};
const line = (row, first) => {
  const open = opened.has(row), label = rows.label[row];
  const button = el("button", {
    type: "button", class: "id", id: first && label, "aria-expanded": String(open), "aria-controls": open && first && "d-" + label, onclick: () => toggle(row),
  }, label);
  return el("tr", {},
    el("td", {}, button), el("td", { class: "nowrap" }, ...severity(row)), el("td", {}, TEXT.rule(row)), el("td", {}, clamp(TEXT.name(row))),
    el("td", {}, clamp(rows.where[row])), ...(COLUMNS.owner ? [el("td", {}, clamp(TEXT.owner(row)))] : []), el("td", {}, ...status(row)));
};
const copy = (text, word) => el("button", { type: "button", onclick: async (event) => {
  const button = event.currentTarget;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    button.textContent = "This viewer forbids copying";
  }
} }, word);
const plain = (texts) => el("ul", {}, ...texts.map((text) => el("li", {}, breaks(text))));
const mono = (text) => el("span", { class: "mono" }, text);
const link = (rule) => (rule.url.startsWith("https://") ? el("a", { href: rule.url, rel: "noreferrer" }, rule.source) : rule.source);
const parts = (row) => {
  const asked = rule(row), label = rows.label[row], seen = assets.seen[asset(row)], fix = rows.fix[row];
  return [
    ["Identity", TEXT.name(row), el("br"), mono(assets.id[asset(row)])],
    ["What was seen", rows.message[row]],
    ["Observed", rows.observed[row].length && plain(rows.observed[row].map(([name, value]) => name + ": " + value))],
    ["Allowed", rows.limit[row] || asked.limit],
    ["Not known", rows.missing[row].length && plain(rows.missing[row])],
    ["Would tell", rows.would[row].join(", ")],
    ["Members", rows.members[row].length && plain(rows.members[row])],
    ["Rules left open", rows.undecided[row].length && plain(rows.undecided[row])],
    ["Seen", seen.length && plain(seen)],
    ["Why it matters", asked.because],
    ["What to do", fix, fix && el("br"), fix && copy(fix, "Copy what to do")],
    ["Rule", asked.id],
    ["Source", asked.source && link(asked)],
    ["Confidence", asked.confidence],
    ["Controls", asked.controls.join(", ")],
    ["Enforcement", rows.modes[rows.mode[row]]],
    ["Exception", data.exceptions[rows.waived[row]] || rows.waived[row]],
    ["Baseline", rows.known[row] && "known: it stood in the baseline"],
    ["Fingerprint", mono(rows.id[row])],
    ["Link", el("a", { href: "#" + label, class: "mono" }, "#" + label), " ", copy(location.href.split("#")[0] + "#" + label, "Copy link")],
  ];
};
const detail = (row, first) => {
  const list = el("dl");
  for (const [word, ...given] of parts(row)) if (given[0]) list.append(el("dt", {}, word), el("dd", {}, ...given.filter(Boolean)));
  return el("tr", { class: "detail", id: first && "d-" + rows.label[row] }, el("td", { colspan: width() }, list));
};
