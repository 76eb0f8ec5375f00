import { BlockList, isIP, isIPv6, type Socket } from "node:net";
import type { Context } from "koa";

/** This machine and private networks: whoever connects from there is our own proxy. */
const OURS = new BlockList();
OURS.addSubnet("127.0.0.0", 8, "ipv4");
OURS.addSubnet("10.0.0.0", 8, "ipv4");
OURS.addSubnet("172.16.0.0", 12, "ipv4");
OURS.addSubnet("192.168.0.0", 16, "ipv4");
OURS.addAddress("::1", "ipv6");
OURS.addSubnet("fc00::", 7, "ipv6");

/**
 * The address that a request comes from. Behind a proxy of ours it is what that proxy has written last into
 * X-Forwarded-For; what a client writes there itself stands before it, and counts for nothing. Of an IPv6 address the
 * network counts (/64), which one client has to itself.
 */
export function clientAddress(ctx: Context): string {
  // A request that was cut off has no socket any more, whatever its type says.
  const socket: Socket | null = ctx.req.socket;
  const peer = plain(socket?.remoteAddress ?? "");
  const forwarded = isOurs(peer) ? plain(ctx.get("x-forwarded-for").split(",").at(-1)?.trim() ?? "") : "";
  const address = isIP(forwarded) === 0 ? peer : forwarded;
  return isIPv6(address) ? networkOf(address) : address;
}

/** The first four groups; the URL parser writes an address in one way only. */
function networkOf(address: string): string {
  const [start = ""] = new URL(`http://[${address}]`).hostname.slice(1, -1).split("::");
  return `${start.split(":").slice(0, 4).join(":")}::/64`;
}

/** IPv4 as IPv6 sockets show it: ::ffff:192.0.2.1 */
const plain = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, "");

const isOurs = (address: string): boolean =>
  isIP(address) !== 0 && OURS.check(address, isIPv6(address) ? "ipv6" : "ipv4");
