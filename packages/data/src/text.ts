import { constants } from "node:buffer";
import { formatError } from "./format-error.ts";
import { readTextChunks } from "./text-stream.ts";

/**
 * Reads a UTF-8 text file, gzipped or not, with line ends as "\n".
 *
 * @throws WideheadError ERR_IO where the file cannot be read; ERR_FORMAT where it is no gzip after all, binary, not UTF-8,
 * longer than a string can be, or blank
 */
export async function readText(path: string): Promise<string> {
  const chunks: string[] = [];
  let length = 0;
  for await (const chunk of readTextChunks(path)) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > constants.MAX_STRING_LENGTH) {
      throw formatError({ path }, `at most ${constants.MAX_STRING_LENGTH} characters of text`, "a longer file");
    }
  }
  const text = chunks.join("").replaceAll("\r\n", "\n");
  if (text.trim() === "") throw formatError({ path }, "some text", "a blank file");
  return text;
}
