// Elements made by hand: text from outside is only ever text.
const DASH = "–";

function make(tag, { text, title, ...attributes } = {}, ...children) {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  if (title) made.title = title;
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : value);
  made.append(...children.filter((child) => child));
  return made;
}

const byId = (id) => document.getElementById(id);
const percent = (value) => value.toFixed(1);
const range = (low, high) => `${percent(low)}–${percent(high)}`;
const places = (row) => (row.first === row.last ? `${row.first}` : `${row.first}–${row.last}`);

// A text, a quiet dash where there is none, and a mark where nobody has checked it.
function told(text, unverified) {
  if (!text) return make("span", { class: "quiet", text: DASH, title: "not told" });
  return make("bdi", unverified ? { class: "unverified", text, title: "Nobody has checked this against its source" } : { text });
}

const STATUS = {
  "self-reported": ["badge", "self-reported", "Reported by its authors"],
  rerun: ["badge accent", "rerun", "Run again by somebody else"],
  reproduced: ["badge right", "✓ reproduced", "The log is attached, and every digit follows from it"],
};

function badge(status) {
  const [style, text, title] = STATUS[status];
  return make("span", { class: style, text, title });
}

// What a link of a row looks like; its address was checked when the page was made.
const link = (address, ...children) => make("a", { href: address, rel: "noopener noreferrer nofollow", target: "_blank" }, ...children);
