import { writeFileSync } from "node:fs";
import { DOCUMENT, doctorDocument } from "./doctor-document.ts";

/* Writes docs/doctor.md: npx tsx test/scenario/doctor/write-document.ts */
writeFileSync(DOCUMENT, doctorDocument());
