import type Router from "@koa/router";
import Koa, { type Middleware } from "koa";
import type { Logger } from "../telemetry/logger.ts";
import { readRawBody } from "./raw-body.ts";

export interface HttpContext {
  readonly routers: readonly Router[];
  readonly logger: Logger;
  /** Turns away who asks too often: `limitAddresses`. Absent: nobody. */
  readonly limits?: Middleware;
}

/** The web server without its port: raw bodies first, one place for errors, then the routes that compose.ts chose. */
export function createHttpApp(context: HttpContext): Koa {
  const app = new Koa();
  app.use(async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      // Vendors repeat what ends in 5xx; the text must tell nothing about us.
      context.logger.error({ err: error, path: ctx.path }, "http.failed");
      ctx.status = 500;
      ctx.body = "";
    }
  });
  if (context.limits) app.use(context.limits);
  app.use(async (ctx, next) => {
    await next();
    // Routes say themselves what they refuse, and why; this is for what never reached one.
    if (ctx.status >= 400 && ctx._matchedRoute === undefined) {
      context.logger.info({ status: ctx.status, method: ctx.method, path: ctx.path.slice(0, 100) }, "http.refused");
    }
  });
  app.use(async (ctx, next) => {
    ctx.set("X-Content-Type-Options", "nosniff");
    ctx.set("Referrer-Policy", "no-referrer");
    await next();
  });
  app.use(readRawBody);
  for (const router of context.routers) {
    app.use(router.routes());
    app.use(router.allowedMethods());
  }
  app.on("error", (error: unknown) => context.logger.error({ err: error }, "http.connection-failed"));
  return app;
}
