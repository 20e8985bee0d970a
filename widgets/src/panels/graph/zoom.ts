// Which part of a graph is seen: all of it, or its beginning, until somebody moves or zooms.

import type { Closable } from "../../dom/opened";
import { select } from "d3-selection";
import { type D3ZoomEvent, zoom, type ZoomBehavior, zoomIdentity } from "d3-zoom";

const SMALLEST_TEXT = 0.6;
const LARGEST = 1.2;
const LIMITS: [number, number] = [0.1, 4];
const STEP = 1.4;

interface Size {
  width: number;
  height: number;
}

export class Zoom implements Closable {
  private readonly behaviour: ZoomBehavior<SVGSVGElement, unknown>;
  /** Whether somebody chose what part of the graph is seen. */
  private isMoved = false;

  /** `seen` is told the scale and how far the graph begins to the left of what is seen, after every change. */
  constructor(
    private readonly svg: SVGSVGElement,
    content: SVGGElement,
    seen: (scale: number, hidden: number) => void,
  ) {
    this.behaviour = zoom<SVGSVGElement, unknown>()
      .scaleExtent(LIMITS)
      .filter((event: MouseEvent) => event.type !== "wheel" || event.ctrlKey || event.metaKey)
      .on("zoom", ({ sourceEvent, transform }: D3ZoomEvent<SVGSVGElement, unknown>) => {
        this.isMoved ||= sourceEvent != null;
        content.setAttribute("transform", transform.toString());
        seen(transform.k, -transform.x);
      });
    select(svg).call(this.behaviour).on("dblclick.zoom", null);
  }

  in(): void {
    this.zoomBy(STEP);
  }

  out(): void {
    this.zoomBy(1 / STEP);
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

  close(): void {
    select(this.svg).on(".zoom", null);
    // Who drags listens to the window, until the button is up.
    select(window).on(".zoom", null).on(".drag", null);
  }

  private zoomBy(factor: number): void {
    this.isMoved = true;
    this.behaviour.scaleBy(select(this.svg), factor);
  }

  private fit(graph: Size, room: Size, smallest: number): void {
    const largest = Math.min(room.width / graph.width, room.height / graph.height);
    const scale = Math.min(LARGEST, Math.max(smallest, largest));
    const left = Math.max(0, (room.width - graph.width * scale) / 2);
    const top = Math.max(0, (room.height - graph.height * scale) / 2);
    this.behaviour.transform(select(this.svg), zoomIdentity.translate(left, top).scale(scale));
  }
}
