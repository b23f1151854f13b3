// Every figure under the judge that is chosen.
const report = (() => {
  "use strict";
  const data = parsed("figures-data");
  const tasks = data.skills.flatMap((skill) => skill.tasks);
  const titles = new Map(tasks.map((task) => [task.key, task.title]));
  const listeners = [];
  let judge = data.judge;
  let show = () => {}; // set by the sample browser

  const COLOURS = {
    ok: "series-1", unparsed: "series-2", truncated: "series-4", refused: "series-6", error: "series-5",
  };
  const STATUSES = Object.keys(COLOURS);
  const scores = () => data.summary.judges[judge];
  const present = () => STATUSES.filter((status) => scores().statuses[status]);
  const right = (share, count) => `${number(share)} % right of ${counted(count, "question")}`;

  function ruler({ macro, chance }) {
    const at = (value) => `left:${value}%`;
    const words = `95 % interval ${interval(macro)}, chance ${number(chance)}`;
    const range = () => make("div", { class: "range", style: `${at(macro.low)};width:${macro.high - macro.low}%` });
    return make("div", { class: "ruler", role: "img", "aria-label": words },
      make("div", { class: "axis" }),
      macro.low !== null && range(),
      make("div", { class: "chance", style: at(chance) }),
      make("div", { class: "point", style: at(macro.mean) }),
      make("span", { class: "above", style: at(chance) }, `chance ${number(chance)}`),
      [0, 50, 100].map((value) => make("span", { class: "below", style: at(value) }, String(value))));
  }

  function headline() {
    const { macro, micro, chance, above_chance: above, best } = scores();
    const { name, complete, errors } = data.summary;
    const margin = macro.margin !== null && make("small", {}, ` ± ${number(macro.margin)}`);
    fill($("headline"), make("div", { class: "headline" },
      make("div", {},
        make("div", { class: "score" }, number(macro.mean), margin),
        make("p", { class: "name" }, `${name}${complete ? "" : ", incomplete"} · judge ${judge}`)),
      make("div", {}, ruler(scores()))));
    const words = [
      macro.low === null ? "no interval: too few questions or videos" : `95 % interval ${interval(macro)}`,
      `chance ${number(chance)}`,
      above !== null && `above chance ${number(above)} %`,
      judge !== "official" && `micro mean ${number(micro)}`,
      `official judge, micro mean ${number(data.summary.judges.official.micro)} (as the public board counts)`,
    ];
    const bound = `${counted(errors, "error")} counted wrong: had all been right, the score would be ${number(best)}.`;
    fill($("notes"),
      make("p", { class: "quiet" }, words.filter(Boolean).join(" · ")),
      counts(),
      errors > 0 && make("p", { class: "notice" }, bound));
  }

  // How many of each status, where there is more to say than that all is well.
  function counts() {
    const { questions, asked } = data.summary;
    if (present().join() === "ok" && asked === questions) return null;
    const replies = asked === questions ? "" : ` in ${whole(asked)} replies`;
    const one = (status) => {
      const words = `${whole(scores().statuses[status])} ${status}`;
      return [button(words, () => show({ status }), { class: "plain" }), " "];
    };
    return make("p", { class: "quiet" }, `${counted(questions, "question")}${replies}: `, present().flatMap(one));
  }

  // Each skill is a heading, its tasks stand below.
  function taskChart() {
    const rows = data.skills.flatMap(({ skill, tasks: members }) => [{ title: skill }, ...members]);
    const numbers = rows.map((row) => (row.key ? scores().tasks[row.key] : null));
    const column = (name) => numbers.map((one) => one?.[name] ?? null);
    const canvas = $("tasks-chart");
    canvas.parentElement.style.height = `${rows.length * 23 + 46}px`;
    charts.draw(canvas, {
      kind: "bar", across: true, max: 100,
      labels: rows.map((row) => row.title),
      headings: new Set(rows.flatMap((row, place) => (row.key ? [] : [place]))),
      series: [
        { name: "accuracy", colour: "series-1", values: column("accuracy"), lows: column("low"), highs: column("high") },
      ],
      chance: column("chance"),
      numbers: numbers.map((one) => (one ? number(one.accuracy) : "")),
      tip: (_, place) => {
        const one = numbers[place];
        return [right(one.accuracy, one.questions), `95 % interval ${interval(one)}`, `chance ${number(one.chance)}`];
      },
      click: (place) => rows[place].key && show({ task: rows[place].key }),
    });
  }

  function taskTable() {
    const heads = ["task", "questions", "accuracy", "95 % interval", "chance", "errors", "if errors were right"];
    const questions = (members) => members.reduce((sum, { key }) => sum + scores().tasks[key].questions, 0);
    const ofSkill = (skill, members) => {
      const mean = scores().skills[skill];
      const numbers = [whole(questions(members)), number(mean.mean), interval(mean), number(mean.chance), "", ""];
      return line([skill, ...(members.length > 1 ? numbers : heads.slice(1).map(() => ""))], { class: "skill" });
    };
    const ofTask = ({ key, title }) => {
      const one = scores().tasks[key];
      const errors = one.statuses.error ? [whole(one.statuses.error), number(one.best)] : ["", ""];
      const numbers = [whole(one.questions), number(one.accuracy), interval(one), number(one.chance)];
      return line([title, ...numbers, ...errors], { kinds: ["indent"] });
    };
    const ofBoth = ({ skill, tasks: members }) => [ofSkill(skill, members), ...members.map(ofTask)];
    table($("tasks-table"), heads, data.skills.flatMap(ofBoth));
  }

  function replies() {
    const statuses = present();
    const fine = statuses.join() === "ok";
    const canvas = $("replies-chart");
    canvas.parentElement.hidden = $("replies-numbers").hidden = $("replies-words").hidden = fine;
    $("replies-fine").hidden = !fine;
    $("replies-fine").textContent = `${counted(data.summary.asked, "reply", "replies")}, all ok.`;
    if (fine) return;
    const of = (status, task) => scores().tasks[task.key].statuses[status];
    const asked = (task) => scores().tasks[task.key].asked;
    const shares = (status) => tasks.map((task) => (100 * of(status, task)) / asked(task));
    canvas.parentElement.style.height = `${tasks.length * 21 + 90}px`;
    charts.draw(canvas, {
      kind: "bar", across: true, stacked: true, legend: true, max: 100,
      labels: tasks.map((task) => task.title),
      series: statuses.map((status) => ({ name: status, colour: COLOURS[status], values: shares(status) })),
      tip: (place, index) => {
        const count = of(statuses[place], tasks[index]);
        return `${statuses[place]}: ${whole(count)} of ${whole(asked(tasks[index]))}`;
      },
      click: (index) => show({ task: tasks[index].key }),
    });
    const count = (status, task) => {
      const found = of(status, task);
      return found ? button(whole(found), () => show({ task: task.key, status }), { class: "plain" }) : "";
    };
    const lines = tasks.map((task) => line([task.title, ...STATUSES.map((status) => count(status, task))]));
    table($("replies-table"), ["task", ...STATUSES], lines);
  }

  // [right, chosen, count] of one task, or of all: a function of right and chosen, and how many letters there are.
  function letterCounts(task) {
    const found = new Map();
    let size = 0;
    for (const [key, rows] of Object.entries(data.letters[judge] ?? {})) {
      for (const [answer, chosen, count] of task && key !== task ? [] : rows) {
        found.set(`${answer} ${chosen}`, (found.get(`${answer} ${chosen}`) ?? 0) + count);
        size = Math.max(size, answer + 1, chosen + 1);
      }
    }
    return [(answer, chosen) => found.get(`${answer} ${chosen}`) ?? 0, size];
  }

  function letters() {
    const task = $("letters-task").value;
    const [at, size] = letterCounts(task);
    const answers = Array.from({ length: size }, (_, place) => place);
    const columns = [...answers, -1];
    const sum = (list) => list.reduce((total, one) => total + one, 0);
    const ofRow = (answer) => sum(columns.map((chosen) => at(answer, chosen)));
    const ofColumn = (chosen) => sum(answers.map((answer) => at(answer, chosen)));
    const total = sum(answers.map(ofRow));
    const share = (count) => (total ? `${Math.round((100 * count) / total)} %` : "");
    const square = (answer, chosen) => {
      const part = ofRow(answer) ? at(answer, chosen) / ofRow(answer) : 0;
      const title = `right ${letter(answer)}, chosen ${letterOrNone(chosen)}: show these`;
      return make("td", { class: answer === chosen ? "right" : "", style: `--share:${Math.round(45 * part)}%` },
        button(whole(at(answer, chosen)), () => show({ task, right: answer, chosen }), { title }));
    };
    const head = (words, scope = "col") => make("th", { scope }, words);
    const corner = make("th", {}, "right ↓", make("br"), "chosen →");
    const row = (answer) => make("tr", {},
      head(letter(answer), "row"),
      columns.map((chosen) => square(answer, chosen)),
      make("td", { class: "sum" }, share(ofRow(answer))));
    const sums = columns.map((chosen) => make("td", {}, share(ofColumn(chosen))));
    fill($("letters-table"),
      make("thead", {}, make("tr", {}, corner, columns.map((chosen) => head(letterOrNone(chosen))), head("share"))),
      make("tbody", {}, answers.map(row)),
      make("tfoot", {}, make("tr", {}, head("share", "row"), sums, make("td"))));
    $("letters-words").textContent = total
      ? "A row is what was right, a column what was chosen; none: no letter could be read, or there was an error. " +
        "The stronger its colour, the larger its part of the row."
      : "No question has a right letter.";
  }

  function orbits() {
    const some = data.orbits.some((row) => row.incomplete);
    const heads = ["task", "orbits", "all right", "95 % interval", "chance"];
    if (some) heads.push("incomplete, not counted");
    const ofTask = (row) => {
      const one = row.by_judge[judge];
      const incomplete = some ? [row.incomplete ? whole(row.incomplete) : ""] : [];
      const numbers = [whole(row.complete), number(one.mean), interval(one), number(row.chance)];
      return line([row.task ? titles.get(row.task) : "All tasks", ...numbers, ...incomplete]);
    };
    table($("orbits-table"), heads, data.orbits.slice(0, 1).map(ofTask));
    table($("orbits-tasks"), heads, data.orbits.slice(1).map(ofTask));
    $("orbits-more").hidden = data.orbits.length < 2;
  }

  function difficulty() {
    const curves = data.curves.filter((curve) => curve.task === $("difficulty-task").value);
    fill($("curves"), curves.map((curve) => {
      const points = curve.points.map((point) => `${point.label} ${number(point.by_judge[judge].mean)}`);
      const canvas = make("canvas", { role: "img", "aria-label": `Accuracy by ${curve.dial}: ${points.join(", ")}` });
      return make("div", {}, outside(curve.dial, "h3"), make("div", { class: "chart" }, canvas));
    }));
    $("curves").querySelectorAll("canvas").forEach((canvas, place) => drawCurve(canvas, curves[place]));
  }

  function drawCurve(canvas, { dial, points, ordered }) {
    const column = (name) => points.map((point) => point.by_judge[judge][name]);
    charts.draw(canvas, {
      kind: ordered ? "line" : "bar", max: 100,
      labels: points.map((point) => visible(point.label)),
      series: [{ name: dial, colour: "series-1", values: column("mean"), lows: column("low"), highs: column("high") }],
      chance: points.map((point) => point.chance),
      tip: (_, index) => {
        const one = points[index].by_judge[judge];
        return [right(one.mean, points[index].questions), `95 % interval ${interval(one)}`];
      },
    });
  }

  function times() {
    const body = $("times-body");
    if (!data.times.length) return fill(body, make("p", { class: "quiet" }, "No times are recorded."));
    const names = { read: "reading", answer: "answering" };
    const slowest = (stage) => stage.slowest[0][1];
    const measures = (stage) => [stage.total_seconds, stage.median_seconds, stage.p95_seconds, slowest(stage)];
    const ofStage = (stage) => line([names[stage.name], whole(stage.measured), ...measures(stage).map(seconds)]);
    const heads = ["stage", "questions", "total", "median", "95 % within", "slowest"];
    const link = ([id, took], place) =>
      [place ? ", " : "", make("a", { href: address(id) }, outside(id)), ` ${seconds(took)}`];
    return fill(body,
      make("div", { class: "scroll" }, table(make("table"), heads, data.times.map(ofStage))),
      data.times.filter((stage) => slowest(stage) >= 0.1)
        .map((stage) => small(`Slowest at ${names[stage.name]}: `, stage.slowest.flatMap(link))));
  }

  function everything() {
    headline();
    taskChart();
    taskTable();
    replies();
    letters();
    orbits();
    difficulty();
  }

  theme.attach($("theme"));
  $("judge").value = judge;
  $("judge").addEventListener("change", () => {
    judge = $("judge").value;
    everything();
    listeners.forEach((listener) => listener());
  });
  const named = (list) => list.map((task) => [task.key, task.title]);
  options($("letters-task"), [["", "all tasks"], ...named(tasks)]);
  $("letters-task").addEventListener("change", letters);
  const withCurves = tasks.filter((task) => data.curves.some((curve) => curve.task === task.key));
  options($("difficulty-task"), named(withCurves));
  $("difficulty-task").addEventListener("change", difficulty);
  for (const [section, rows] of [["difficulty", withCurves], ["orbits", data.orbits]]) {
    $(section).hidden = document.querySelector(`a[href="#${section}"]`).hidden = !rows.length;
  }

  return {
    start: () => { everything(); times(); },
    judges: data.judges, titles, STATUSES,
    get judge() { return data.judges.indexOf(judge); }, // its place among the judges
    onJudge: (listener) => listeners.push(listener),
    onShow: (action) => { show = action; },
  };
})();
