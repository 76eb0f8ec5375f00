import { type Attempt, attempt, copyOf, triggerAttempt } from "../../support/guarantees.ts";

const version = { content_hash: "c".repeat(64), short_code: "1111-1111-1111" };

const unfetched = { state: "waiting", file_id: null, size_bytes: null, media_id: "m2" };

/** Rules of migrations 0015 and 0025: what was printed stays what it was, each content and each photo is kept once. */
export const DOCUMENT_ATTEMPTS: readonly Attempt[] = [
  attempt(
    "one photo kept twice as the same evidence",
    "evidence_photo_once",
    copyOf("evidence_photo", { ...unfetched, media_id: "m1" }),
  ),
  attempt("one file as two photos", "evidence_photo_file", copyOf("evidence_photo", { media_id: "m2" })),
  attempt("a kept photo without its file", "evidence_photo_kept", "UPDATE evidence_photo SET file_id = NULL"),
  attempt("a file without its size", "evidence_photo_size", "UPDATE evidence_photo SET size_bytes = NULL"),
  attempt("a photo of no bytes", "evidence_photo_size_bytes_check", "UPDATE evidence_photo SET size_bytes = 0"),
  attempt("fewer tries than none", "evidence_photo_attempts_check", "UPDATE evidence_photo SET attempts = -1"),
  attempt(
    "a photo that waits and cannot be asked for",
    "evidence_photo_source",
    copyOf("evidence_photo", { ...unfetched, sender: null }),
  ),
  attempt("two documents about one thing", "document_subject_key_key", copyOf("document")),
  attempt("a paper of an unknown sort", "document_kind_check", copyOf("document", { subject_key: "x", kind: "poem" })),
  attempt(
    "one content printed twice",
    "document_version_content_hash_key",
    copyOf("document_version", { short_code: version.short_code }),
  ),
  attempt(
    "one code on two papers",
    "document_version_short_code_key",
    copyOf("document_version", { content_hash: version.content_hash }),
  ),
  attempt(
    "a paper without a hash",
    "document_version_content_hash_check",
    copyOf("document_version", { ...version, content_hash: "" }),
  ),
  attempt(
    "a paper without pages",
    "document_version_pages_check",
    copyOf("document_version", { ...version, pages: 0 }),
  ),
  triggerAttempt(
    "a printed paper altered",
    "document_version_append_only",
    "append-only",
    "UPDATE document_version SET content_hash = repeat('d', 64)",
  ),
  triggerAttempt(
    "a printed paper deleted",
    "document_version_append_only",
    "append-only",
    "DELETE FROM document_version",
  ),
  triggerAttempt(
    "all printed papers deleted",
    "document_version_no_truncate",
    "append-only",
    "TRUNCATE document_version CASCADE",
  ),
  attempt("a file without a hash", "document_file_sha256_check", copyOf("document_file", { sha256: "" })),
  attempt("a posting in no state", "document_posting_state_check", "UPDATE document_posting SET state = 'lost'"),
  attempt("less than no tries", "document_posting_attempts_check", "UPDATE document_posting SET attempts = -1"),
];
