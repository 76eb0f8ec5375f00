import { existsSync } from "node:fs";
import { basename } from "node:path";
import { formatDate } from "../../domain/time/civil-date.ts";
import { readReadingFile } from "../../meters/reading-file.ts";
import { findPhotographedReadings } from "../../usecases/photos/reading-photos.ts";
import { importReadings } from "../../usecases/readings/import-readings.ts";
import { acceptReading, findQuarantined, refuseReading } from "../../usecases/readings/quarantined-readings.ts";
import { actorOf } from "../actor.ts";
import { photoPageOf } from "../approval-link.ts";
import { type Command, refused, requiredOption, textOption } from "../command.ts";

export const readingImportCommand: Command = {
  name: "reading import",
  usage: "FILE [--template NAME] [--dry-run] [--as STAFF]",
  summary: "导入抄表读数（CSV、XLSX），有疑问的读数先搁置待核实",
  options: { template: { type: "string" }, "dry-run": { type: "boolean" }, as: { type: "string" } },
  positionals: [1, 1],
  async run(context, [path = ""], options) {
    if (!existsSync(path)) return refused({ code: "FILE_MISSING", message: `没有文件 ${path}` });
    const file = await readReadingFile(path, textOption(options, "template"));
    if (!file.ok) return refused({ code: file.code, message: file.message });
    const dryRun = options["dry-run"] === true;
    const imported = await importReadings(
      context.db,
      { sha256: file.sha256, name: basename(path), template: file.template, readings: file.readings },
      { ...(await actorOf(context, options)), dryRun },
    );
    const { duplicateOf, taken, known, quarantined } = imported;
    return {
      json: {
        file: { sha256: file.sha256, template: file.template, ...(duplicateOf ? { duplicateOf } : {}) },
        readings: file.readings.length,
        taken,
        known,
        quarantined,
        refused: file.refused,
      },
      text: [
        `${dryRun ? "试导入" : "导入"} ${file.readings.length} 笔读数：接收 ${taken}，已有 ${known}，待核实 ${quarantined.length}，` +
          `无法识别 ${file.refused.length} 行`,
        ...(duplicateOf ? [`这个文件在${formatDate(duplicateOf.importedOn)}导入过（${duplicateOf.name}）`] : []),
        ...quarantined.map(({ row, message }) => `  第 ${row} 行：${message}`),
        ...file.refused.map(({ message }) => `  ${message}`),
      ],
    };
  },
};

export const readingListCommand: Command = {
  name: "reading list",
  usage: "[--photos]",
  summary: "列出待核实的读数；--photos 另列有照片的读数，包括已生效的",
  options: { photos: { type: "boolean" } },
  positionals: [0, 0],
  async run(context, _positionals, options) {
    const pageOf = photoPageOf(context);
    const found = (await findQuarantined(context.db)).map(({ photoIds, ...reading }) => ({
      ...reading,
      photos: photoIds.flatMap((id) => pageOf(id) ?? []),
    }));
    const photographed =
      options.photos === true
        ? (await findPhotographedReadings(context.db)).map(({ photoId, ...reading }) => ({
            ...reading,
            photo: pageOf(photoId) ?? null,
          }))
        : undefined;
    return {
      json: { quarantined: found, ...(photographed === undefined ? {} : { photographed }) },
      text: [
        ...(found.length === 0 ? ["没有待核实的读数"] : []),
        ...found.flatMap(({ id, message, photos }) => [`${id} ${message}`, ...photos.map((url) => `  照片 ${url}`)]),
        ...(photographed ?? []).map(
          ({ meter, standsOn, values, source, photo }) =>
            `${meter} ${formatDate(standsOn)} ${Object.values(values).join(" ")} ${source} 照片 ${photo ?? ""}`,
        ),
      ],
    };
  },
};

export const readingAcceptCommand: Command = {
  name: "reading accept",
  usage: "<id> --reason TEXT [--rollover] --as STAFF",
  summary: "接收一笔待核实的读数；已有读数的日子算更正",
  options: { reason: { type: "string" }, rollover: { type: "boolean" }, as: { type: "string" } },
  positionals: [1, 1],
  async run(context, [id = ""], options) {
    requiredOption(options, "as");
    const accepted = await acceptReading(
      context.db,
      { id, reason: requiredOption(options, "reason"), rollover: options.rollover === true },
      await actorOf(context, options),
    );
    if (!accepted.ok) return refused({ code: accepted.code, message: accepted.message.zh });
    const { meter, standsOn } = accepted;
    return { json: { meter, standsOn }, text: [`已接收：表计 ${meter} ${formatDate(standsOn)}`] };
  },
};

export const readingRefuseCommand: Command = {
  name: "reading refuse",
  usage: "<id> --reason TEXT --as STAFF",
  summary: "不采用一笔待核实的读数",
  options: { reason: { type: "string" }, as: { type: "string" } },
  positionals: [1, 1],
  async run(context, [id = ""], options) {
    requiredOption(options, "as");
    const reason = requiredOption(options, "reason");
    const done = await refuseReading(context.db, { id, reason }, await actorOf(context, options));
    if (!done.ok) return refused({ code: done.code, message: done.message.zh });
    return { json: { id, state: "refused" }, text: ["已标记为不采用"] };
  },
};
