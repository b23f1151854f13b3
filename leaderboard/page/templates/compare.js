// Up to six models side by side.
const MOST = 6;
const FIRST = 3;

class Comparison {
  constructor(section) {
    this.section = section;
    this.canvas = section.querySelector("canvas");
    this.box = section.querySelector(".chart");
    this.narrow = matchMedia("(max-width: 55rem)");
    this.narrow.addEventListener("change", () => this.draw());
    // Drawn when it comes near, so that the table need not wait for it.
    this.near = false;
    const come = () => {
      if (this.near) return;
      this.near = true;
      this.draw();
    };
    const seen = (entries) => { if (entries.some((entry) => entry.isIntersecting)) come(); };
    new IntersectionObserver(seen, { rootMargin: "400px" }).observe(section);
    addEventListener("beforeprint", come); // paper has no edge to scroll over
  }

  open(ranking) {
    this.ranking = ranking;
    this.rows = ranking.rows.filter((row) => row.mean).slice(0, FIRST);
    this.boxes = new Map();
    this.section.hidden = ![...ranking.rows, ...ranking.context].some((row) => row.tasks.length);
    this.changed();
  }

  // The box in a row by which it is chosen; none where no task is known.
  pick(row) {
    if (!row.tasks.length) return "";
    const box = make("input", { type: "checkbox", "aria-label": `Compare ${row.model}` });
    box.addEventListener("change", () => this.choose(row, box.checked));
    this.boxes.set(row, box);
    this.tick();
    return box;
  }

  choose(row, chosen) {
    this.rows = chosen ? [...this.rows, row].slice(0, MOST) : this.rows.filter((other) => other !== row);
    this.changed();
  }

  changed() {
    this.tick();
    this.section.querySelector("#picked").replaceChildren(
      ...this.rows.map((row) => {
        const button = make("button", { type: "button", "aria-label": `Leave out ${row.model}`, text: "×" });
        button.addEventListener("click", () => this.choose(row, false));
        return make("li", {}, make("bdi", { text: row.model }), button);
      }),
    );
    const link = byId("chosen");
    link.textContent = `${this.rows.length} of at most ${MOST} ticked: compare them`;
    link.hidden = this.section.hidden;
    this.section.querySelector("#apart").textContent = alike(this.rows);
    this.draw();
  }

  tick() {
    const full = this.rows.length >= MOST;
    for (const [row, box] of this.boxes) {
      box.checked = this.rows.includes(row);
      box.disabled = full && !box.checked;
      box.title = box.disabled ? `${MOST} models are chosen already` : "";
    }
  }

  draw() {
    this.box.hidden = !this.rows.length;
    if (!this.near || !this.rows.length) return;
    const { tasks } = this.ranking;
    const across = this.narrow.matches;
    this.box.style.height = across ? `${(tasks.length + 1) * (this.rows.length * 8 + 10) + 90}px` : "26rem";
    const scores = this.rows.map((row) => [row.mean, ...tasks.map((_, place) => row.tasks[place] ?? null)]);
    const part = (values, index) => values.map((value) => (value ? value[index] : null));
    this.canvas.setAttribute("aria-label", `Scores by task of ${this.rows.map((row) => row.model).join(", ")}; the table holds the same numbers`);
    charts.draw(this.canvas, {
      kind: "bar", across, max: 100, axis: "percent right", legend: true, headings: new Set([0]),
      labels: ["Mean", ...tasks.map((task) => (across || tasks.length < 8 ? task.title : task.abbreviation))],
      series: this.rows.map((row, place) => ({ name: row.model, values: part(scores[place], 0), lows: part(scores[place], 1), highs: part(scores[place], 2) })),
      tip: (place, index) => {
        const score = scores[place][index];
        const interval = score[1] === null ? "" : ` (${range(score[1], score[2])})`;
        return `${this.rows[place].model}: ${percent(score[0])}${interval}`;
      },
    });
  }
}

// Whose means cannot be told apart: the gap is inside the margin of a difference.
function alike(rows) {
  const known = rows.filter((row) => row.mean && row.mean[3] !== null);
  const pairs = [];
  known.forEach((a, place) => {
    for (const b of known.slice(place + 1)) if (Math.abs(a.mean[0] - b.mean[0]) <= Math.hypot(a.mean[3], b.mean[3])) pairs.push(`${a.model} and ${b.model}`);
  });
  if (known.length < 2) return "";
  return pairs.length ? `Their means cannot be told apart: ${pairs.join("; ")}.` : "All their means differ by more than the margin.";
}
