// Charts in the page's colours, with whiskers for intervals and marks for what chance alone would give.
const charts = (() => {
  "use strict";
  const drawn = new Map(); // canvas -> [chart, what it was made from]
  const probe = document.createElement("span");
  probe.hidden = true;
  document.documentElement.append(probe);

  // The value of a colour of the style sheet in the theme that is on; canvases know no variables.
  const resolved = (value) => {
    probe.style.color = value;
    return getComputedStyle(probe).color;
  };
  const colour = (name) => resolved(`var(--${name})`);
  // Where a whisker lies over it, a bar is pale enough to show it.
  const pale = (name) => resolved(`color-mix(in srgb, var(--${name}) 62%, var(--panel))`);

  const whiskers = {
    id: "whiskers",
    afterDatasetsDraw(chart) {
      const { ctx } = chart;
      const across = chart.options.indexAxis === "y";
      const scale = across ? chart.scales.x : chart.scales.y;
      ctx.save();
      ctx.strokeStyle = colour("ink");
      ctx.globalAlpha = 0.75;
      ctx.lineWidth = 1.25;
      chart.data.datasets.forEach((dataset, place) => {
        if (!dataset.lows || !chart.isDatasetVisible(place)) return;
        chart.getDatasetMeta(place).data.forEach((element, index) => {
          const [low, high] = [dataset.lows[index], dataset.highs[index]];
          if (low == null || high == null) return;
          const middle = across ? element.y : element.x;
          const [from, to] = [scale.getPixelForValue(low), scale.getPixelForValue(high)];
          const cap = Math.min(4, (across ? element.height : element.width) / 3 || 4);
          const line = (a, b, c, d) => {
            ctx.moveTo(...(across ? [a, b] : [b, a]));
            ctx.lineTo(...(across ? [c, d] : [d, c]));
          };
          ctx.beginPath();
          line(from, middle, to, middle);
          line(from, middle - cap, from, middle + cap);
          line(to, middle - cap, to, middle + cap);
          ctx.stroke();
        });
      });
      ctx.restore();
    },
  };

  // One mark per label, across the whole of its row or column.
  const marks = {
    id: "marks",
    afterDatasetsDraw(chart, _, { values }) {
      if (!values) return;
      const { ctx } = chart;
      const across = chart.options.indexAxis === "y";
      const [along, scale] = across ? [chart.scales.y, chart.scales.x] : [chart.scales.x, chart.scales.y];
      const count = chart.data.labels.length;
      const half = (across ? along.height : along.width) / count / 2 - 1;
      ctx.save();
      ctx.strokeStyle = colour("warn");
      ctx.lineWidth = 2;
      ctx.setLineDash([3, 2]);
      values.forEach((value, index) => {
        if (value == null) return;
        const [place, middle] = [scale.getPixelForValue(value), along.getPixelForValue(index)];
        ctx.beginPath();
        ctx.moveTo(...(across ? [place, middle - half] : [middle - half, place]));
        ctx.lineTo(...(across ? [place, middle + half] : [middle + half, place]));
        ctx.stroke();
      });
      ctx.restore();
    },
  };

  // The numbers themselves, in a column behind horizontal bars.
  const numbers = {
    id: "numbers",
    afterDatasetsDraw(chart, _, { texts }) {
      if (!texts) return;
      const { ctx, chartArea } = chart;
      ctx.save();
      ctx.fillStyle = colour("ink");
      ctx.font = `12px ${Chart.defaults.font.family}`;
      ctx.textAlign = "right";
      ctx.textBaseline = "middle";
      texts.forEach((text, index) => {
        ctx.fillText(text ?? "", chartArea.right + 40, chart.scales.y.getPixelForValue(index));
      });
      ctx.restore();
    },
  };

  // what: {kind: "bar" | "line", across, stacked, labels, series: [{name, values, lows, highs, colour}], chance: [...],
  //   numbers: [...], headings: Set of places, max, axis, legend, tip(series, index) -> text, click(index, series)}
  // `colour` is a name of the style sheet; `across` lays bars on their side.
  function draw(canvas, what) {
    drawn.get(canvas)?.[0].destroy();
    const ink = colour("ink"), quiet = colour("quiet"), line = colour("line");
    Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
    const value = {
      min: 0, max: what.max, stacked: what.stacked,
      title: { display: Boolean(what.axis), text: what.axis, color: quiet },
      ticks: { color: quiet, precision: 0 }, grid: { color: line }, border: { display: false },
    };
    const label = {
      stacked: what.stacked, offset: true,
      ticks: {
        color: (context) => (what.headings?.has(context.index) ? quiet : ink),
        font: (context) => ({
          ...(what.headings?.has(context.index) && { weight: "bold" }),
          ...(what.across && context.chart.width < 420 && { size: 11 }),
        }),
        autoSkip: !what.across, crossAlign: "far",
      },
      grid: { display: false }, border: { color: line },
    };
    const chart = new Chart(canvas, {
      type: what.kind,
      data: {
        labels: what.labels,
        datasets: what.series.map((one, place) => {
          const name = one.colour ?? `series-${(place % 6) + 1}`;
          const paint = one.lows && what.kind === "bar" ? pale(name) : colour(name);
          return {
            label: one.name, data: one.values, lows: one.lows, highs: one.highs,
            backgroundColor: paint, borderColor: paint, borderWidth: what.kind === "line" ? 2 : 0,
            pointRadius: 4, barPercentage: 0.9, categoryPercentage: 0.82, maxBarThickness: 26, clip: false,
          };
        }),
      },
      options: {
        indexAxis: what.across ? "y" : "x",
        animation: false, responsive: true, maintainAspectRatio: false,
        layout: { padding: { right: what.numbers ? 42 : 4 } },
        scales: what.across ? { x: value, y: label } : { x: label, y: value },
        interaction: { mode: "index", axis: what.across ? "y" : "x", intersect: false },
        plugins: {
          legend: {
            display: Boolean(what.legend), position: "bottom", align: "start",
            labels: { color: ink, boxWidth: 12, boxHeight: 12 },
          },
          tooltip: {
            filter: (item) => item.raw != null && (!what.stacked || item.raw > 0),
            callbacks: {
              label: ({ dataset, datasetIndex, dataIndex, formattedValue }) =>
                what.tip?.(datasetIndex, dataIndex) ?? `${dataset.label}: ${formattedValue}`,
            },
          },
          marks: { values: what.chance },
          numbers: { texts: what.numbers },
        },
        onClick: (_, items) => { if (items.length) what.click?.(items[0].index, items[0].datasetIndex); },
        onHover: (event, items) => { event.native.target.style.cursor = what.click && items.length ? "pointer" : ""; },
      },
      plugins: [whiskers, marks, numbers],
    });
    drawn.set(canvas, [chart, what]);
    return chart;
  }

  // Charts whose canvas has left the page go with it.
  function redraw() {
    for (const [canvas, [chart, what]] of drawn) {
      if (canvas.isConnected) draw(canvas, what);
      else { chart.destroy(); drawn.delete(canvas); }
    }
  }
  theme.onChange(redraw);
  return { draw, redraw, colour };
})();
