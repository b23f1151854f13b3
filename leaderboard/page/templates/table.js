// One group of rows as a table: its columns, cells and order.

// Chosen rows, open details and the axis of the whiskers are the page's; the order is the table's own.
class Table {
  constructor(frame, ranking, group, page) {
    Object.assign(this, { frame, ranking, group, page });
    this.rows = ranking[group].map((row, place) => ({ row, place, line: null, details: null }));
    this.sorted = { key: group === "rows" ? "rank" : "average", down: group !== "rows" };
    this.render();
  }

  // Everything anew: after a choice of tasks.
  render() {
    this.columns = columnsOf(this.ranking, this.group, this.page);
    if (!this.columns.some((column) => column.key === this.sorted.key)) this.sorted = { key: this.group === "rows" ? "rank" : "average", down: this.group !== "rows" };
    const width = this.columns.reduce((sum, column) => sum + (column.width ?? 0), 0);
    const widths = this.columns.map((column) => (column.width ? `${column.width}em` : "minmax(calc(var(--model) * 1em), 1fr)"));
    // Rows are grids, so that those out of sight cost nothing; the roles say that this is a table all the same.
    const table = make("table", { class: "board", role: "table", style: `--columns: ${widths.join(" ")}; --width: ${width}` });
    table.append(
      make("caption", { class: "unseen", text: this.frame.getAttribute("aria-label") }),
      make("thead", { role: "rowgroup" }, make("tr", { role: "row" }, ...this.columns.map((column) => this.head(column)))),
    );
    this.body = make("tbody", { role: "rowgroup" });
    for (const item of this.rows) {
      item.line = this.line(item);
      if (item.details) item.details = this.details(item);
    }
    this.order();
    table.append(this.body);
    this.nothing = make("p", { class: "quiet nothing", text: "No model here matches the filters.", hidden: true });
    this.frame.replaceChildren(table, this.nothing);
    this.filter();
  }

  head(column) {
    const cell = make("th", { scope: "col", role: "columnheader", class: column.style, title: column.title });
    if (!column.value) {
      cell.append(make("span", { class: "unseen", text: column.head }));
      return cell;
    }
    const button = make("button", { type: "button", text: column.head, "data-sort": column.key });
    if (column.spoken) button.setAttribute("aria-label", column.spoken);
    button.addEventListener("click", () => this.sortBy(column));
    cell.append(button);
    column.cell = cell;
    return cell;
  }

  // First click: best, or from A to Z. Second: the other way round.
  sortBy(column) {
    const down = this.sorted.key === column.key ? !this.sorted.down : Boolean(column.best);
    this.sorted = { key: column.key, down };
    this.order();
  }

  order() {
    const column = this.columns.find(({ key }) => key === this.sorted.key);
    const sign = this.sorted.down ? -1 : 1;
    const keyed = this.rows.map((item) => [column.value(item.row), item]);
    keyed.sort(([a, x], [b, y]) => compareValues(a, b, sign) || x.place - y.place);
    this.body.replaceChildren(...keyed.flatMap(([, { line, details }]) => (details ? [line, details] : [line])));
    for (const { key, cell } of this.columns) {
      if (!cell) continue;
      if (key === this.sorted.key) cell.setAttribute("aria-sort", this.sorted.down ? "descending" : "ascending");
      else cell.removeAttribute("aria-sort");
    }
  }

  line(item) {
    const line = make("tr", { role: "row" });
    for (const column of this.columns) {
      const names = column.key === "model";
      const cell = make(names ? "th" : "td", names ? { scope: "row", role: "rowheader", class: column.style } : { role: "cell", class: column.style });
      column.fill(cell, item.row, () => this.toggle(item));
      line.append(cell);
    }
    return line;
  }

  details(item) {
    const cell = make("td", { role: "cell", "aria-colspan": this.columns.length }, detailsOf(item.row, this.ranking));
    const line = make("tr", { role: "row", class: "details" }, cell);
    line.hidden = item.line.hidden;
    return line;
  }

  toggle(item) {
    const open = !item.details;
    item.line.querySelector(".more").setAttribute("aria-expanded", open);
    if (open) item.line.after((item.details = this.details(item)));
    else { item.details.remove(); item.details = null; }
  }

  // How many rows the page's filters leave.
  filter() {
    let left = 0;
    for (const item of this.rows) {
      const hidden = !this.page.accepts(item.row);
      item.line.hidden = hidden;
      if (item.details) item.details.hidden = hidden;
      left += !hidden;
    }
    this.nothing.hidden = left > 0;
    return left;
  }
}

