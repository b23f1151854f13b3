// The page: one ranking at a time.
const rankings = JSON.parse(byId("rankings").textContent);
const GROUPS = ["averages", "context"];

const comparison = new Comparison(byId("compare"));
const filters = new Filters(byId("filters"), filterRows, () => tables().forEach((table) => table.render()));
let shown = null; // the ranking, its tables, and what they share

const tables = () => [...shown.tables.values()];

function open(ranking) {
  filters.offer(ranking);
  comparison.open(ranking);
  const page = {
    axis: { rows: axisOf(ranking.rows), context: axisOf(ranking.context) },
    accepts: filters.test(),
    showsTask: (key) => filters.chosen.has(key),
    pick: (row) => comparison.pick(row),
  };
  shown = { ranking, page, tables: new Map() };
  byId("ranking-name").textContent = ranking.data;
  byId("ranking-rule").textContent = ranking.rule;
  byId("axis").textContent = ranking.rows.length ? `, on a scale from ${page.axis.rows[0]} to ${page.axis.rows[1]} %` : "";
  const foreign = byId("foreign");
  foreign.hidden = ranking.public;
  foreign.textContent = `This is not MVBench: scores on ${ranking.data} say nothing about MVBench, and stand in rankings of their own.`;
  shown.tables.set("rows", new Table(byId("rows"), ranking, "rows", page));
  for (const group of GROUPS) {
    const box = byId(group);
    box.hidden = !ranking[group].length;
    box.open = false;
    box.querySelector(".frame").replaceChildren();
  }
  count();
}

// The lower groups are built when they are opened.
for (const group of GROUPS) {
  byId(group).addEventListener("toggle", (event) => {
    if (!event.target.open || shown.tables.has(group)) return;
    shown.tables.set(group, new Table(event.target.querySelector(".frame"), shown.ranking, group, shown.page));
  });
}

function filterRows() {
  shown.page.accepts = filters.test();
  tables().forEach((table) => table.filter());
  count();
}

function count() {
  const { ranking, page } = shown;
  const left = (group) => ranking[group].filter(page.accepts).length;
  const words = (group, all) => (left(group) === all ? `${all}` : `${left(group)} of ${all}`);
  byId("count").textContent = `${words("rows", ranking.rows.length)} ${ranking.rows.length === 1 ? "model" : "models"} ranked`;
  for (const group of GROUPS) byId(group).querySelector("summary > span").textContent = words(group, ranking[group].length);
}

// Steps of five around every interval.
function axisOf(rows) {
  const means = rows.flatMap((row) => (row.mean ? [row.mean] : []));
  if (!means.length) return [0, 100];
  const low = Math.min(...means.map((mean) => mean[1] ?? mean[0])), high = Math.max(...means.map((mean) => mean[2] ?? mean[0]));
  return [Math.max(0, Math.floor(low / 5) * 5), Math.min(100, Math.ceil(high / 5) * 5)];
}

// Data sets as tabs, and the rankings of the chosen one.
const sets = [...new Set(rankings.map((ranking) => ranking.data))];
const rule = byId("rule");

function choose(ranking) {
  if (shown?.ranking === ranking) return;
  const same = rankings.filter((other) => other.data === ranking.data);
  rule.replaceChildren(...same.map((other) => new Option(other.rule, other.id, false, other === ranking)));
  byId("rule-label").hidden = same.length < 2;
  byId("ranking-rule").hidden = same.length > 1;
  for (const input of byId("data-sets").querySelectorAll("input")) input.checked = input.value === ranking.data;
  open(ranking);
}

function remember(ranking) {
  choose(ranking);
  history.replaceState(null, "", `#${ranking.id}`);
}

byId("data-sets").hidden = sets.length < 2;
byId("ranking-name").classList.toggle("unseen", sets.length > 1);
for (const data of sets) {
  const input = make("input", { type: "radio", name: "data-set", value: data });
  input.addEventListener("change", () => remember(rankings.find((ranking) => ranking.data === data)));
  byId("data-sets").append(make("label", {}, input, make("span", { text: data })));
}
rule.addEventListener("change", () => remember(rankings.find((ranking) => ranking.id === rule.value)));

const addressed = () => rankings.find((ranking) => `#${ranking.id}` === location.hash);
addEventListener("hashchange", () => { const found = addressed(); if (found) choose(found); });

theme.attach(byId("theme"));
byId("table").hidden = false;
if (rankings.length) choose(addressed() ?? rankings[0]);
else byId("rows").replaceChildren(make("p", { class: "quiet nothing", text: "This board has no entry yet." }));
