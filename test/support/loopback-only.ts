import { type NetConnectOpts, Socket } from "node:net";

/*
 * Setup file of every project: a test that reaches for the real world fails at once, with the address, instead of
 * passing or hanging with the weather. Covers fetch, http and database drivers, which all end in Socket.connect.
 */

const LOOPBACK = /^(127(\.\d+){3}|::1|localhost|0\.0\.0\.0|::)$/;
// Files share a process, and this runs before each of them: what is wrapped already is not wrapped again.
const INSTALLED = Symbol.for("parkledger.loopback-only");
const guarded = Socket.prototype as Socket & { [INSTALLED]?: Socket["connect"] };
guarded[INSTALLED] ??= Socket.prototype.connect;
const connect = guarded[INSTALLED];

Socket.prototype.connect = function loopbackOnly(this: Socket, ...args: unknown[]): Socket {
  const host = hostOf(args);
  if (host !== undefined && !LOOPBACK.test(host)) {
    throw new Error(`a test tried to connect to ${host}; only loopback addresses are allowed`);
  }
  return Reflect.apply(connect, this, args);
} as typeof connect;

/** Undefined: a pipe, or the default host, which is localhost. */
function hostOf(args: readonly unknown[]): string | undefined {
  // net.connect passes its normalised arguments on as one array.
  const [first, second] = Array.isArray(args[0]) ? (args[0] as unknown[]) : args;
  if (typeof first === "object" && first !== null) {
    const options = first as NetConnectOpts & { host?: string };
    return options.host;
  }
  return typeof second === "string" ? second : undefined;
}
