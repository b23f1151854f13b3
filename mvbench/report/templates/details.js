// One sample: what was shown, asked, replied and judged, and where it all came from.
const details = (() => {
  "use strict";
  const time = (value) => `${value.toFixed(2)} s`;
  const MOST_CAPTIONS = 64;

  // `again` draws the sample anew, once its pictures may have come.
  function film(frames, again) {
    const { indices = [], strip } = frames;
    const title = heading(indices.length ? counted(indices.length, "frame") : "Frames");
    if (frames.why_not || strip === undefined) {
      const words = frames.why_not || frames.remark;
      return [title, words && small(words), captions(frames)];
    }
    const element = $(`strip-${strip}`);
    if (!element) {
      if (document.readyState === "loading") setTimeout(again, 200);
      return [title, captions(frames), small("The pictures are still being loaded.")];
    }
    if (element.dataset.why !== undefined) {
      const why = make("p", { class: "notice" }, "These frames cannot be shown. ", outside(element.dataset.why));
      return [title, why, captions(frames)];
    }
    return [title, pictures(frames, element)];
  }

  function pictures(frames, element) {
    const { indices } = frames;
    const tiles = frames.tiles ?? indices.map((_, place) => [place, place]);
    const shown = make("ol", { class: "film" }, tiles.map(([position, tile]) =>
      make("li", {}, picture(indices[position], tile, element.dataset), caption(frames, position))));
    shown.style.setProperty("--strip", `url("data:image/webp;base64,${element.textContent}")`);
    return make("div", {},
      frames.remark && small(frames.remark),
      element.dataset.remark && make("p", { class: "notice" }, element.dataset.remark),
      shown,
      tiles.length < indices.length && small(`${tiles.length} of ${indices.length} frames, evenly spread`));
  }

  // One tile of the strip, as the background of an element of its shape.
  function picture(index, tile, { columns, rows, width, height }) {
    const at = (part, of) => (of > 1 ? (100 * part) / (of - 1) : 0);
    const place = `${at(tile % columns, columns)}% ${at(Math.floor(tile / columns), rows)}%`;
    const style = [
      `aspect-ratio:${width}/${height}`,
      `background-size:${100 * columns}% ${100 * rows}%`,
      `background-position:${place}`,
    ];
    return make("span", { class: "tile", role: "img", "aria-label": `frame ${index}`, style: style.join(";") });
  }

  function caption({ indices, seconds: times }, position) {
    const when = times && make("span", {}, time(times[position]));
    return make("span", {}, make("span", {}, `#${indices[position]}`), when);
  }

  function captions({ indices = [], seconds: times }) {
    if (!indices.length) return null;
    const words = (index, place) => `#${index}${times ? ` at ${time(times[place])}` : ""}`;
    return small(indices.slice(0, MOST_CAPTIONS).map(words).join(", "), indices.length > MOST_CAPTIONS && ", …");
  }

  function choices(sample, choice) {
    const one = (words, place) => {
      const answer = place === sample.answer, chosen = place === choice;
      return make("li", { class: answer ? "answer" : chosen ? "mistake" : "" },
        make("strong", {}, `(${letter(place)})`), outside(words),
        make("span", {}, answer && badge("right", "right"), chosen && badge("chosen", answer ? "right" : "wrong")));
    };
    const list = make("ol", { class: "choices" }, sample.choices.map(one));
    if (sample.answer !== null) return [heading("Options"), list];
    const none = make("p", { class: "notice" }, "The item’s answer is none of its options: ", outside(sample.answer_text));
    return [heading("Options"), list, none];
  }

  function reply(sample) {
    if (sample.failure) {
      const [reason, detail] = sample.failure;
      return [heading("No reply"), make("p", { class: "notice" }, make("strong", {}, `${reason}: `), outside(detail))];
    }
    const { text, prefix, reasoning, finish } = sample.reply;
    const said = (...words) => make("div", { class: "said" }, ...words);
    const ends = { length: " (ended by the limit of tokens)", content_filter: " (ended by a filter)" };
    const title = "the answer prefix, which the reply continues";
    return [
      ...(reasoning ? [heading("Reasoning"), said(outside(reasoning))] : []),
      heading("Reply", ends[finish]),
      said(
        prefix && outside(prefix, "span", { class: "prefix", title }),
        plain(text) ? outside(text) : make("em", {}, "empty"),
      ),
    ];
  }

  function verdicts(sample) {
    const one = (name, place) => {
      const [choice, correct, status, flags = []] = sample.verdicts[place];
      const verdict = make("span", { class: "verdict" }, mark(correct), correct ? " right" : " wrong");
      const words = flags.join(", ").replaceAll("_", " ");
      const attributes = { kinds, class: place === report.judge ? "skill" : "" };
      return line([name, letter(choice), verdict, status, words], attributes);
    };
    const kinds = ["", "", "", "", "quiet"];
    const body = table(make("table"), ["judge", "chosen", "verdict", "status", "flags"], report.judges.map(one), kinds);
    return [heading("Verdicts"), make("div", { class: "scroll" }, body)];
  }

  const where = (located) => (located === "missing" ? "not found" : `found by ${located}`);

  function provenance(sample) {
    const file = sample.frames.facts ?? {};
    const [read, answer] = sample.seconds;
    const { input_tokens: input, output_tokens: output, choice_logprobs: logprobs } = sample.reply ?? {};
    const logprob = (value, place) => `${letter(place)} ${value === null ? "?" : value.toFixed(3)}`;
    const length = [
      file.num_source_frames && `${file.num_source_frames} frames`,
      file.source_fps && `${file.source_fps} per second`,
      file.duration_seconds && `${file.duration_seconds} s`,
    ];
    const words = {
      video: `${sample.video} (${sample.kind}, ${where(sample.located)})`,
      bounds: sample.bounds && `${sample.bounds[0]} to ${sample.bounds[1]} s`,
      file: length.filter(Boolean).join(", "),
      "frame size": file.source_size && `${file.source_size} in the file, ${file.size ?? "?"} as shown to the model`,
      decoder: file.decoder,
      fingerprint: file.fingerprint,
      notes: file.notes?.join("; "),
      prompt: sample.prompt_hash,
      item: sample.item_hash,
      cluster: sample.cluster,
      flags: sample.flags?.join(", "),
      time: (read || answer) && `${seconds(read)} reading, ${seconds(answer)} answering`,
      tokens: (input || output) && `${whole(input ?? 0)} in, ${whole(output ?? 0)} out`,
      "log-probabilities": logprobs?.map(logprob).join(", "),
      ...sample.extras,
    };
    const rows = Object.entries(words).filter(([, word]) => word);
    const pair = ([name, word]) => [outside(name, "dt"), outside(word, "dd")];
    return [heading("Provenance"), make("dl", { class: "facts" }, rows.flatMap(pair))];
  }

  function top(sample, step) {
    const [, correct, status] = sample.verdicts[report.judge];
    const link = make("a", { href: address(sample.id), title: "a link to this sample" }, outside(sample.id));
    return make("div", { class: "top" },
      badge(correct ? "✓ right" : "✗ wrong", correct ? "right" : "wrong"),
      status !== "ok" && badge(status, "warn"),
      make("span", { class: "quiet small" }, report.titles.get(sample.task), " · ", link),
      make("span", { class: "go" },
        button("←", () => step(-1), { "aria-label": "previous sample" }),
        button("→", () => step(1), { "aria-label": "next sample" })));
  }

  // All of it, for one sample; `step` goes to its neighbours.
  return (sample, { step, again }) => [
    top(sample, step),
    outside(sample.question, "h3"),
    ...film(sample.frames, again),
    ...choices(sample, sample.verdicts[report.judge][0]),
    ...reply(sample),
    ...verdicts(sample),
    ...provenance(sample),
  ];
})();
