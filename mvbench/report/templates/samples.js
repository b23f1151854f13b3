// The sample browser: only the rows in sight are elements, so that thousands scroll like ten.
(() => {
  "use strict";
  const ROW = 58; // pixels, as in the style sheet
  const SPARE = 4; // rows beyond those in sight
  const samples = parsed("samples-data");
  const places = new Map(samples.map((sample, place) => [sample.id, place]));
  const list = $("list"), rows = $("rows"), detail = $("detail"), filters = $("filters");
  let shown = []; // places of the samples that pass the filters
  let current = -1; // place of the one that is open
  let letters = null; // {right, chosen}, chosen in the table of letters

  const verdict = (sample) => sample.verdicts[report.judge];
  const texts = samples.map(() => null);
  function text(place) {
    const { id, question, choices, reply, video } = samples[place];
    const words = () => [id, plain(question), ...choices.map(plain), reply ? plain(reply.text) : "", video];
    return (texts[place] ??= words().join("\n").toLowerCase());
  }

  function passes(place, { task, right, status, words }) {
    const sample = samples[place];
    const [choice, correct, state] = verdict(sample);
    return (!task || sample.task === task)
      && (!right || Boolean(correct) === (right === "right"))
      && (!status || state === status)
      && (!letters || (sample.answer === letters.right && (choice ?? -1) === letters.chosen))
      && words.every((word) => text(place).includes(word));
  }

  function filter() {
    const form = new FormData(filters);
    const words = form.get("text").toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = { task: form.get("task"), right: form.get("verdict"), status: form.get("status"), words };
    shown = samples.flatMap((_, place) => (passes(place, wanted) ? [place] : []));
    const right = shown.reduce((sum, place) => sum + verdict(samples[place])[1], 0);
    const among = shown.length ? `, ${whole(right)} right` : "";
    $("count").textContent = `${whole(shown.length)} of ${whole(samples.length)}${among}`;
    const chip = $("letters-filter");
    chip.hidden = !letters;
    if (letters) chip.textContent = `right ${letter(letters.right)}, chosen ${letterOrNone(letters.chosen)} ×`;
    rows.style.height = `${shown.length * ROW}px`;
    list.scrollTop = 0;
    paint();
  }

  function paint() {
    const first = Math.max(0, Math.floor(list.scrollTop / ROW) - SPARE);
    const last = Math.min(shown.length, Math.ceil((list.scrollTop + list.clientHeight) / ROW) + SPARE);
    const elements = [];
    for (let place = first; place < last; place += 1) elements.push(rowOf(shown[place], place));
    fill(rows, elements.length ? elements : make("p", { class: "empty" }, "Nothing matches."));
    if ($(`row-${current}`)) list.setAttribute("aria-activedescendant", `row-${current}`);
    else list.removeAttribute("aria-activedescendant");
  }

  function rowOf(place, position) {
    const sample = samples[place];
    const [choice, correct, status] = verdict(sample);
    const chosen = correct ? letter(choice) : `${letter(choice)}, right ${letter(sample.answer)}`;
    const attributes = {
      class: "row", role: "option", id: `row-${place}`, style: `top:${position * ROW}px`, onclick: () => open(place),
      "aria-selected": String(place === current), "aria-setsize": shown.length, "aria-posinset": position + 1,
    };
    return make("div", attributes,
      mark(correct),
      outside(plain(sample.question).slice(0, 160).replaceAll("\n", " "), "b"),
      make("span", { class: "line" }, outside(sample.id), ` · ${status === "ok" ? chosen : status}`));
  }

  function open(place, { remember = true, scroll = false } = {}) {
    current = place;
    const top = shown.indexOf(place) * ROW;
    if (top >= 0 && top < list.scrollTop) list.scrollTop = top;
    if (top + ROW > list.scrollTop + list.clientHeight) list.scrollTop = top + ROW - list.clientHeight;
    paint();
    drawDetail();
    if (remember) history.replaceState(null, "", address(samples[place].id));
    // On a narrow page the sample lies below the list.
    if (scroll || (remember && getComputedStyle(list).position === "static")) detail.scrollIntoView({ block: "start" });
  }

  let drawings = 0;
  function drawDetail() {
    const sample = samples[current];
    const drawing = drawings += 1; // who waits for pictures draws again, unless that was done meanwhile
    if (!sample) return fill(detail, make("p", { class: "empty" }, "Choose a sample."));
    return fill(detail, details(sample, { step, again: () => drawing === drawings && drawDetail() }));
  }

  function step(by) {
    if (!shown.length) return;
    const position = shown.indexOf(current);
    open(shown[Math.min(shown.length - 1, Math.max(0, position < 0 ? 0 : position + by))]);
  }

  // From a figure to its questions.
  function show({ task = "", status = "", right = null, chosen = null }) {
    filters.reset();
    filters.elements.task.value = task;
    filters.elements.status.value = status;
    letters = right === null ? null : { right, chosen };
    filter();
    if (shown.length) open(shown[0]);
    $("samples").scrollIntoView();
  }

  // To the sample that the address names; false where it names none.
  function follow() {
    let id = location.hash.slice(1);
    try { id = decodeURIComponent(id); } catch { return false; }
    if (!places.has(id)) return false;
    if (!shown.includes(places.get(id))) {
      filters.reset();
      letters = null;
      filter();
    }
    open(places.get(id), { remember: false, scroll: true });
    return true;
  }

  function countLost() {
    const lost = document.querySelectorAll("script[data-why]").length;
    const all = document.querySelectorAll('script[id^="strip-"]').length;
    $("lost").hidden = !lost;
    $("lost").textContent = `${whole(lost)} of ${counted(all, "clip")} cannot be shown; each sample says why.`;
  }

  options(filters.elements.task, [["", "all tasks"], ...report.titles]);
  options(filters.elements.status, [["", "any"], ...report.STATUSES.map((status) => [status, status])]);
  let waiting = 0;
  filters.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(filter, 60); });
  filters.addEventListener("submit", (event) => event.preventDefault());
  $("letters-filter").addEventListener("click", () => { letters = null; filter(); });
  list.addEventListener("scroll", paint, { passive: true });
  list.addEventListener("keydown", (event) => {
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity };
    if (!(event.key in steps)) return;
    event.preventDefault();
    step(steps[event.key]);
  });
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.("input, select, textarea")) return;
    if (event.key === "j") step(1);
    else if (event.key === "k") step(-1);
    else if (event.key === "/") { event.preventDefault(); filters.elements.text.focus(); }
  });
  addEventListener("resize", paint);
  addEventListener("hashchange", follow);
  addEventListener("DOMContentLoaded", () => { countLost(); drawDetail(); });

  report.onShow(show);
  report.onJudge(() => { filter(); drawDetail(); });
  report.start();
  filter();
  if (!follow()) {
    current = shown[0] ?? -1;
    paint();
    drawDetail();
  }
})();
