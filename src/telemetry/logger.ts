import { AsyncLocalStorage } from "node:async_hooks";
import { type DestinationStream, type Logger as PinoLogger, pino } from "pino";
import { redact, redactText } from "./redact.ts";

/**
 * Event name first, then its fields: `logger.info({ billNo, amountFen }, "bill.issued")`. info = something happened in
 * the business; warn = degraded but handled; error = a person must look.
 */
export type Logger = PinoLogger;

export interface LoggerOptions {
  readonly level: string;
  readonly version?: string;
  /** Default: JSON lines on stdout. */
  readonly destination?: DestinationStream;
}

const context = new AsyncLocalStorage<object>();

/** Everything logged by `work`, however deep, carries these fields: requestId, conversationId, platform, jobId. */
export function withLogFields<T>(fields: object, work: () => T): T {
  return context.run({ ...context.getStore(), ...fields }, work);
}

export function createLogger(options: LoggerOptions): Logger {
  const logger = pino(
    {
      level: options.level,
      base: { service: "parkledger", ...(options.version === undefined ? {} : { version: options.version }) },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: {
        level: (label) => ({ level: label }),
      },
      mixin: () => redact(context.getStore() ?? {}) as object,
      // Ours is a copy without secrets; pino's own would put message and stack back as they are.
      serializers: { err: (value: unknown) => value, error: (value: unknown) => value },
      hooks: {
        logMethod(args, method) {
          const [first, ...rest] = args as [unknown, ...unknown[]];
          const texts = rest.map((part) => (typeof part === "string" ? redactText(part) : redact(part)));
          if (first instanceof Error && texts.length === 0) texts.push(redactText(first.message));
          const head = first instanceof Error ? { err: redact(first) } : redact(first);
          Reflect.apply(method, this, [head, ...texts]);
        },
      },
    },
    options.destination ?? pino.destination({ fd: 1, sync: true }),
  );
  // pino formats the bindings of children with no hook of ours; children inherit this method from their parent.
  const child = logger.child;
  logger.child = function redactedChild(this: Logger, bindings: object, ...rest: unknown[]) {
    return Reflect.apply(child, this, [redact(bindings), ...rest]);
  } as typeof child;
  return logger;
}
