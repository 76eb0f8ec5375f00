import type { CivilDate } from "../domain/time/civil-date.ts";

/** A paper ready to be printed. */
export interface RenderRequest {
  /** The inside of the page; the renderer brings style and fonts. Scripts in it never run, nothing is fetched for it. */
  readonly html: string;
  /** What a viewer shows as the title of the file. */
  readonly title: string;
  /** Stands in the file as the day on which it was made, so that the same paper gives the same bytes. */
  readonly date: CivilDate;
}

export interface RenderedPdf {
  readonly bytes: Uint8Array;
  /** Of the bytes, in hex. */
  readonly sha256: string;
  readonly pages: number;
}

/** No file within the time limit of a page. Not tried again: the same paper would take as long again. */
export class RenderTimeout extends Error {
  override readonly name = "RenderTimeout";
}

/** Prints HTML as PDF. Throws RenderTimeout, and other errors when the browser does not come up or dies twice. */
export interface DocumentRenderer {
  render(request: RenderRequest): Promise<RenderedPdf>;
  /** Ends the browser; what is being printed fails. */
  close(): Promise<void>;
}
