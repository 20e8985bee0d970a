// Which part of a graph is seen: all of it, or its beginning, until somebody moves or zooms.

import { set } from "../../dom/elements";
import { PanZoom } from "../../dom/pan_zoom";

const SMALLEST_TEXT = 0.6;
const LARGEST = 1.2;
const LIMITS = [0.1, 4] as const;
const STEP = 1.4;

interface Size {
  width: number;
  height: number;
}

export class Zoom {
  private readonly panZoom: PanZoom;
  /** Whether somebody chose what part of the graph is seen. */
  private isMoved = false;

  /**
   * `seen` is told the scale and how far the graph begins to the left of what is seen, after every change;
   * `showAll` is what a double click means.
   */
  constructor(
    svg: SVGSVGElement,
    content: SVGGElement,
    seen: (scale: number, hidden: number) => void,
    showAll: () => void,
  ) {
    this.panZoom = new PanZoom(svg, {
      limits: LIMITS,
      moved: ({ x, y, scale }, isByHand) => {
        this.isMoved ||= isByHand;
        set(content, "transform", `translate(${x},${y}) scale(${scale})`);
        seen(scale, -x);
      },
      doubleClicked: showAll,
    });
  }

  in(): void {
    this.panZoom.zoomBy(STEP);
  }

  out(): void {
    this.panZoom.zoomBy(1 / STEP);
  }

  /** Shows the whole graph, however small it becomes. */
  showAll(graph: Size, room: Size): void {
    this.isMoved = true;
    this.fit(graph, room, 0);
  }

  /** Shows the whole graph, or its beginning where it could not be read; what somebody chose to see stays. */
  showBeginning(graph: Size, room: Size): void {
    if (!this.isMoved) this.fit(graph, room, SMALLEST_TEXT);
  }

  private fit(graph: Size, room: Size, smallest: number): void {
    const largest = Math.min(room.width / graph.width, room.height / graph.height);
    const scale = Math.min(LARGEST, Math.max(smallest, largest));
    const x = Math.max(0, (room.width - graph.width * scale) / 2);
    const y = Math.max(0, (room.height - graph.height * scale) / 2);
    this.panZoom.show({ x, y, scale });
  }
}
