import { createLogger, type Logger } from "../../src/telemetry/logger.ts";

export interface RecordingLogger {
  readonly logger: Logger;
  /** All lines of one event, in order. */
  events(name: string): Record<string, unknown>[];
  /** Everything logged, as it would leave the process. */
  text(): string;
}

/** The real logger, writing into memory. */
export function recordingLogger(): RecordingLogger {
  const lines: string[] = [];
  const logger = createLogger({ level: "debug", destination: { write: (line) => void lines.push(line) } });
  return {
    logger,
    events: (name) =>
      lines.map((line) => JSON.parse(line) as Record<string, unknown>).filter((entry) => entry.msg === name),
    text: () => lines.join(""),
  };
}
