import { setTimeout as delay } from "node:timers/promises";
import { addDays, type CivilDate } from "../domain/time/civil-date.ts";
import { REGISTERS, type Register, type RegisterValues } from "../domain/world/property.ts";
import type { MeterSource, SourceReading } from "../ports/meter-source.ts";

/*
 * ThingsBoard, the platform that many meter vendors put their own name on. After its public documentation:
 *   https://thingsboard.io/docs/reference/rest-api/       X-Authorization: ApiKey …, GET /api/tenant/devices (pages)
 *   https://thingsboard.io/docs/user-guide/telemetry/     GET /api/plugins/telemetry/DEVICE/{id}/values/timeseries
 * A device is named by the code of the meter; its telemetry keys are the registers (total, sharp, peak, flat, valley,
 * deep), counters that only grow.
 */

export interface ThingsBoardConfig {
  /** METER_SOURCE_BASE, without a slash at the end. */
  readonly base: string;
  /** METER_SOURCE_API_KEY. Never logged. */
  readonly apiKey: string;
  readonly pageSize?: number | undefined;
  readonly timeoutMs?: number | undefined;
  /** Before a call is tried again; default 500 ms. */
  readonly pauseMs?: number | undefined;
}

const PAGE_SIZE = 200;
const TIMEOUT_MS = 10_000;
const PAUSE_MS = 500;
const ATTEMPTS = 3;
/** Calls under way at a time: a vendor's platform is shared with others. */
const CALLS_AT_ONCE = 8;
const SHANGHAI = "+08:00";

export function createThingsBoardSource(config: ThingsBoardConfig): MeterSource {
  return {
    name: "thingsboard",
    async readPage(date, cursor, signal) {
      const page = cursor === undefined ? 0 : Number(cursor);
      const size = config.pageSize ?? PAGE_SIZE;
      const query = `pageSize=${size}&page=${page}&sortProperty=name&sortOrder=ASC`;
      const devices = readDevices(await get(config, `/api/tenant/devices?${query}`, signal));
      const found = await inParallel(devices.list, (device) => readingOf(config, device, date, signal));
      const readings = found.filter((reading) => reading !== undefined);
      return {
        readings,
        missing: found.length - readings.length,
        ...(devices.hasNext ? { nextCursor: String(page + 1) } : {}),
      };
    },
  };
}

interface Device {
  readonly id: string;
  readonly name: string;
}

/** `{data: [{id: {entityType, id}, name, …}], totalPages, totalElements, hasNext}` */
function readDevices(answer: unknown): { readonly list: readonly Device[]; readonly hasNext: boolean } {
  const { data, hasNext } = answer as { data?: unknown; hasNext?: unknown };
  if (!Array.isArray(data) || typeof hasNext !== "boolean") throw new Error("thingsboard: no page of devices");
  const list = data.map((row: unknown) => {
    const { id, name } = row as { id?: { id?: unknown }; name?: unknown };
    if (typeof id?.id !== "string" || typeof name !== "string") throw new Error("thingsboard: a device without a name");
    return { id: id.id, name };
  });
  return { list, hasNext };
}

/** The last telemetry of the day in Shanghai, of all its registers at one moment; undefined when there is none yet. */
async function readingOf(
  config: ThingsBoardConfig,
  device: Device,
  date: CivilDate,
  signal: AbortSignal | undefined,
): Promise<SourceReading | undefined> {
  const startTs = Date.parse(`${date}T00:00:00${SHANGHAI}`);
  const endTs = Date.parse(`${addDays(date, 1)}T00:00:00${SHANGHAI}`) - 1;
  const query = `keys=${REGISTERS.join(",")}&startTs=${startTs}&endTs=${endTs}&limit=1&orderBy=DESC`;
  const path = `/api/plugins/telemetry/DEVICE/${encodeURIComponent(device.id)}/values/timeseries?${query}`;
  const series = (await get(config, path, signal)) as Record<string, unknown>;
  const values: Partial<Record<Register, string>> = {};
  for (const register of REGISTERS) {
    const [latest] = (series[register] ?? []) as { ts?: unknown; value?: unknown }[];
    if (latest === undefined) continue;
    const { ts, value } = latest;
    if (typeof ts !== "number" || (typeof value !== "string" && typeof value !== "number")) {
      throw new Error(`thingsboard: telemetry of ${device.name} can't be read`);
    }
    // What the platform gives beside the day that was asked for is not of that day.
    if (ts >= startTs && ts <= endTs) values[register] = String(value);
  }
  if (Object.keys(values).length === 0) return undefined;
  return { meter: device.name, standsOn: date, values: values as RegisterValues };
}

/** GET with a few tries: a busy platform is not a broken night. Throws with status and path, never with the key. */
async function get(config: ThingsBoardConfig, path: string, signal: AbortSignal | undefined): Promise<unknown> {
  for (let attempt = 1; ; attempt += 1) {
    const limit = AbortSignal.timeout(config.timeoutMs ?? TIMEOUT_MS);
    try {
      const response = await fetch(`${config.base}${path}`, {
        headers: { "X-Authorization": `ApiKey ${config.apiKey}`, Accept: "application/json" },
        redirect: "error",
        signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
      });
      if (response.ok) return await response.json();
      const busy = response.status === 429 || response.status >= 500;
      await response.body?.cancel();
      if (!busy) throw new Refused(`thingsboard: HTTP ${response.status} for ${path.split("?")[0]}`);
      if (attempt === ATTEMPTS) throw new Error(`thingsboard: HTTP ${response.status} for ${path.split("?")[0]}`);
    } catch (error) {
      if (attempt === ATTEMPTS || error instanceof Refused || signal?.aborted) throw error;
    }
    await delay((config.pauseMs ?? PAUSE_MS) * 2 ** (attempt - 1), undefined, signal === undefined ? {} : { signal });
  }
}

/** The platform understood and said no: trying again changes nothing. */
class Refused extends Error {}

async function inParallel<In, Out>(items: readonly In[], work: (item: In) => Promise<Out>): Promise<Out[]> {
  const results: Out[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) results[index] = await work(items[index] as In);
  };
  await Promise.all(Array.from({ length: Math.min(CALLS_AT_ONCE, items.length) }, worker));
  return results;
}
