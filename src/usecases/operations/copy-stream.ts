import { once } from "node:events";
import type pg from "pg";

/*
 * COPY through pg's own connection: a submitted object gets the protocol's messages one by one (what pg-copy-streams does).
 * Only what backup and restore need of it; the types of pg do not describe this seam.
 */

interface Connection {
  query(sql: string): void;
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
  sendCopyFail(reason: string): void;
  readonly stream: { pause(): void; resume(): void; readonly writableNeedDrain: boolean } & NodeJS.EventEmitter;
}

interface Submitted {
  submit(connection: Connection): void;
  handleCopyInResponse?(connection: Connection): void;
  handleCopyData?(message: { readonly chunk: Buffer }, connection: Connection): void;
  handleCommandComplete(message: { readonly text: string }): void;
  handleError(error: Error): void;
  handleReadyForQuery(): void;
}

const submit = (client: pg.Client, query: Submitted): void => {
  (client as unknown as { query(submitted: Submitted): void }).query(query);
};

/** "COPY 12" → 12. */
const rowsOf = (tag: string): number => Number(tag.split(" ")[1] ?? "0");

/** Rows are handed over and sent in parcels of about this size. */
export const PARCEL_BYTES = 65_536;

/**
 * Runs a `COPY … TO STDOUT` and hands over its rows in order, each parcel after `take` has finished with the one before: a
 * slow disk slows the server down instead of filling memory. Returns the number of rows.
 */
export function copyOut(client: pg.Client, sql: string, take: (parcel: Buffer) => Promise<void>): Promise<number> {
  return new Promise((resolve, reject) => {
    let taken = Promise.resolve();
    let parcel: Buffer[] = [];
    let parcelBytes = 0;
    let copied = 0;
    let failure: unknown;
    const hand = (): Promise<void> => {
      const full = Buffer.concat(parcel);
      parcel = [];
      parcelBytes = 0;
      taken = taken
        .then(() => (failure === undefined ? take(full) : undefined))
        .catch((error: unknown) => {
          failure ??= error;
        });
      return taken;
    };
    submit(client, {
      submit: (connection) => connection.query(sql),
      handleCopyData({ chunk }, { stream }) {
        // The chunk is a view into the socket's buffer, which is used again.
        parcel.push(Buffer.from(chunk));
        parcelBytes += chunk.length;
        if (parcelBytes < PARCEL_BYTES) return;
        stream.pause();
        void hand().then(() => stream.resume());
      },
      handleCommandComplete({ text }) {
        copied = rowsOf(text);
      },
      handleError(error) {
        failure ??= error;
        reject(failure);
      },
      handleReadyForQuery() {
        void hand().then(() => (failure === undefined ? resolve(copied) : reject(failure)));
      },
    });
  });
}

/** Runs a `COPY … FROM STDIN` with these chunks. Returns the number of rows; the server's refusal is thrown. */
export function copyIn(client: pg.Client, sql: string, chunks: AsyncIterable<Buffer>): Promise<number> {
  return new Promise((resolve, reject) => {
    let copied = 0;
    let failure: unknown;
    const send = async (connection: Connection): Promise<void> => {
      try {
        for await (const chunk of chunks) {
          if (failure !== undefined) return;
          connection.sendCopyFromChunk(chunk);
          if (connection.stream.writableNeedDrain) await once(connection.stream, "drain");
        }
        connection.endCopyFrom();
      } catch (error) {
        failure ??= error;
        connection.sendCopyFail("the backup could not be read");
      }
    };
    submit(client, {
      submit: (connection) => connection.query(sql),
      handleCopyInResponse: (connection) => void send(connection),
      handleCommandComplete({ text }) {
        copied = rowsOf(text);
      },
      handleError(error) {
        failure ??= error;
        reject(failure);
      },
      handleReadyForQuery: () => resolve(copied),
    });
  });
}
