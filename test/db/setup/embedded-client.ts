import { openEmbeddedServer } from "../../../src/db/embedded/embedded-server.ts";

/* A process that uses the embedded server of the folder named on its command line until its stdin ends. */
const server = await openEmbeddedServer(process.argv[2] ?? "", { disposable: true });
process.stdout.write(`${server.url}\n`);
process.stdin.resume().once("end", () => void server.close());
