/** The body of an answer, or `too-large` as soon as it is known to be: nothing beyond the limit is held in memory. */
export async function readAtMost(response: Response, maxBytes: number): Promise<Uint8Array | "too-large"> {
  const { body } = response;
  if (Number(response.headers.get("content-length") ?? "0") > maxBytes) {
    await body?.cancel();
    return "too-large";
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  if (body === null) return new Uint8Array();
  for await (const chunk of body) {
    size += chunk.byteLength;
    // Leaving the loop cancels the rest.
    if (size > maxBytes) return "too-large";
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
