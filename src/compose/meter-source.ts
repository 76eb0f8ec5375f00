import type { Config } from "../config/env.ts";
import { createThingsBoardSource } from "../meters/thingsboard.ts";
import type { MeterSource } from "../ports/meter-source.ts";

/** The platform that reads the meters, where one is configured. */
export const meterSourceOf = ({ meterSource }: Config): MeterSource | undefined =>
  meterSource && createThingsBoardSource({ base: meterSource.base, apiKey: meterSource.apiKey.reveal() });
