import type { FaultSwitches } from "../http/fault-switches.ts";
import { jsonResponse, type PlainRequest, type PlainResponse, startPlainServer } from "../http/server.ts";

/*
 * A vendor's platform of meters with the REST API of ThingsBoard (thingsboard.io/docs/reference/rest-api and
 * /docs/user-guide/telemetry): API keys, pages of devices, time series by keys and span. What it says about its devices is
 * in the test's hands: pages that repeat, readings that come late or go back; faults are those of every pretend server.
 */

export interface MeterPlatformOptions {
  readonly apiKey: string;
}

export interface Telemetry {
  readonly ts: number;
  /** By telemetry key; the platform keeps doubles and gives them back as text. */
  readonly values: Readonly<Record<string, string>>;
}

export interface MeterPlatform {
  readonly url: string;
  readonly faults: FaultSwitches;
  /** Adds a device or telemetry to it. */
  report(name: string, ...telemetry: Telemetry[]): void;
  /** The next page of devices that is asked for comes with the devices of the page before as well. */
  repeatPage(): void;
  /** Calls of the telemetry route so far. */
  calls(): number;
  close(): Promise<void>;
}

const PAGE_SIZE_MAX = 1024;

export async function startMeterPlatform({ apiKey }: MeterPlatformOptions): Promise<MeterPlatform> {
  const devices = new Map<string, Telemetry[]>();
  let repeats = 0;
  let calls = 0;
  const idOf = (name: string): string => Buffer.from(name).toString("hex").padStart(32, "0");
  const nameOf = new Map<string, string>();

  const listDevices = (query: URLSearchParams): PlainResponse => {
    const [size, page] = [Number(query.get("pageSize")), Number(query.get("page"))];
    if (!Number.isInteger(size) || size < 1 || size > PAGE_SIZE_MAX || !Number.isInteger(page) || page < 0) {
      return failure(400, 31, "Incorrect page link!");
    }
    const names = [...devices.keys()].sort();
    const from = repeats > 0 && page > 0 ? (page - 1) * size : page * size;
    if (repeats > 0 && page > 0) repeats -= 1;
    const data = names.slice(from, (page + 1) * size).map((name) => ({
      id: { entityType: "DEVICE", id: idOf(name) },
      name,
      type: "meter",
    }));
    const totalPages = Math.ceil(names.length / size);
    return jsonResponse(200, { data, totalPages, totalElements: names.length, hasNext: page + 1 < totalPages });
  };

  const timeseries = (id: string, query: URLSearchParams): PlainResponse => {
    calls += 1;
    const telemetry = devices.get(nameOf.get(id) ?? "");
    if (!telemetry) return failure(404, 32, "Device with requested id wasn't found!");
    const [startTs, endTs] = [Number(query.get("startTs")), Number(query.get("endTs"))];
    const keys = (query.get("keys") ?? "").split(",").filter((key) => key !== "");
    if (keys.length === 0 || !(startTs <= endTs)) return failure(400, 31, "Invalid time range!");
    const descending = query.get("orderBy") !== "ASC";
    const limit = Number(query.get("limit") ?? 100);
    const answer: Record<string, { ts: number; value: string }[]> = {};
    for (const key of keys) {
      const series = telemetry
        .filter(({ ts, values }) => ts >= startTs && ts <= endTs && values[key] !== undefined)
        .map(({ ts, values }) => ({ ts, value: values[key] ?? "" }))
        .sort((a, b) => (descending ? b.ts - a.ts : a.ts - b.ts))
        .slice(0, limit);
      if (series.length > 0) answer[key] = series;
    }
    return jsonResponse(200, answer);
  };

  const handle = (request: PlainRequest): PlainResponse => {
    if (request.headers["x-authorization"] !== `ApiKey ${apiKey}`) return failure(401, 10, "Authentication failed");
    if (request.method !== "GET") return failure(405, 2, "Method not allowed");
    if (request.path === "/api/tenant/devices") return listDevices(request.query);
    const [, id] = /^\/api\/plugins\/telemetry\/DEVICE\/([0-9a-f]+)\/values\/timeseries$/.exec(request.path) ?? [];
    return id === undefined ? failure(404, 32, "Not found") : timeseries(id, request.query);
  };

  const server = await startPlainServer(handle);
  return {
    url: server.url,
    faults: server.faults,
    report(name, ...telemetry) {
      nameOf.set(idOf(name), name);
      devices.set(name, [...(devices.get(name) ?? []), ...telemetry]);
    },
    repeatPage() {
      repeats += 1;
    },
    calls: () => calls,
    close: server.close,
  };
}

const failure = (status: number, errorCode: number, message: string): PlainResponse =>
  jsonResponse(status, { status, message, errorCode, timestamp: 0 });
