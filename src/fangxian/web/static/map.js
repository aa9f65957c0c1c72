// The province's counties in five colours; a letter goes with every colour, so that nobody has to tell colours apart.
import { FONT, LEVELS, drawingIn, fetched, still } from "./palette.js";

const LETTERED = ["red", "orange", "yellow", "blue"];
const HATCHED = { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [2, 4], rotation: -Math.PI / 4, color: "rgba(255, 255, 255, 0.7)" };

/** Draw the map; the answer shows a day, selects a county, and names the counties that have no shape. */
export async function drawMap(element, language, onCounty) {
  const [levels, shapes] = await Promise.all([
    fetched(`/drawing/map.json?lang=${language}`), fetched("/static/vendor/zhejiang_counties.geojson"),
  ]);
  echarts.registerMap("counties", shapes);
  const codes = shapes.features.map((shape) => shape.properties.region_code);
  const drawing = drawingIn(element);
  const named = {
    show: true, formatter: ({ name }) => levels.names[name] ?? "", fontWeight: "bold",
    color: "#10151b", textBorderColor: "#ffffff", textBorderWidth: 3,
  };
  drawing.on("click", ({ name }) => onCounty(name));
  drawing.setOption({
    animation: !still,
    animationDurationUpdate: 200,
    textStyle: { fontFamily: FONT },
    tooltip: {
      trigger: "item", renderMode: "richText", confine: true, padding: [6, 10],
      formatter: ({ name, data }) => `${levels.names[name] ?? name} · ${levels.words[data?.level ?? "none"]}`,
    },
    series: [{
      id: "counties", type: "map", map: "counties", nameProperty: "region_code", roam: false, selectedMode: "single",
      left: 8, right: 8, top: 8, bottom: 8, aspectScale: 0.87,
      itemStyle: { borderColor: "#ffffff", borderWidth: 0.8, areaColor: LEVELS.none },
      emphasis: { label: named, itemStyle: { borderColor: "#10151b", borderWidth: 1.6 } },
      select: { label: named, itemStyle: { borderColor: "#10151b", borderWidth: 2.2 } },
      labelLayout: { hideOverlap: true },
      data: [],
    }],
  });

  const county = (code, level) => ({
    name: code, level,
    itemStyle: { areaColor: LEVELS[level], decal: level === "none" ? HATCHED : undefined },
    emphasis: { itemStyle: { areaColor: LEVELS[level] } },
    select: { itemStyle: { areaColor: LEVELS[level] } },
    label: {
      show: LETTERED.includes(level), formatter: levels.letters[level], fontSize: 11, fontWeight: "bold",
      color: level === "red" ? "#ffffff" : "#10151b",
    },
  });

  return {
    days: levels.days,
    without: Object.keys(levels.names).filter((code) => !codes.includes(code)).map((code) => levels.names[code]),
    show(day) {
      const now = levels.levels[day] ?? {};
      drawing.setOption({ series: [{ id: "counties", data: codes.map((code) => county(code, now[code] ?? "none")) }] });
      element.dataset.day = day;
    },
    select(code) {
      drawing.dispatchAction({ type: "select", seriesId: "counties", name: code });
    },
  };
}
