import { BarChart } from "echarts/charts";
import { GridComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import type { UsageSeries } from "../domain/documents/paper.ts";
import { Html, html } from "./html.ts";
import { FONT_FAMILY } from "./style.ts";
import { PAPER_TEXT as TEXT } from "./text.zh-CN.ts";

use([BarChart, GridComponent, SVGRenderer]);

const WIDTH = 340;
const HEIGHT = 132;

/** A bar for each month, as SVG with text that can be selected; months without a bill stay empty. */
export function usageChart({ utility, months }: UsageSeries): Html {
  const chart = init(null, null, { renderer: "svg", ssr: true, width: WIDTH, height: HEIGHT });
  try {
    const label = { color: "#333", fontFamily: FONT_FAMILY, fontSize: 9 };
    chart.setOption({
      animation: false,
      grid: { left: 44, right: 4, top: 8, bottom: 20 },
      xAxis: {
        type: "category",
        data: months.map(({ month }) => `${Number(month.slice(5, 7))}月`),
        axisTick: { show: false },
        axisLabel: { ...label, interval: 0 },
        axisLine: { lineStyle: { color: "#888" } },
      },
      yAxis: { type: "value", splitNumber: 3, axisLabel: label, splitLine: { lineStyle: { color: "#ddd" } } },
      series: [
        {
          type: "bar",
          data: months.map(({ usage }) => usage ?? "-"),
          barMaxWidth: 16,
          itemStyle: { color: "#4a6b8a" },
        },
      ],
    });
    return html`<figure><figcaption>${TEXT.utilities[utility]}</figcaption>${new Html(withoutCounters(chart.renderToSVGString()))}</figure>`;
  } finally {
    chart.dispose();
  }
}

/** The library numbers its charts by a counter of the process; a paper must not know how many came before it. */
const withoutCounters = (svg: string): string =>
  svg.replaceAll(/\bzr\d+-/g, "zr-").replaceAll(/ ecmeta_[a-z_]+="[^"]*"/g, "");
