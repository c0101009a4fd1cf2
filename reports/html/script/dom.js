/* Elements are built, never parsed: text from the data reaches the page as text only. */
const $ = (id) => document.getElementById(id);
const el = (name, given, ...children) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(given || {})) {
    if (key === "class") made.className = value;
    else if (key === "onclick") made.addEventListener("click", value);
    else if (value !== false && value != null) made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children);
  return made;
};
const SVG = "http://www.w3.org/2000/svg";
const mark = (key) => {
  const svg = document.createElementNS(SVG, "svg"), use = document.createElementNS(SVG, "use");
  svg.setAttribute("class", "mark");
  svg.setAttribute("viewBox", "0 0 12 12");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", "#m-" + key);
  svg.append(use);
  return svg;
};
const number = (value) => String(value).replace(/\B(?=(\d{3})+$)/g, ",");
const many = (count, one, more) => number(count) + " " + (count === 1 ? one : more || one + "s");
/* Long names break after . - / : _ @ first. */
const breaks = (text) => {
  const made = document.createDocumentFragment();
  text.split(/(?<=[.\-/:_@])/).forEach((part, index) => made.append(...(index ? [el("wbr"), part] : [part])));
  return made;
};
const clamp = (text) => el("div", { class: "clamp" }, breaks(text));
const select = (id, options) => $(id).replaceChildren(...options.map(([value, text]) => el("option", { value }, text)));
