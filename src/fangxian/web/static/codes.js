// The codes by day: red and yellow as numbers, green as a share on a scale of its own. Each line has its own mark and name.
import { FONT, LEVELS, drawingIn, fetched, still } from "./palette.js";

const MARKS = { red: "circle", orange: "triangle", yellow: "rect" };
const EDGES = { red: LEVELS.red, orange: "#c8620b", yellow: "#b99b12" };

/** Draw the lines; the answer marks a day, and tells which day was clicked. */
export async function drawCodes(language) {
  const codes = await fetched(`/drawing/codes.json?lang=${language}`);
  const people = drawingIn(document.getElementById("codes-drawing"));
  const green = drawingIn(document.getElementById("green-drawing"));
  const last = codes.days.length - 1;
  const common = {
    animation: !still,
    textStyle: { fontFamily: FONT },
    tooltip: { trigger: "axis", renderMode: "richText", confine: true },
    xAxis: { type: "category", data: codes.days, boundaryGap: false, axisLabel: { formatter: (day) => day.slice(5), hideOverlap: true } },
  };
  people.setOption({
    ...common,
    grid: { left: 8, right: 66, top: 16, bottom: 4, containLabel: true },
    yAxis: { type: "value", minInterval: 1, splitNumber: 4 },
    series: codes.lines.map(({ colour, name, people: numbers }) => ({
      id: colour, name, type: "line", data: numbers, symbol: MARKS[colour], symbolSize: 6,
      lineStyle: { color: EDGES[colour], width: 2.2, type: colour === "yellow" ? "dashed" : "solid" },
      itemStyle: { color: LEVELS[colour], borderColor: EDGES[colour] },
      endLabel: { show: true, formatter: "{a}", color: "#1d2733" },
      labelLayout: { moveOverlap: "shiftY" },
    })),
  });
  const shares = codes.green_share.percent.filter((share) => share !== null);
  const low = Math.floor(Math.min(...shares, codes.published.percent) - 1);
  green.setOption({
    ...common,
    grid: { left: 8, right: 66, top: 16, bottom: 4, containLabel: true },
    tooltip: { ...common.tooltip, valueFormatter: (share) => `${share} %` },
    yAxis: { type: "value", min: Math.max(0, low), max: 100, splitNumber: 3, axisLabel: { formatter: "{value} %" } },
    series: [{
      id: "green", name: codes.green_share.name, type: "line", data: codes.green_share.percent, symbol: "none",
      lineStyle: { color: "#2f7d3a", width: 2.2 }, areaStyle: { color: LEVELS.green, opacity: 0.25 },
      endLabel: { show: true, formatter: ({ value }) => `${value} %`, color: "#1d2733" },
      markPoint: codes.days.includes(codes.published.day) ? {
        symbol: "diamond", symbolSize: 9, itemStyle: { color: "#1d2733" },
        label: { formatter: codes.published.name, position: "right", color: "#1d2733", fontSize: 11 },
        data: [{ coord: [codes.published.day, codes.published.percent] }],
      } : undefined,
    }],
  });
  const series = [...codes.lines.map(({ colour }) => colour)];
  return {
    mark(day) {
      const line = codes.days.includes(day) ? [{ xAxis: day }] : [];
      const markLine = { symbol: "none", silent: true, animation: false, label: { show: false }, lineStyle: { color: "#1d2733", type: "dashed" }, data: line };
      people.setOption({ series: [{ id: series[0], markLine }] });
      green.setOption({ series: [{ id: "green", markLine }] });
    },
    onDay(tell) {
      for (const drawing of [people, green]) {
        drawing.getZr().on("click", ({ offsetX, offsetY }) => {
          const [place] = drawing.convertFromPixel({ gridIndex: 0 }, [offsetX, offsetY]);
          tell(codes.days[Math.max(0, Math.min(last, Math.round(place)))]);
        });
      }
    },
  };
}
