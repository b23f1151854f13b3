// Which rows and which tasks are shown.
const CHOICES = { type: "All types", size: "All sizes", status: "Any status", revision: "Any data" };
const SIZES = ["< 4B", "4-10B", "10-20B", "20-40B", "> 40B", "unknown"];
const UNTOLD = "\u0000";

class Filters {
  constructor(form, onRows, onTasks) {
    this.form = form;
    this.words = form.querySelector("#words");
    this.menu = form.querySelector("#tasks");
    this.selects = [...form.querySelectorAll("select[data-field]")];
    this.onTasks = onTasks;
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("input", (event) => { if (!this.menu.contains(event.target)) onRows(); });
    form.addEventListener("reset", (event) => {
      event.preventDefault();
      this.words.value = "";
      for (const select of this.selects) select.value = "";
      onRows();
    });
    this.menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !this.menu.open) return;
      this.menu.open = false;
      this.menu.querySelector("summary").focus();
    });
    document.addEventListener("pointerdown", (event) => { if (!this.menu.contains(event.target)) this.menu.open = false; });
    document.addEventListener("keydown", (event) => {
      if (event.key !== "/" || event.target.closest("input, select, textarea") || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      this.words.focus();
    });
  }

  // The values that occur in a ranking; a choice is kept where it still means something.
  offer(ranking) {
    const rows = [...ranking.rows, ...ranking.averages, ...ranking.context];
    for (const select of this.selects) {
      const field = select.dataset.field;
      const found = [...new Set(rows.map((row) => row[field] || UNTOLD))];
      found.sort((a, b) => (field === "size" ? SIZES.indexOf(a) - SIZES.indexOf(b) : (a === UNTOLD) - (b === UNTOLD) || a.localeCompare(b, "en")));
      const before = select.value;
      select.replaceChildren(new Option(CHOICES[field], ""), ...found.map((value) => new Option(value === UNTOLD ? "not told" : value, value)));
      select.value = found.includes(before) ? before : "";
      select.parentElement.hidden = found.length < 2;
    }
    this.offerTasks(ranking.tasks);
  }

  // One box per task and one per skill, for all of its tasks.
  offerTasks(tasks) {
    this.tasks = tasks;
    const narrow = matchMedia("(max-width: 40rem)").matches;
    const skills = grouped(tasks);
    const few = new Set([...skills.values()].map(([[, task]]) => task.key));
    this.chosen = new Set(narrow ? few : tasks.map((task) => task.key));
    this.boxes = new Map();
    const choose = (keys) => { this.chosen = new Set(keys); this.tick(); this.onTasks(); };
    const buttons = [["All", tasks.map((task) => task.key)], ["One of each skill", few], ["None", []]].map(([text, keys]) => {
      const button = make("button", { type: "button", text });
      button.addEventListener("click", () => choose(keys));
      return button;
    });
    const groups = [...skills].map(([skill, members]) => {
      const keys = members.map(([, task]) => task.key);
      const whole = this.box(skill, keys, choose);
      return make("fieldset", {}, make("legend", {}, whole), ...members.map(([, task]) => this.box(task.title, [task.key], choose)));
    });
    this.menu.querySelector(".menu-body").replaceChildren(make("div", { class: "toolbar" }, ...buttons), make("div", { class: "skills" }, ...groups));
    this.tick();
  }

  box(text, keys, choose) {
    const input = make("input", { type: "checkbox" });
    input.addEventListener("change", () => choose(input.checked ? [...this.chosen, ...keys] : [...this.chosen].filter((key) => !keys.includes(key))));
    this.boxes.set(input, keys);
    return make("label", { class: "box" }, input, make("span", { text }));
  }

  tick() {
    for (const [input, keys] of this.boxes) {
      const count = keys.filter((key) => this.chosen.has(key)).length;
      input.checked = count === keys.length;
      input.indeterminate = count > 0 && count < keys.length;
    }
    byId("tasks-count").textContent = `${this.chosen.size} of ${this.tasks.length}`;
  }

  // A question to ask of every row.
  test() {
    const words = this.words.value.toLowerCase().split(/\s+/).filter((word) => word);
    const choices = this.selects.filter((select) => select.value).map((select) => [select.dataset.field, select.value]);
    return (row) =>
      choices.every(([field, value]) => (row[field] || UNTOLD) === value) && words.every((word) => searchable(row).includes(word));
  }
}

function searchable(row) {
  row.searched ??= [row.model, row.type, row.language_model, row.frames, row.status, ...row.facts.map((fact) => fact.text)].join(" ").toLowerCase();
  return row.searched;
}

// Tasks with their places, by skill.
function grouped(tasks) {
  const skills = new Map();
  tasks.forEach((task, place) => skills.set(task.skill, [...(skills.get(task.skill) ?? []), [place, task]]));
  return skills;
}
