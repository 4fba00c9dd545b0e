(() => {
  const figures = JSON.parse(document.getElementById("figures").textContent);
  const touch = matchMedia("(pointer: coarse)").matches;
  const config = { displayModeBar: false, responsive: true, doubleClick: "reset", showTips: false };
  const drawn = [];
  let following = false;

  const isMark = trace => trace.type === "bar" || trace.mode === "markers";
  const colourOf = trace => isMark(trace) ? trace.marker.color : trace.fillcolor || trace.line.color;

  function swatchOf(trace) {
    const swatch = document.createElement("span");
    const filled = isMark(trace) || Boolean(trace.fillcolor);
    swatch.className = filled ? "swatch" : "swatch line";
    if (filled) swatch.style.background = colourOf(trace);
    else {
      swatch.style.borderTopColor = colourOf(trace);
      swatch.style.borderTopStyle = { dash: "dashed", dot: "dotted" }[trace.line.dash] || "solid";
    }
    return swatch;
  }

  // A legend of our own: plotly's shrinks the plot when it wraps, and cannot be reached with the keyboard.
  function addLegend(div) {
    const box = document.getElementById(div.id + "-legend");
    if (!box) return;
    const traces = new Map();
    const order = [...div.data.keys()].sort((a, b) => (div.data[a].legendrank || 1000) - (div.data[b].legendrank || 1000));
    for (const i of order) traces.set(div.data[i].name, [...(traces.get(div.data[i].name) || []), i]);
    for (const [name, members] of traces) {
      const button = document.createElement("button");
      button.type = "button";
      button.setAttribute("aria-pressed", "true");
      button.append(swatchOf(div.data[members[0]]), name);
      button.onclick = () => {
        const shown = button.getAttribute("aria-pressed") !== "true";
        button.setAttribute("aria-pressed", String(shown));
        Plotly.restyle(div, { visible: shown }, members);
      };
      box.append(button);
    }
  }

  const isOverTime = div => div.layout.xaxis.type === "date";

  // Charts over time share their axis: a zoom in one is a zoom in all.
  function follow(source, change) {
    const range = Object.fromEntries(Object.entries(change).filter(([key]) => key.startsWith("xaxis.")));
    if (following || !isOverTime(source) || !Object.keys(range).length) return;
    following = true;
    Promise.all(drawn.filter(div => div !== source && isOverTime(div)).map(div => Plotly.relayout(div, { ...range })))
      .finally(() => { following = false; });
  }

  for (const { id, figure } of figures) {
    const div = document.getElementById(id);
    // With a finger, a drag has to scroll the page.
    Plotly.newPlot(div, figure.data, { ...figure.layout, dragmode: touch ? false : "zoom" }, config);
    addLegend(div);
    div.on("plotly_relayout", change => follow(div, change));
    drawn.push(div);
  }
})();
