// A target's count by month with the forecast and its uncertainty, drawn as SVG; the pointer or the arrow keys tell a month's numbers.
import { useEffect, useRef, useState } from "preact/hooks";
import type { BurnUp } from "../../api/types";
import { t } from "../../i18n";
import { whole } from "../../words";
import { type Chart, chartOf, type Mark } from "./chart";

const HEIGHT = 264;
const MARGIN = { left: 44, right: 16, top: 14, bottom: 30 };

export function BurnUpChart({ burn, ahead, name }: { burn: BurnUp; ahead: number; name: string }) {
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const [at, setAt] = useState<number | null>(null);
  const chart = chartOf(burn, ahead, { width, height: HEIGHT, ...MARGIN });
  const last = chart.marks.length - 1;
  const nearest = (event: PointerEvent): void => {
    const left = (event.currentTarget as Element).getBoundingClientRect().left;
    const step = chart.x(1) - chart.x(0);
    setAt(Math.max(0, Math.min(last, Math.round((event.clientX - left - MARGIN.left) / step))));
  };
  const walk = (event: KeyboardEvent): void => {
    const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (by === 0) return;
    event.preventDefault();
    setAt(Math.max(0, Math.min(last, (at ?? burn.points.length - 1) + by)));
  };
  const shown = at === null ? null : chart.marks[at];
  return (
    <div class="chart" ref={box} data-testid="burnup">
      <svg
        width={width} height={HEIGHT} role="img" tabIndex={0} aria-label={t("trend.chartOf", { name })}
        onPointerMove={nearest} onPointerLeave={() => setAt(null)} onKeyDown={walk} onBlur={() => setAt(null)}
      >
        <Axes chart={chart} width={width} />
        {chart.band && <path class="band" d={chart.band} />}
        {chart.mid && <path class="mid" d={chart.mid} />}
        {chart.targetShown && (
          <>
            <line class="goal" x1={MARGIN.left} x2={width - MARGIN.right} y1={chart.y(burn.number)} y2={chart.y(burn.number)} />
            <text class="goal-text" x={MARGIN.left + 6} y={chart.y(burn.number) + (chart.y(burn.number) < 34 ? 14 : -5)}>{t("planner.goal", { number: whole(burn.number) })}</text>
          </>
        )}
        {!chart.targetShown && <text class="goal-text" x={width - MARGIN.right} y={MARGIN.top + 4} text-anchor="end">{t("trend.goalAbove", { number: whole(burn.number) })}</text>}
        <path class="actual" d={chart.actual} />
        {chart.marks.map((mark, i) => mark.count !== null && <circle key={mark.month} class="dot" cx={chart.x(i)} cy={chart.y(mark.count)} r={at === i ? 4.5 : 2.6} />)}
        {at !== null && <line class="guide" x1={chart.x(at)} x2={chart.x(at)} y1={MARGIN.top} y2={HEIGHT - MARGIN.bottom} />}
      </svg>
      {shown && at !== null && <Tip mark={shown} x={chart.x(at)} width={width} />}
      <Key hasForecast={chart.band !== ""} />
    </div>
  );
}

function Axes({ chart, width }: { chart: Chart; width: number }) {
  const every = Math.max(1, Math.ceil((chart.marks.length * 52) / Math.max(1, width - MARGIN.left)));
  return (
    <g class="axes" aria-hidden="true">
      {chart.ticks.map((tick) => (
        <g key={tick}>
          <line x1={MARGIN.left} x2={width - MARGIN.right} y1={chart.y(tick)} y2={chart.y(tick)} />
          <text x={MARGIN.left - 7} y={chart.y(tick) + 4} text-anchor="end">{whole(tick)}</text>
        </g>
      ))}
      {chart.marks.map((mark, i) => i % every === 0 && (
        <text key={mark.month} x={chart.x(i)} y={HEIGHT - 10} text-anchor="middle">{mark.month.slice(2)}</text>
      ))}
    </g>
  );
}

function Tip({ mark, x, width }: { mark: Mark; x: number; width: number }) {
  const left = x > width / 2;
  return (
    <p class="tip" role="status" style={left ? { right: `${width - x + 10}px` } : { left: `${x + 10}px` }}>
      <strong>{mark.month}</strong>
      {mark.count !== null && <span>{t("trend.actual")} <b class="tabular">{whole(mark.count)}</b></span>}
      {mark.mid !== null && mark.mid !== mark.count && (
        <span>{t("trend.forecast")} <b class="tabular">{whole(mark.mid)}</b>（{whole(mark.low ?? 0)}–{whole(mark.high ?? 0)}）</span>
      )}
    </p>
  );
}

function Key({ hasForecast }: { hasForecast: boolean }) {
  return (
    <ul class="key small quiet" aria-hidden="true">
      <li><i class="k-actual" />{t("trend.actual")}</li>
      {hasForecast && <li><i class="k-mid" />{t("trend.mid")}</li>}
      {hasForecast && <li><i class="k-band" />{t("trend.band")}</li>}
      <li><i class="k-goal" />{t("trend.goal")}</li>
    </ul>
  );
}

function useWidth(box: { current: HTMLDivElement | null }): number {
  const [width, setWidth] = useState(560);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const watch = new ResizeObserver(([entry]) => { if (entry) setWidth(Math.max(240, Math.floor(entry.contentRect.width))); });
    watch.observe(element);
    return () => watch.disconnect();
  }, []);
  return width;
}