const alphabet = new Intl.Collator("en", { numeric: true });

// What is not told comes last, whichever way round.
function compareValues(a, b, sign) {
  const [empty, other] = [a === null || a === "", b === null || b === ""];
  if (empty || other) return empty - other;
  return sign * (typeof a === "string" ? alphabet.compare(a, b) : a - b);
}

// width: in the table's em; models take what is left. best: whether the highest comes first. value: what is sorted by. fill: writes the cell.
function columnsOf(ranking, group, page) {
  const scored = group !== "averages";
  const words = (key, head, width, title) => ({
    key, head, width, title, value: (row) => row[key],
    fill: (cell, row) => cell.append(told(row[key], row.unverified.includes(key))),
  });
  return [
    scored && { key: "pick", head: "Compare", width: 2.6, style: "pick", fill: (cell, row) => cell.append(page.pick(row)) },
    group === "rows" && {
      key: "rank", head: "Rank", width: 4.6, style: "number rank", title: "The places it may hold, given the margins",
      value: (row) => row.first * 1e6 + row.last, fill: (cell, row) => { cell.textContent = places(row); },
    },
    { key: "model", head: "Model", style: "model", value: (row) => row.model, fill: fillModel },
    {
      key: "average", head: "Avg", width: 4.8, style: "number", best: true, title: "The average as published", value: (row) => row.average,
      fill: (cell, row) => cell.append(told(row.printed, row.unverified.includes("scores"))),
    },
    scored && {
      key: "mean", head: "Mean", width: 15.4, style: "estimate", best: true, value: (row) => row.mean && row.mean[0],
      title: `The mean of ${ranking.tasks.length} tasks, recomputed, with its 95 % margin`,
      fill: (cell, row) => fillMean(cell, row, page.axis[group]),
    },
    words("type", "Type", 6.9),
    words("language_model", "LLM", 9.2, "The language model inside"),
    {
      key: "parameters", head: "Size", width: 4.2, style: "number", title: "Parameters of all that runs, in billions", value: (row) => row.parameters,
      fill: (cell, row) => cell.append(told(row.parameters === null ? "" : `${row.parameters}B`, row.unverified.includes("parameters_billion"))),
    },
    { ...words("frames", "Frames", 5.4, "Frames of each clip that the model saw"), style: "number" },
    { key: "status", head: "Status", width: 8.3, value: (row) => row.status, fill: (cell, row) => cell.append(badge(row.status)) },
    ...(scored ? ranking.tasks : []).flatMap((task, place) => (page.showsTask(task.key) ? [taskColumn(task, place)] : [])),
    words("revision", "Data", 5.4, "Revision of the data: original, or of 2024-06-13"),
  ].filter((column) => column);
}

function taskColumn(task, place) {
  return {
    key: `task:${task.key}`, head: task.abbreviation, spoken: task.title, title: `${task.title} (${task.skill})`, width: 4, style: "number task", best: true,
    value: (row) => (row.tasks[place] ? row.tasks[place][0] : null),
    fill: (cell, row) => {
      const score = row.tasks[place];
      if (!score) { cell.append(told("")); return; }
      cell.textContent = percent(score[0]);
      cell.classList.add(`heat-${Math.min(9, Math.floor(score[0] / 10))}`);
      cell.title = score[1] === null ? task.title : `${task.title}: ${percent(score[0])} (${range(score[1], score[2])})`;
    },
  };
}

function fillModel(cell, row, toggle) {
  const more = make("button", { type: "button", class: "more", "aria-expanded": "false", "aria-label": `Details of ${row.model}` });
  more.addEventListener("click", toggle);
  const name = told(row.model, row.unverified.includes("model"));
  name.classList.add("name");
  cell.append(make("div", { title: row.model }, more, row.link ? link(row.link, name) : name));
}

function fillMean(cell, row, [from, to]) {
  if (!row.mean) { cell.append(told("")); return; }
  const [mean, low, high, margin] = row.mean;
  cell.append(make("span", { text: margin === null ? percent(mean) : `${percent(mean)} ± ${percent(margin)}` }));
  if (low === null) return;
  const at = (value) => `${(((value - from) / (to - from)) * 100).toFixed(2)}%`;
  cell.append(make("span", { class: "whisker", style: `--low: ${at(low)}; --high: ${at(high)}; --mean: ${at(mean)}`, title: `95 % interval ${range(low, high)}` }));
}
