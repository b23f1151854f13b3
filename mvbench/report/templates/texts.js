// Elements, numbers and text: whatever comes from a record is put in as text, never as markup.
const make = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "class") element.className = value;
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
};
const fill = (element, ...children) => element.replaceChildren(...children.flat().filter(Boolean));
const $ = (id) => document.getElementById(id);
const parsed = (id) => JSON.parse($(id).textContent);

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const letter = (place) => (place === null || place < 0 ? "–" : LETTERS[place]);
const letterOrNone = (place) => (place < 0 ? "none" : letter(place));
const number = (value) => value.toFixed(1).replace("-", "−");
const whole = (value) => value.toLocaleString("en-US");
const counted = (count, noun, nouns = `${noun}s`) => `${whole(count)} ${count === 1 ? noun : nouns}`;
const interval = ({ low, high }) => (low === null ? "" : `${number(low)}–${number(high)}`);
const seconds = (value) => {
  if (value < 0.001) return `${(value * 1e6).toFixed(0)} µs`;
  if (value < 1) return `${(value * 1e3).toPrecision(3).replace(/\.0*$/, "")} ms`;
  if (value < 120) return `${value.toFixed(2)} s`;
  return value < 7200 ? `${(value / 60).toFixed(1)} min` : `${(value / 3600).toFixed(1)} h`;
};

// Control codes and those that turn the direction of writing around are shown, not obeyed.
const HIDDEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\ufeff]/g;
const code = (character) => `[U+${character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}]`;
const visible = (text) => text.replace(HIDDEN, code);
const plain = (text) => (typeof text === "string" ? text : text.text);
const outside = (text, tag = "span", attributes = {}) => {
  const named = { dir: "auto", ...attributes, class: `outside ${attributes.class ?? ""}` };
  const element = make(tag, named, visible(plain(text)));
  if (typeof text !== "string") {
    element.append(make("em", { class: "cut" }, ` … ${counted(text.left_out, "more character")} in records.jsonl`));
  }
  return element;
};

// A link to one sample.
const address = (id) => `#${encodeURIComponent(id).replaceAll("%2F", "/")}`;
const options = (select, entries) => fill(select, entries.map(([value, words]) => make("option", { value }, words)));
const button = (words, onclick, attributes = {}) => make("button", { type: "button", onclick, ...attributes }, words);
const heading = (...words) => make("h4", {}, ...words);
const small = (...words) => make("p", { class: "quiet small" }, ...words);
const badge = (words, kind) => make("span", { class: `badge ${kind}` }, words);
const mark = (correct) => {
  const word = correct ? "right" : "wrong";
  return make("span", { class: `mark ${word}`, title: word }, correct ? "✓" : "✗");
};

// Tables: the first column holds words, the others numbers, unless `kinds` says otherwise.
const cells = (contents, kinds = []) =>
  contents.map((content, place) => make("td", { class: kinds[place] ?? (place ? "number" : "") }, content));
const line = (contents, { kinds = [], ...attributes } = {}) => make("tr", attributes, cells(contents, kinds));
const table = (element, heads, lines, kinds = []) => {
  const head = (words, place) => make("th", { class: kinds[place] ?? (place ? "number" : ""), scope: "col" }, words);
  fill(element, make("thead", {}, make("tr", {}, heads.map(head))), make("tbody", {}, lines));
  return element;
};
