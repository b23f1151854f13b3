// What opens below a row: every task with its interval, and where the numbers come from.
function detailsOf(row, ranking) {
  const parts = [make("h3", {}, told(row.model))];
  if (row.tasks.length) parts.push(scoresOf(row, ranking));
  const facts = make("dl", { class: "facts" });
  for (const { label, text, link: address, unverified } of row.facts) {
    const words = told(text, unverified);
    facts.append(make("dt", { text: label }), make("dd", {}, address ? link(address, words) : words));
  }
  parts.push(facts);
  if (row.untold) parts.push(make("p", { class: "quiet small", text: `Not told: ${row.untold}.` }));
  return make("div", { class: "inside" }, ...parts);
}

function scoresOf(row, ranking) {
  const skills = grouped(ranking.tasks);
  const list = make("div", { class: "scores" });
  for (const [skill, tasks] of skills) {
    const scores = make("dl");
    for (const [place, task] of tasks) {
      const score = row.tasks[place];
      const interval = score && score[1] !== null ? make("span", { class: "quiet", text: ` ${range(score[1], score[2])}` }) : null;
      scores.append(make("div", {}, make("dt", { text: task.title }), make("dd", { text: score ? percent(score[0]) : DASH }, interval)));
    }
    list.append(make("section", {}, make("h4", { text: skill }), scores));
  }
  return list;
}
